"""What is looked up by something other than its key, kept current as the tables change."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from itertools import islice

from shared.contracts.devices import Device
from shared.contracts.links import Link
from shared.contracts.topic import DAY_MS


class LinkIndex:
    """The links of each shipment."""

    def __init__(self) -> None:
        self._by_shipment: dict[str, dict[str, Link]] = defaultdict(dict)
        self._shipment_of: dict[str, str] = {}

    def put(self, link_id: str, link: Link | None) -> None:
        before = self._shipment_of.pop(link_id, None)
        if before is not None:
            self._by_shipment[before].pop(link_id, None)
            if not self._by_shipment[before]:
                del self._by_shipment[before]
        if link is not None:
            self._by_shipment[link.shipment][link_id] = link
            self._shipment_of[link_id] = link.shipment

    def of(self, shipment: str) -> list[Link]:
        """By the time they were made."""
        found = self._by_shipment.get(shipment, {}).values()
        return sorted(found, key=lambda link: (link.created_ms, link.link))


class DeviceIndex:
    """The devices of each courier, and those that wait for their phone by the digest of their code."""

    def __init__(self) -> None:
        self._by_courier: dict[str, dict[str, Device]] = defaultdict(dict)
        self._courier_of: dict[str, str] = {}
        self._by_code: dict[str, Device] = {}

    def put(self, device_id: str, device: Device | None) -> None:
        before = self._courier_of.pop(device_id, None)
        if before is not None:
            self._forget_code(self._by_courier[before].pop(device_id))
            if not self._by_courier[before]:
                del self._by_courier[before]
        if device is not None and device.enrolment is not None and not device.revoked:
            self._by_code[device.enrolment.sha256] = device
        if device is not None:
            self._by_courier[device.courier][device_id] = device
            self._courier_of[device_id] = device.courier

    def _forget_code(self, before: Device) -> None:
        """Unless another device waits by the same code since."""
        if before.enrolment is not None and self._by_code.get(before.enrolment.sha256) is before:
            del self._by_code[before.enrolment.sha256]

    def of(self, courier: str) -> list[Device]:
        return list(self._by_courier.get(courier, {}).values())

    def invited(self, sha256: str) -> Device | None:
        """The device whose one-time code has this digest."""
        return self._by_code.get(sha256)


class Recently:
    """Whether something was seen within `period_ms`; remembers at most `size` things."""

    def __init__(self, period_ms: int, size: int = 100_000) -> None:
        self._period_ms, self._size = period_ms, size
        self._seen: OrderedDict[str, int] = OrderedDict()

    def first(self, what: str, now_ms: int) -> bool:
        """True the first time, and again once it has not been seen for the whole period."""
        before = self._seen.pop(what, None)
        self._seen[what] = now_ms
        if len(self._seen) > self._size:
            self._seen.popitem(last=False)
        return before is None or now_ms - before > self._period_ms


def long_expired(links: Iterable[tuple[str, Link]], now_ms: int, at_most: int) -> list[str]:
    """Links that nobody could use for a day: their records can go."""
    found = (link_id for link_id, link in links if link.expires_ms < now_ms - DAY_MS)
    return list(islice(found, at_most))
