"""`Views` and `ViewsWriter` on Redis.

Stage, link and merchant views are stored as `<version> <json>`: the script that writes them compares versions
(the shipment's sequence, the record's offset) without parsing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, cast, get_args

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared import logs
from shared.adapters.envelope import JSON_ENCODER
from shared.adapters.redis.connection import connect
from shared.adapters.redis.memo import Memo
from shared.config import CommonSettings
from shared.contracts import links
from shared.contracts.links import Link
from shared.contracts.views.keys import Keys, generation_pointer, heartbeat, outcome
from shared.contracts.views.live import LiveBatch, LiveView
from shared.contracts.views.party import PartyView
from shared.contracts.views.people import MerchantView
from shared.contracts.views.stage import StageView
from shared.contracts.views.work import Heartbeat, Outcome, Role
from shared.ports.views import ViewsUnavailable

log = logs.get(__name__)

ROLES: tuple[Role, ...] = get_args(Role)
GENERATION_CHECK_S = 0.5
OUTCOME_KEPT_S = 600
DAY_S = 86_400
ENDED_KEPT_S = 35 * DAY_S
OPEN_KEPT_S = 400 * DAY_S
"""What is shown of a shipment, by whether it has ended; an open one is written again with each event."""
FOR_EVER = 0
HEARTBEAT_KEPT_S = 10

_PUT_NEWER = """
local now = redis.call('GET', KEYS[1])
if now and tonumber(string.match(now, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2])
if tonumber(ARGV[3]) > 0 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
return 1
"""

# What is shown is a copy of the version that it shows.
_FORGET = """
local version = redis.call('GET', KEYS[1])
if not version then return 0 end
if redis.call('GET', KEYS[2]) == version then redis.call('DEL', KEYS[2]) end
return redis.call('DEL', KEYS[1])
"""

_STAGE = msgspec.json.Decoder(StageView)
_PARTY = msgspec.json.Decoder(PartyView)
_MERCHANT = msgspec.json.Decoder(MerchantView)
_LIVE = msgspec.json.Decoder(LiveView)
_BATCH = msgspec.json.Decoder(LiveBatch)
_OUTCOME = msgspec.json.Decoder(Outcome)


def _decode[T](decoder: msgspec.json.Decoder[T], stored: bytes | None) -> T | None:
    return None if stored is None else decoder.decode(stored)


def _versioned[T: msgspec.Struct](decoder: msgspec.json.Decoder[T]) -> Callable[[bytes], T | None]:
    """Decodes a view behind its version; nothing behind it is a removed one."""

    def decode(stored: bytes) -> T | None:
        value = stored.partition(b" ")[2]
        return decoder.decode(value) if value else None

    return decode


async def read_generation(redis: Redis, namespace: str) -> int:
    """The generation of views that is shown; 1 before the first rebuild."""
    return int(await redis.get(generation_pointer(namespace)) or 1)


class _RedisBase:
    def __init__(self, settings: CommonSettings, redis: Redis | None = None) -> None:
        self._settings = settings
        self._redis = redis or connect(settings.redis_url)

    @property
    def redis(self) -> Redis:
        return self._redis

    async def close(self) -> None:
        await self._redis.aclose()

    async def _ask[T](self, call: Awaitable[T]) -> T:
        try:
            return await call
        except (RedisError, OSError, TimeoutError) as error:
            raise ViewsUnavailable(f"Redis did not answer: {type(error).__name__}") from error


class RedisViews(_RedisBase):
    """Reads the current generation; looks at the pointer twice a second."""

    _keys: Keys | None = None
    _checked = 0.0

    def __init__(self, settings: CommonSettings, redis: Redis | None = None) -> None:
        super().__init__(settings, redis)
        self._stages = Memo[StageView](_versioned(_STAGE))
        self._links = Memo[Link](_versioned(links.DECODER))
        self._merchants = Memo[MerchantView](_versioned(_MERCHANT))

    async def keys(self) -> Keys:
        """Keys of the generation that is shown."""
        now = time.monotonic()
        if self._keys is None or now - self._checked > GENERATION_CHECK_S:
            generation = await self._ask(read_generation(self._redis, self._settings.namespace))
            if self._keys is None or self._keys.generation != generation:
                self._keys = Keys(self._settings.namespace, generation, self._settings.partitions)
            self._checked = now
        return self._keys

    async def _many(self, names: Sequence[str]) -> list[bytes | None]:
        if not names:
            return []
        return await self._ask(cast("Awaitable[list[bytes | None]]", self._redis.mget(names)))

    async def stages(self, shipments: Sequence[str]) -> list[StageView | None]:
        keys = await self.keys()
        names = [keys.stage(s) for s in shipments]
        return self._stages.decoded(names, await self._many(names))

    async def parties(self, shipments: Sequence[str]) -> list[PartyView | None]:
        keys = await self.keys()
        return [_decode(_PARTY, v) for v in await self._many([keys.party(s) for s in shipments])]

    async def links(self, links_: Sequence[str]) -> list[Link | None]:
        keys = await self.keys()
        names = [keys.link(x) for x in links_]
        return self._links.decoded(names, await self._many(names))

    async def merchants(self, merchants: Sequence[str]) -> list[MerchantView | None]:
        keys = await self.keys()
        names = [keys.merchant(m) for m in merchants]
        return self._merchants.decoded(names, await self._many(names))

    async def lives(self, couriers: Sequence[str]) -> list[LiveView | None]:
        keys = await self.keys()
        return [_decode(_LIVE, v) for v in await self._many([keys.live(c) for c in couriers])]

    async def stage(self, shipment: str) -> StageView | None:
        return (await self.stages([shipment]))[0]

    async def party(self, shipment: str) -> PartyView | None:
        return (await self.parties([shipment]))[0]

    async def link(self, link: str) -> Link | None:
        return (await self.links([link]))[0]

    async def merchant(self, merchant: str) -> MerchantView | None:
        return (await self.merchants([merchant]))[0]

    async def live(self, courier: str) -> LiveView | None:
        return (await self.lives([courier]))[0]

    async def worked_off(self) -> Mapping[tuple[Role, int], int]:
        keys = await self.keys()
        wanted = [(role, p) for role in ROLES for p in range(keys.partitions)]
        found = await self._many([keys.worked_off(role, p) for role, p in wanted])
        return {at: int(v) for at, v in zip(wanted, found, strict=True) if v is not None}

    async def outcome(self, command: str, *, timeout_s: float) -> Outcome | None:
        deadline = time.monotonic() + timeout_s
        pause_s = 0.004
        key = outcome(self._settings.namespace, command)
        while True:
            stored = await self._ask(cast("Awaitable[bytes | None]", self._redis.get(key)))
            if stored is not None:
                return _OUTCOME.decode(stored)
            if time.monotonic() + pause_s > deadline:
                return None
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, 0.05)

    async def follow(self) -> AsyncIterator[LiveBatch | None]:
        while True:
            try:
                async for item in self._follow_generation():
                    yield item
            except (ViewsUnavailable, RedisError, OSError, TimeoutError) as error:
                log.warning("views.resubscribing", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _follow_generation(self) -> AsyncIterator[LiveBatch | None]:
        """Until the generation changes or the connection fails."""
        keys = await self.keys()
        redis = connect(self._settings.redis_url)
        pubsub = redis.pubsub()
        try:
            channels = [keys.channel(p) for p in range(keys.partitions)]
            await pubsub.subscribe(*channels)
            confirmed = 0
            pinged = time.monotonic()
            while True:
                message = await pubsub.get_message(timeout=0.5)
                if message is None:
                    if (await self.keys()).generation != keys.generation:
                        return
                    if time.monotonic() - pinged > 2:  # a silent connection may be a dead one
                        pinged = time.monotonic()
                        await pubsub.ping()
                elif message["type"] == "subscribe":
                    confirmed += 1
                    if confirmed == len(channels):
                        yield None
                elif message["type"] == "message":
                    yield _BATCH.decode(message["data"])
                    if time.monotonic() - self._checked > GENERATION_CHECK_S and (
                        (await self.keys()).generation != keys.generation
                    ):
                        return
        finally:
            await cast(Any, pubsub).aclose()
            await redis.aclose()


class RedisViewsWriter(_RedisBase):
    """Writes one generation."""

    def __init__(self, settings: CommonSettings, generation: int, redis: Redis | None = None) -> None:
        super().__init__(settings, redis)
        self.keys = Keys(settings.namespace, generation, settings.partitions)
        self._put_newer = self._redis.register_script(_PUT_NEWER)
        self._forget = self._redis.register_script(_FORGET)

    async def _put_versioned(self, key: str, version: int, value: msgspec.Struct | None, kept_s: int) -> None:
        encoded = b"" if value is None else JSON_ENCODER.encode(value)
        await self._ask(self._put_newer(keys=[key], args=[version, encoded, kept_s]))

    async def put_stage(self, view: StageView) -> None:
        kept_s = ENDED_KEPT_S if view.ended else OPEN_KEPT_S
        await self._put_versioned(self.keys.stage(view.shipment), view.seq, view, kept_s)
        if view.ended:
            await self._ask(self._redis.expire(self.keys.party(view.shipment), kept_s))

    async def put_party_version(self, view: PartyView) -> None:
        key = self.keys.party_version(view.shipment, view.version)
        await self._ask(self._redis.set(key, JSON_ENCODER.encode(view), ex=OPEN_KEPT_S))

    async def adopt_party(self, shipment: str, version: str) -> None:
        source, shown = self.keys.party_version(shipment, version), self.keys.party(shipment)
        await self._ask(self._redis.copy(source, shown, replace=True))

    async def forget_party(self, shipment: str, version: str) -> None:
        keys = self.keys.party_version(shipment, version), self.keys.party(shipment)
        await self._ask(self._forget(keys=keys))

    async def put_link(self, link: str, value: Link | None, version: int = 0) -> None:
        left_s = 0 if value is None else value.expires_ms // 1000 - int(time.time())
        await self._put_versioned(self.keys.link(link), version, value, max(0, left_s) + DAY_S)

    async def put_merchant(self, merchant: str, value: MerchantView | None, version: int = 0) -> None:
        await self._put_versioned(self.keys.merchant(merchant), version, value, FOR_EVER)

    async def filled(self, names: Sequence[str]) -> list[str]:
        """Of these parts of the views, which have been filled since Redis was last empty."""
        marks = await self._ask(self._redis.mget([self.keys.filled(name) for name in names]))
        return [name for name, mark in zip(names, marks, strict=True) if mark is not None]

    async def fences(self, partitions: Sequence[int]) -> dict[int, int]:
        """The epoch of each partition's owner; a partition without one is left out."""
        if not partitions:
            return {}
        names = [self.keys.fence(p) for p in partitions]
        stored = await self._ask(cast("Awaitable[list[bytes | None]]", self._redis.mget(names)))
        return {p: int(v) for p, v in zip(partitions, stored, strict=True) if v is not None}

    async def put_filled(self, names: Sequence[str]) -> None:
        await self._ask(self._redis.mset({self.keys.filled(name): 1 for name in names}))

    async def put_outcome(self, found: Outcome) -> None:
        key = outcome(self._settings.namespace, found.command)
        await self._ask(self._redis.set(key, JSON_ENCODER.encode(found), ex=OUTCOME_KEPT_S))

    async def put_worked_off(self, role: Role, at_ms: Mapping[int, int]) -> None:
        if at_ms:
            values = {self.keys.worked_off(role, p): at for p, at in at_ms.items()}
            await self._ask(self._redis.mset(cast(Any, values)))

    async def put_heartbeat(self, beat: Heartbeat) -> None:
        key = heartbeat(self._settings.namespace, beat.part)
        await self._ask(self._redis.set(key, JSON_ENCODER.encode(beat), ex=HEARTBEAT_KEPT_S))
