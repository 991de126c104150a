"""Redis keys and channels of the views.

`<namespace>:g<generation>:{<partition>}:<view>:<id>`. A rebuild writes generation n+1 beside n and then sets
the pointer `<namespace>:generation`."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.partition import partition_of

DEFAULT_NAMESPACE = "dromos"


def generation_pointer(namespace: str) -> str:
    return f"{namespace}:generation"


def heartbeat(namespace: str, part: str) -> str:
    return f"{namespace}:heartbeat:{part}"


def canary(namespace: str) -> str:
    return f"{namespace}:canary"


def outcome(namespace: str, command: str) -> str:
    """Outcomes belong to no generation: an API waits for them while a rebuild switches."""
    return f"{namespace}:outcome:{command}"


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of one generation; `partitions` is the count that the courier and shipment topics share."""

    namespace: str
    generation: int
    partitions: int

    @property
    def prefix(self) -> str:
        return f"{self.namespace}:g{self.generation}"

    def partition(self, key: str) -> int:
        return partition_of(key, self.partitions)

    def stage(self, shipment: str) -> str:
        return f"{self.prefix}:{{{self.partition(shipment)}}}:stage:{shipment}"

    def party(self, shipment: str) -> str:
        return f"{self.prefix}:{{{self.partition(shipment)}}}:party:{shipment}"

    def party_version(self, shipment: str, version: str) -> str:
        """A recipient's version before (and after) an event names it."""
        return f"{self.prefix}:{{{self.partition(shipment)}}}:party_version:{shipment}/{version}"

    def live(self, courier: str) -> str:
        return f"{self.live_prefix(self.partition(courier))}{courier}"

    def live_prefix(self, partition: int) -> str:
        return f"{self.prefix}:{{{partition}}}:live:"

    def fence(self, partition: int) -> str:
        """The epoch of the partition's owner."""
        return f"{self.prefix}:{{{partition}}}:fence"

    def channel(self, partition: int) -> str:
        """Where the owner of a partition of courier.positions publishes `LiveBatch`es."""
        return f"{self.prefix}:{{{partition}}}:live"

    def worked_off(self, role: str, partition: int) -> str:
        """When (epoch ms) this role had last worked off all of this partition's log."""
        return f"{self.prefix}:{{{partition}}}:worked_off:{role}"

    def filled(self, name: str) -> str:
        """Set once this part of the views (a partition's number, `links`, `merchants`) is complete; missing
        after Redis has lost its data."""
        return f"{self.prefix}:filled:{name}"

    def link(self, link: str) -> str:
        return f"{self.prefix}:link:{link}"

    def merchant(self, merchant: str) -> str:
        return f"{self.prefix}:merchant:{merchant}"
