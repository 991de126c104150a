"""Logs: one JSON object a line on standard error, without personal data or secrets."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

import structlog

from shared import trace

_NOISY = ("aiokafka", "kafka", "faust", "mode")
_TELLING = ("httpx", "httpcore", "websockets")
"""Below WARNING they write addresses that they ask and frames that they send: streets, secrets, places."""


class RateLimit(logging.Filter):
    """Lets each logger say `burst` lines per `per_s` seconds: an outage makes aiokafka write thousands."""

    def __init__(self, burst: int = 20, per_s: float = 10.0) -> None:
        super().__init__()
        self._burst, self._per_s = burst, per_s
        self._seen: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = time.monotonic()
        since, count = self._seen.get(record.name, (now, 0))
        if now - since > self._per_s:
            since, count = now, 0
        self._seen[record.name] = (since, count + 1)
        return count < self._burst


def _add_trace(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    if "trace" not in event and (found := trace._current.get()) is not None:
        event["trace"] = trace.id_of(found)
    return event


def set_up(part: str, level: str = "INFO", *, sample: float = 0.01) -> None:
    """Send this process's logs, its libraries' too, to standard error as JSON lines. Of what begins here the
    share `sample` is followed in them."""
    trace.sample(sample)
    shared_processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    limit = RateLimit()
    for name in (*_NOISY, *_TELLING):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    handler.addFilter(lambda record: not record.name.startswith(_NOISY) or limit.filter(record))
    structlog.configure(
        processors=[*shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(part=part)


def get(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
