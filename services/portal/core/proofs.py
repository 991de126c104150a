"""Pictures and signatures taken at the door: how they are named and kept, and who is shown them. Pure.

A proof's id is the UTC day it was taken in and 128 random bits. It is kept under its shipment, so that an id
named in a report about another shipment shows nothing there."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from shared.contracts.common import Id, Ms
from shared.contracts.common import Proof as ProofId
from shared.contracts.courier_routes import CourierPlan
from shared.contracts.shipment_state import HistoryEntry
from shared.contracts.topic import DAY_MS
from shared.contracts.views.stage import StageView
from shared.tickets import Seal, TicketRefused

Kind = Literal["photo", "signature"]

ROOT = "proofs"
SUFFIXES: Mapping[Kind, str] = {"photo": ".jpg", "signature": ".png"}
MEDIA_TYPES: Mapping[Kind, str] = {"photo": "image/jpeg", "signature": "image/png"}
LINK_LIFE_MS = 5 * 60_000
"""How long an address that shows a picture is good."""

MOST_OF_A_SHIPMENT = 20
"""Pictures taken in for a shipment within two days: five a report, and some tries."""

_DOMAIN = b"dromos.proof.1\x00"
_HALF = 8  # bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """A picture that is kept: its id and what it is of."""

    id: str
    kind: Kind


def day_of(at_ms: int) -> str:
    """The UTC day, YYYYMMDD."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y%m%d")


def days_back(now_ms: int, count: int) -> list[str]:
    """Today and the days before it, `count` in all, the newest first."""
    return [day_of(now_ms - back * DAY_MS) for back in range(count)]


def new_id(at_ms: int, bits: bytes) -> str:
    """The id of what is taken in now; `bits` are 16 bytes nobody can guess."""
    return f"{day_of(at_ms)}.{base64.urlsafe_b64encode(bits).rstrip(b'=').decode('ascii')}"


def request_bits(seal: Seal, courier: str, shipment: str, key: str, body: bytes) -> bytes:
    """In place of random bits for an upload with an Idempotency-Key: the first half follows from who asked
    and his key, the second half also from the body. So a repeat has the same id, and another body under the
    same key is noticed. Without the seal's key nobody can work them out."""
    request = msgspec.json.encode([courier, shipment, key])
    digest = hashlib.sha256(body).digest()
    return seal.mac(b"request\x00" + request)[:_HALF] + seal.mac(b"body\x00" + request + digest)[:_HALF]


def same_request(one: str, other: str) -> bool:
    """Whether two ids are of uploads under the same Idempotency-Key."""
    return _bits(one)[:_HALF] == _bits(other)[:_HALF]


def same_upload(one: str, other: str) -> bool:
    """Whether two ids are of the same upload, taken in on the same day or not."""
    return _bits(one) == _bits(other)


def _bits(proof: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(proof.partition(".")[2] + "==")
    except binascii.Error:
        return proof.encode()  # not one of ours: equal to itself alone


def folder_of(day: str, shipment: str) -> str:
    return f"{ROOT}/{day}/{shipment}"


def key_of(shipment: str, proof: Proof) -> str:
    """Where it lies in the store."""
    day, _, name = proof.id.partition(".")
    return f"{folder_of(day, shipment)}/{name}{SUFFIXES[proof.kind]}"


def of_key(key: str) -> Proof | None:
    """The proof that lies under this key; None for anything else that was put into the store."""
    *_, day, _shipment, name = ["", "", *key.split("/")]
    for kind, suffix in SUFFIXES.items():
        if name.endswith(suffix):
            return Proof(f"{day}.{name.removesuffix(suffix)}", kind)
    return None


def kept(day: str, days: int, now_ms: int) -> bool:
    """Whether what was taken in on that day is still shown. The day itself counts whole, so that a picture
    is kept for `days` days at least; a name that is no day is not ours to remove."""
    try:
        taken = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return True
    return datetime.fromtimestamp(now_ms / 1000, UTC) < taken + timedelta(days=days + 1)


def too_old(folders: Iterable[str], days: int, now_ms: int) -> list[str]:
    """Of the days' folders those whose time is over."""
    return [day for day in folders if not kept(day, days, now_ms)]


def named_in(history: Iterable[HistoryEntry]) -> list[tuple[int, str]]:
    """Each entry's number with each proof that its report has named, as they stand in the history."""
    return [(entry.seq, proof) for entry in history for proof in entry.proofs]


def days_named(history: Iterable[HistoryEntry], days: int, now_ms: int) -> list[str]:
    """The days whose folders have to be looked into for what the history names."""
    found = {proof.partition(".")[0] for _, proof in named_in(history)}
    return sorted(day for day in found if kept(day, days, now_ms))


class Pass(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Leave to look at one picture until `expires_ms`; with `link` only as long as that link is good."""

    shipment: Id
    proof: ProofId
    kind: Kind
    link: str | None
    expires_ms: Ms


class Passes:
    """Signs and verifies passes, under the same keys as tickets."""

    def __init__(self, keys: str) -> None:
        self.seal = Seal(keys, _DOMAIN)

    def sign(self, shipment: str, proof: Proof, link: str | None, *, now_ms: int) -> tuple[str, int]:
        """A pass and its expiry (epoch ms); `link` is the SHA-256 of the recipient's link, none at a desk."""
        expires_ms = now_ms + LINK_LIFE_MS
        granted = Pass(shipment, proof.id, proof.kind, link, expires_ms)
        return self.seal.seal(msgspec.json.encode(granted)), expires_ms

    def verify(self, text: str, *, now_ms: int) -> Pass:
        """Raises TicketRefused: not one of ours, or its time has passed."""
        try:
            found = msgspec.json.decode(self.seal.open(text), type=Pass)
        except msgspec.MsgspecError as error:
            raise TicketRefused from error
        if now_ms >= found.expires_ms:
            raise TicketRefused
        return found


def may_upload(
    courier: str, tenant: str, plan: CourierPlan | None, stage: StageView | None, shipment: str, now_ms: int
) -> bool:
    """Whether a courier may prove something of this shipment: it stands on his plan, or he carries it, or
    did when it ended within the last day."""
    if stage is not None:
        if stage.tenant != tenant:
            return False
        recent = not stage.ended or now_ms - stage.status_ms <= DAY_MS
        if stage.courier == courier and recent:
            return True
    return (
        plan is not None
        and plan.tenant == tenant
        and any(s.shipment == shipment for r in plan.routes for stop in r.stops for s in stop.shipments)
    )
