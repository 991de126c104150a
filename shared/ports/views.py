"""The views in Redis: what recipients are shown, made from the log and rebuilt from it at any time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from shared.contracts.links import Link
from shared.contracts.views.live import LiveBatch, LiveView
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.contracts.views.work import Outcome, Role


class ViewsUnavailable(Exception):
    """Redis did not answer in time: what is shown may be stale."""


class Views(Protocol):
    """Reads views of the current generation. Every call raises `ViewsUnavailable` when Redis is away."""

    async def stage(self, shipment: str) -> StageView | None: ...

    async def party(self, shipment: str) -> PartyView | None: ...

    async def link(self, link: str) -> Link | None:
        """By the hex SHA-256 of its secret."""
        ...

    async def merchant(self, merchant: str) -> MerchantView | None: ...

    async def live(self, courier: str) -> LiveView | None: ...

    async def stages(self, shipments: Sequence[str]) -> list[StageView | None]:
        """Many at once, in the order asked."""
        ...

    async def links(self, links: Sequence[str]) -> list[Link | None]: ...

    async def lives(self, couriers: Sequence[str]) -> list[LiveView | None]: ...

    async def parties(self, shipments: Sequence[str]) -> list[PartyView | None]: ...

    async def merchants(self, merchants: Sequence[str]) -> list[MerchantView | None]: ...

    async def worked_off(self) -> Mapping[tuple[Role, int], int]:
        """For each role and partition, when (epoch ms) its log had last been worked off."""
        ...

    async def outcome(self, command: str, *, timeout_s: float) -> Outcome | None:
        """Wait up to `timeout_s` for what became of a command; None: not known yet."""
        ...

    def follow(self) -> AsyncIterator[LiveBatch | None]:
        """Live batches of all partitions as they are published; None each time the subscription is (again)
        confirmed: whoever follows takes a new snapshot then."""
        ...


class ViewsWriter(Protocol):
    """Writes views; older versions never overwrite newer ones."""

    async def put_stage(self, view: StageView) -> None:
        """Keeps the view with the higher `seq`."""
        ...

    async def put_party_version(self, view: PartyView) -> None:
        """Keep a version of the recipient; nobody is shown it yet."""
        ...

    async def adopt_party(self, shipment: str, version: str) -> None:
        """Show this version from now on; nothing happens while it is not there yet."""
        ...

    async def forget_party(self, shipment: str, version: str) -> None:
        """A version of the recipient is deleted: it is neither kept nor, if it was, shown any more."""
        ...

    async def put_link(self, link: str, value: Link | None, version: int = 0) -> None:
        """Keeps the value with the higher `version` (the record's offset); None: removed."""
        ...

    async def put_merchant(self, merchant: str, value: MerchantView | None, version: int = 0) -> None:
        """As `put_link`."""
        ...

    async def put_outcome(self, outcome: Outcome) -> None: ...

    async def put_worked_off(self, role: Role, at_ms: Mapping[int, int]) -> None:
        """`at_ms` by partition."""
        ...
