"""The object store by obstore: one adapter over its folder, its S3 client and its memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, S3Store

from shared.ports.objects import NoSuchObject, ObjectsUnavailable, Stored

if TYPE_CHECKING:
    from obstore.store import S3Config

CALL_S = 6.0
"""The longest that a call may take, the client's own repeats included."""

_CONNECT = timedelta(seconds=2)
_REQUEST = timedelta(seconds=5)
_AT_ONCE = 8


def open_objects(
    url: str, *, endpoint: str = "", region: str = "", key_id: str = "", secret: str = ""
) -> StoreObjects:
    """The store at `file:///folder` (made if it is not there), `s3://bucket/prefix` or `memory:///`.

    The rest is S3's. What is left empty comes from where every S3 client looks: AWS_ENDPOINT_URL, AWS_REGION,
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, the machine's own role.

    Raises:
        ValueError: no such kind of address.
        ObjectsUnavailable: the folder can't be made, or the environment lacks something.
    """
    parts = urlsplit(url)
    try:
        match parts.scheme:
            case "file" if parts.path.startswith("/") and not parts.netloc:
                folder = Path(unquote(parts.path))
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                return StoreObjects(LocalStore(folder, automatic_cleanup=True))
            case "s3" if parts.netloc:
                given: S3Config = {}
                given |= {"endpoint": endpoint} if endpoint else {}
                given |= {"region": region} if region else {}
                given |= {"access_key_id": key_id, "secret_access_key": secret} if key_id else {}
                return StoreObjects(
                    S3Store(
                        parts.netloc,
                        prefix=parts.path.strip("/") or None,
                        config=given,
                        client_options={
                            "connect_timeout": _CONNECT,
                            "timeout": _REQUEST,
                            "allow_http": True,  # the endpoint says whether by TLS; unless told it is
                        },
                        retry_config={"max_retries": 2, "retry_timeout": _REQUEST},
                    )
                )
            case "memory":
                return StoreObjects(MemoryStore())
    except (BaseError, OSError) as error:
        raise ObjectsUnavailable(_short(error)) from error
    raise ValueError("an address such as file:///var/lib/dromos/objects or s3://bucket/prefix")


class StoreObjects:
    """`Objects` over one of obstore's stores."""

    def __init__(self, store: ObjectStore, *, call_s: float = CALL_S) -> None:
        self._store, self._call_s = store, call_s

    async def put(self, key: str, data: bytes) -> None:
        async with self._bounded():
            await obstore.put_async(self._store, key, data, use_multipart=False)

    async def get(self, key: str) -> bytes:
        async with self._bounded():
            try:
                found = await obstore.get_async(self._store, key)
                return bytes(await found.bytes_async())
            except FileNotFoundError:
                raise NoSuchObject(key) from None

    async def delete(self, keys: Iterable[str]) -> None:
        # One by one: of several at once, a folder's store stops at the first that is not there.
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(key: str) -> None:
            async with slots, self._bounded():
                with suppress(FileNotFoundError):
                    await obstore.delete_async(self._store, key)

        results = await asyncio.gather(*(one(key) for key in keys), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def listed(self, folder: str) -> list[Stored]:
        async with self._bounded():
            found = await obstore.list(self._store, _folder(folder)).collect_async()
        return sorted((Stored(entry["path"], entry["size"]) for entry in found), key=lambda s: s.key)

    async def folders(self, folder: str) -> list[str]:
        async with self._bounded():
            found = await obstore.list_with_delimiter_async(self._store, _folder(folder))
        return sorted(prefix.rstrip("/").rpartition("/")[2] for prefix in found["common_prefixes"])

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._call_s):
                yield
        except TimeoutError as error:
            raise ObjectsUnavailable(f"no answer within {self._call_s:g} s") from error
        except (BaseError, OSError) as error:
            raise ObjectsUnavailable(_short(error)) from error


def _folder(folder: str) -> str | None:
    """With its slash, so that the folder `a` is not also `ab`; none is all."""
    return f"{folder.strip('/')}/" if folder.strip("/") else None


def _short(error: Exception) -> str:
    """What happened, without the request's details that follow."""
    return f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"
