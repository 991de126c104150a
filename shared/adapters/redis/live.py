"""The hot path into Redis: one script call a batch and partition, checked by the owner's epoch.

Raw `hiredis` packing and reading on one connection: a guard and a publish per key, or redis-py command by
command, cost several times as much."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import hiredis

from shared.config import CommonSettings
from shared.contracts.views.keys import Keys
from shared.ports.views import ViewsUnavailable

MAX_KEYS = 1000
"""Lua's `unpack` fails between 3,900 and 4,100 pairs."""

_CLAIM = """
local now = tonumber(redis.call('GET', KEYS[1]) or '-1')
if now > tonumber(ARGV[1]) then return now end
redis.call('SET', KEYS[1], ARGV[1])
return tonumber(ARGV[1])
"""

# KEYS: fence, then live keys to set, then live keys to delete.
# ARGV: epoch, channel, batch, number of keys to set, then their values.
_WRITE = """
local now = tonumber(redis.call('GET', KEYS[1]) or '-1')
if now ~= tonumber(ARGV[1]) then return now end
local set = tonumber(ARGV[4])
if set > 0 then
  local pairs_ = {}
  for i = 1, set do
    pairs_[2 * i - 1] = KEYS[i + 1]
    pairs_[2 * i] = ARGV[i + 4]
  end
  redis.call('MSET', unpack(pairs_))
end
for i = set + 2, #KEYS do redis.call('DEL', KEYS[i]) end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return now
"""


class Fenced(Exception):
    """Another owner has a higher epoch (or Redis has lost ours): this worker must write no more."""

    def __init__(self, partition: int, epoch: int, found: int) -> None:
        super().__init__(f"partition {partition}: our epoch {epoch}, in Redis {found}")
        self.lost = found < 0


class LiveWriter:
    """Writes live views of one generation and publishes them."""

    def __init__(self, settings: CommonSettings, generation: int) -> None:
        self._url = urlsplit(settings.redis_url)
        self.keys = Keys(settings.namespace, generation, settings.partitions)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._parser: Any = None
        self._one_at_a_time = asyncio.Lock()
        self._scripts: dict[str, bytes] = {}
        self._numbers: dict[int, tuple[int, int]] = {}

    async def _connect(self) -> None:
        url = self._url
        tls = ssl.create_default_context() if url.scheme == "rediss" else None
        self._streams = await asyncio.open_connection(url.hostname, url.port or 6379, ssl=tls)
        self._parser = hiredis.Reader()
        if url.password:
            user = (unquote(url.username),) if url.username else ()
            await self._roundtrip(("AUTH", *user, unquote(url.password)))
        if (database := url.path.strip("/")) not in ("", "0"):
            await self._roundtrip(("SELECT", database))
        for script in (_CLAIM, _WRITE):
            self._scripts[script] = await self._roundtrip(("SCRIPT", "LOAD", script))

    async def _roundtrip(self, command: tuple[str | bytes | int, ...]) -> Any:
        assert self._streams is not None
        reader, writer = self._streams
        writer.write(hiredis.pack_command(command))  # type: ignore[arg-type]  # its stub wants one item
        while True:
            answer = self._parser.gets()
            if answer is not False:
                break
            data = await reader.read(65_536)
            if not data:
                raise ConnectionResetError("Redis closed the connection")
            self._parser.feed(data)
        if isinstance(answer, hiredis.ReplyError):
            raise answer
        return answer

    async def _script(self, script: str, keys: Sequence[str], args: Sequence[str | bytes | int]) -> int:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(2):
                    if self._streams is None:
                        await self._connect()
                    return int(
                        await self._roundtrip(("EVALSHA", self._scripts[script], len(keys), *keys, *args))
                    )
            except (OSError, TimeoutError, hiredis.HiredisError) as error:
                await self._drop()
                raise ViewsUnavailable(f"Redis did not answer: {type(error).__name__}: {error}") from error

    async def _drop(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def close(self) -> None:
        await self._drop()

    async def claim(self, partition: int, epoch: int) -> None:
        """Raise the partition's fence to our epoch.

        Raises:
            Fenced: a later owner has claimed it already.
        """
        found = await self._script(_CLAIM, [self.keys.fence(partition)], [epoch])
        if found != epoch:
            raise Fenced(partition, epoch, found)
        self._numbers[partition] = (epoch, 0)

    async def write(
        self, partition: int, epoch: int, views: Sequence[tuple[str, bytes]], gone: Sequence[str]
    ) -> None:
        """Write a batch of encoded live views (courier, JSON) and delete those that are gone; publish it.

        Raises:
            Fenced: the epoch in Redis is another one.
        """
        prefix = self.keys.live_prefix(partition)
        while views or gone:
            now, views = views[:MAX_KEYS], views[MAX_KEYS:]
            ended, gone = (gone, ()) if not views else ((), gone)
            number = self._numbers[partition][1] + 1
            head = f'{{"partition":{partition},"epoch":{epoch},"number":{number},"views":['.encode()
            names = ",".join(f'"{courier}"' for courier in ended)
            batch = head + b",".join(v for _, v in now) + f'],"gone":[{names}]}}'.encode()
            found = await self._script(
                _WRITE,
                [self.keys.fence(partition), *(prefix + c for c, _ in now), *(prefix + c for c in ended)],
                [epoch, self.keys.channel(partition), batch, len(now), *(v for _, v in now)],
            )
            if found != epoch:
                raise Fenced(partition, epoch, found)
            self._numbers[partition] = (epoch, number)
