"""docs/webhooks.md says what is so: its types, its table of tries, its reasons, and its example runs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.notifier.core.retries import SPREAD, WEBHOOK
from services.portal.core.webhooks import MAX_WEBHOOKS
from services.portal.schemas.webhooks import MAX_OVERLAP_S, RotateBody
from shared.adapters.webhooks import CONNECT_S, EXCERPT, WHOLE_S
from shared.contracts.generate.catalogue import WEBHOOK as ENTRY
from shared.contracts.merchants import Webhook
from shared.contracts.webhook_payload import TYPES
from shared.domain.webhooks import MAX_AFTER_MS, Secrets, signed
from shared.ports.webhooks import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (?:at once|(\d+) (s|min|h)) \| (\d+):(\d\d):(\d\d) \|$", re.MULTILINE)
UNITS = {"s": 1, "min": 60, "h": 3600}


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_is_what_is_sent() -> None:
    assert json.loads(block("json")) == ENTRY.examples[0]


def test_every_type_is_named_and_no_other() -> None:
    rows = re.findall(r"^\| (`shipment\..*?) \|", PAGE, re.MULTILINE)
    assert sorted(re.findall(r"`(.*?)`", " ".join(rows))) == sorted(TYPES)


def test_every_reason_is_named_and_no_other() -> None:
    table = PAGE.partition("| reason | what is wrong |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [reason.value for reason in Reason]


def test_the_tries_are_at_their_times() -> None:
    rows = ROW.findall(PAGE)
    waits = tuple(int(count) * UNITS[unit] for _, count, unit, *_ in rows[1:])
    assert waits == WEBHOOK
    for at, (number, *_, hours, minutes, seconds) in enumerate(rows):
        assert int(number) == at + 1
        assert int(hours) * 3600 + int(minutes) * 60 + int(seconds) == sum(WEBHOOK[:at])


def test_the_limits_that_it_tells_hold() -> None:
    assert (CONNECT_S, WHOLE_S, EXCERPT, SPREAD, MAX_WEBHOOKS) == (5, 15, 4096, 0.25, 10)
    assert (RotateBody().overlap_s, MAX_OVERLAP_S, MAX_AFTER_MS) == (86_400, 7 * 86_400, 86_400_000)


@pytest.mark.parametrize(("body", "taken"), [(b'{"type":"x"}', True), (b'{"type":"y"}', False)])
def test_the_example_in_python_takes_what_is_ours_alone(body: bytes, taken: bool) -> None:
    made: dict[str, Any] = {}
    exec(block("python"), made)
    received: Callable[..., Any] = made["received"]
    secrets, endpoint = Secrets("a-webhook-key-of-the-tests"), Webhook(id="wh-1", url="https://x.example/")
    now_ms = time.time_ns() // 1_000_000
    headers = signed(secrets.good(endpoint, now_ms), "msg_1", now_ms, b'{"type":"x"}')
    assert received(secrets.shown(endpoint), body, headers) == ({"type": "x"} if taken else None)
