"""Messengers by apprise, which knows their APIs; it blocks, so it runs in threads of its own."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import apprise
from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, PersistentStoreMode
from apprise.manager_plugins import NotificationManager

from shared.ports.messenger import Message
from shared.ports.sending import Failed, Reason, Sending, Sent, Unsure

CALL_S = 20.0
_THREADS = 4


class AppriseMessenger:
    """`Messenger` for addresses of apprise's with one of these schemes. A call that is given up goes on in
    its thread until its own sockets' deadlines, a few seconds later."""

    def __init__(self, schemes: Sequence[str], *, call_s: float = CALL_S) -> None:
        _silence()
        _load()
        self._schemes, self._call_s = frozenset(schemes), call_s
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="messenger")
        self._asset = AppriseAsset(
            app_id="Dromos",
            app_desc="Dromos",
            app_url="",
            async_mode=False,
            http_redirects=False,
            allow_templates=False,
            storage_mode=PersistentStoreMode.MEMORY,
        )

    def takes(self, url: str) -> bool:
        return self._service(url) is not None

    async def send(self, message: Message) -> Sending:
        service = self._service(message.url)
        if service is None:
            return Failed(True, "", Reason.ADDRESS)
        to_one = Apprise(asset=self._asset)
        to_one.add(service)

        def notify() -> bool:
            return bool(to_one.notify(message.body, message.title, body_format=NotifyFormat.TEXT))

        try:
            async with asyncio.timeout(self._call_s):
                gone = await asyncio.get_running_loop().run_in_executor(self._threads, notify)
        except TimeoutError:
            return Unsure("timeout")
        # apprise says no more than yes or no.
        return Sent("") if gone else Failed(False, "", Reason.BUSY)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _service(self, url: str) -> NotifyBase | None:
        if url.partition("://")[0].lower() not in self._schemes or any(c.isspace() for c in url):
            return None
        made = Apprise.instantiate(url, asset=self._asset)
        return made if isinstance(made, NotifyBase) else None


def _load() -> None:
    """apprise loads its messengers when it first needs one; at the start it stops nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # imghdr, before Python 3.13
        NotificationManager().load_modules()  # type: ignore[no-untyped-call]


def _silence() -> None:
    """apprise and what it calls with write addresses, keys in them, and answers of servers at every level."""
    apprise.logger.setLevel(logging.CRITICAL + 1)
    apprise.logger.propagate = False
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    logging.getLogger("requests").setLevel(logging.CRITICAL)
