"""`python -m deploy.local.mailbox`: serve on loopback until SIGTERM."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import httpx
import uvicorn

from deploy.local.mailbox import mail
from deploy.local.mailbox.answers import Answers
from deploy.local.mailbox.options import Options
from deploy.local.mailbox.sms import Gateway
from deploy.local.mailbox.store import Store
from deploy.local.mailbox.web import create_app
from deploy.local.ports import LOOPBACK

_CALL_S = 5.0
_DRAIN_S = 2


class _Server(uvicorn.Server):
    """Ends by returning, so that the store is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def serve(options: Options) -> None:
    """Mail first: who asks /readyz may send."""
    async with AsyncExitStack() as stack:
        store = Store(options.folder / "messages.sqlite", options.keep)
        stack.callback(store.close)
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=_CALL_S, trust_env=False))
        answers, gateway = Answers(options, store, http), Gateway(options, store, http)
        stack.push_async_callback(answers.close)
        stack.push_async_callback(gateway.close)
        post = mail.Post(store, answers.bounce)
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(lambda: mail.server(post), LOOPBACK, options.smtp_port)
        stack.callback(listener.close)
        server = _Server(
            uvicorn.Config(
                create_app(store, answers, gateway),
                host=LOOPBACK,
                port=options.port,
                loop="none",
                access_log=False,
                log_level="warning",
                server_header=False,
                lifespan="off",
                timeout_graceful_shutdown=_DRAIN_S,
            )
        )
        await server.serve()
        if not server.started:
            sys.exit(3)


if __name__ == "__main__":
    asyncio.run(serve(Options.from_environment(os.environ)))
