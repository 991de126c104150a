"""Webhooks: signatures that the official library takes, secrets that follow from one key, what is sent, and
when it is tried again."""

from __future__ import annotations

import random
import time
from email.utils import formatdate

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Official
from standardwebhooks import WebhookVerificationError

from services.notifier.core.retries import MESSAGE, WEBHOOK, next_try_ms
from shared.contracts import merchants, shipment_milestones, webhook_payload
from shared.contracts.common import Window
from shared.contracts.generate.catalogue import WEBHOOK as ENTRY
from shared.contracts.generate.json_schemas import schema_of
from shared.contracts.merchants import Webhook
from shared.contracts.shipment_milestones import Milestone
from shared.domain.webhooks import (
    MAX_AFTER_MS,
    Secrets,
    is_on,
    message_id,
    payload_of,
    retry_after_ms,
    signed,
    wants,
)

KEY, OTHER = "a-webhook-key-of-the-tests", "the-key-that-comes-after-it"
ENDPOINT = Webhook(id="wh-1", url="https://shop.example.org/webhooks")
NOW = 1_795_168_800_000
HOUR_MS = 3_600_000
BODY = msgspec.json.encode(webhook_payload.EXAMPLE)


@pytest.fixture
def now_ms() -> int:
    """The official library takes nothing that is five minutes old, and all tests may take longer."""
    return time.time_ns() // 1_000_000


def test_the_official_library_takes_what_we_sign(now_ms: int) -> None:
    secrets = Secrets(KEY)
    headers = signed(secrets.good(ENDPOINT, now_ms), message_id("wh-1", "m-e-6"), now_ms, BODY)
    assert Official(secrets.shown(ENDPOINT)).verify(BODY, headers) == msgspec.json.decode(BODY)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "body"])
def test_the_official_library_refuses_what_was_changed(now_ms: int, header: str) -> None:
    secrets = Secrets(KEY)
    headers, body = signed(secrets.good(ENDPOINT, now_ms), "msg_1", now_ms, BODY), BODY
    if header == "body":
        body = BODY.replace(b"Attempt", b"Attempd")
    else:
        headers[header] = {"webhook-id": "msg_2", "webhook-timestamp": str(now_ms // 1000 + 1)}[header]
    with pytest.raises(WebhookVerificationError, match="No matching"):
        Official(secrets.shown(ENDPOINT)).verify(body, headers)


def test_while_a_secret_rotates_both_are_good_and_then_one(now_ms: int) -> None:
    secrets = Secrets(KEY)
    until = now_ms + HOUR_MS
    rotated = msgspec.structs.replace(ENDPOINT, version=2, previous_until_ms=until)
    old, new = Official(secrets.shown(ENDPOINT)), Official(secrets.shown(rotated))
    headers = signed(secrets.good(rotated, now_ms), "msg_1", now_ms, BODY)
    assert headers["webhook-signature"].count("v1,") == 2
    for receiver in (old, new):
        receiver.verify(BODY, headers)
    later = signed(secrets.good(rotated, until), "msg_1", now_ms, BODY)
    new.verify(BODY, later)
    with pytest.raises(WebhookVerificationError, match="No matching"):
        old.verify(BODY, later)


def test_while_the_servers_key_rotates_what_either_gave_is_good(now_ms: int) -> None:
    before, during = Secrets(KEY), Secrets(f"{OTHER}, {KEY}")
    headers = signed(during.good(ENDPOINT, now_ms), "msg_1", now_ms, BODY)
    for shown in (before.shown(ENDPOINT), during.shown(ENDPOINT), Secrets(OTHER).shown(ENDPOINT)):
        Official(shown).verify(BODY, headers)
    assert before.shown(ENDPOINT) != during.shown(ENDPOINT)


def test_each_endpoint_and_each_version_has_its_own_secret() -> None:
    secrets = Secrets(KEY)
    shown = {
        secrets.shown(Webhook(id=id, url="https://a.example", version=version))
        for id in ("wh-1", "wh-11", "wh-2")
        for version in (1, 2, 11)
    }
    assert len(shown) == 9
    assert all(s.startswith("whsec_") and len(s) == len("whsec_") + 44 for s in shown)


@pytest.mark.parametrize("keys", ["", " , ", "too-short", f"{KEY},short"])
def test_a_short_key_is_refused_and_not_repeated(keys: str) -> None:
    with pytest.raises(ValueError, match="DROMOS_WEBHOOK_KEY") as refused:
        Secrets(keys)
    assert "short" not in str(refused.value)


@pytest.mark.parametrize(("secrets", "message"), [((), "msg_1"), ((b"k",), "msg.1"), ((b"k",), "")])
def test_what_would_blur_a_signature_is_not_signed(secrets: tuple[bytes, ...], message: str) -> None:
    with pytest.raises(ValueError, match="full stop"):
        signed(secrets, message, NOW, BODY)


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.text(), min_size=1, max_size=4))
def test_a_messages_id_is_its_parts(one: list[str], other: list[str]) -> None:
    assert (message_id("wh-1", *one) == message_id("wh-1", *other)) == (one == other)
    assert message_id("wh-1", *one) != message_id("wh-2", *one)
    assert "." not in message_id("wh-1", *one)


def test_an_endpoint_gets_what_it_asked_for() -> None:
    some = msgspec.structs.replace(ENDPOINT, events=("shipment.delivered",))
    assert wants(ENDPOINT, "shipment.late")
    assert wants(some, "shipment.delivered")
    assert not wants(some, "shipment.late")


def test_a_410_counts_until_the_owner_turns_it_on_again() -> None:
    made = msgspec.structs.replace(ENDPOINT, enabled_ms=NOW)
    assert is_on(made, None)
    assert not is_on(made, NOW + 5)
    assert is_on(msgspec.structs.replace(made, enabled_ms=NOW + 6), NOW + 5)
    assert not is_on(msgspec.structs.replace(made, disabled=True), None)


def test_a_merchant_from_before_webhooks_is_still_read() -> None:
    assert merchants.DECODER.decode(b'{"merchant":"m","tenant":"t","name":"n"}').webhooks == ()


def test_a_milestone_becomes_a_payload() -> None:
    milestone = Milestone(
        id="m-e-6",
        tenant="athens",
        merchant="bookshop",
        shipment="s-1",
        kind="window_moved",
        revision=6,
        at_ms=1_795_172_400_007,
        attempt=1,
        substatus="OutForDelivery_001",
        window=Window(from_ms=1_795_172_400_000, to_ms=1_795_174_200_000),
        zone="Europe/Athens",
        parties="k-01",
    )
    said = msgspec.json.decode(msgspec.json.encode(payload_of(milestone, order_number="GR-1")))
    assert said == {
        "type": "shipment.window_moved",
        "timestamp": "2026-11-20T11:00:00.007Z",
        "data": {
            "shipment_id": "s-1",
            "merchant": "bookshop",
            "revision": 6,
            "order_number": "GR-1",
            "status": "OutForDelivery",
            "substatus": "OutForDelivery_001",
            "attempt": 1,
            "window": {"from": "2026-11-20T11:00:00.000Z", "to": "2026-11-20T11:30:00.000Z"},
            "zone": "Europe/Athens",
        },
    }
    jsonschema.validate(said, schema_of(ENTRY), cls=jsonschema.Draft202012Validator)
    webhook_payload.DECODER.decode(msgspec.json.encode(said))


def test_the_milestones_example_can_be_sent() -> None:
    (message,) = shipment_milestones.TOPIC.messages
    assert isinstance(message.example, Milestone)
    webhook_payload.DECODER.decode(msgspec.json.encode(payload_of(message.example)))
    assert webhook_payload.EXAMPLE.type in webhook_payload.TYPES


def test_a_weekend_of_silence_is_outlasted_and_then_it_ends() -> None:
    at_ms, middle = 0, lambda: 0.5
    for tries in range(1, len(WEBHOOK) + 1):
        after = next_try_ms(WEBHOOK, tries, at_ms, middle)
        assert after is not None
        at_ms = after
    assert at_ms == round(75.5 * HOUR_MS) + 5 * 60_000 + 5_000
    assert next_try_ms(WEBHOOK, len(WEBHOOK) + 1, at_ms, middle) is None
    assert sum(MESSAGE) * 1000 < 5 * HOUR_MS


@given(st.integers(1, 12), st.integers(0, 2**41), st.integers(0, 2**32), st.integers(0, MAX_AFTER_MS))
def test_a_try_lies_around_its_wait_and_never_before_what_was_asked(
    tries: int, now_ms: int, seed: int, after_ms: int
) -> None:
    found = next_try_ms(WEBHOOK, tries, now_ms, random.Random(seed).random, after_ms=after_ms)
    if tries > len(WEBHOOK):
        assert found is None
        return
    wait_ms = WEBHOOK[tries - 1] * 1000
    assert found is not None
    assert max(0.75 * wait_ms, after_ms) <= found - now_ms <= max(1.25 * wait_ms, after_ms)


def test_those_who_failed_together_do_not_return_together() -> None:
    chance = random.Random(1)
    assert len({next_try_ms(WEBHOOK, 2, NOW, chance.random) for _ in range(100)}) > 90


def test_what_was_not_tried_has_no_next_try() -> None:
    with pytest.raises(ValueError, match="first try"):
        next_try_ms(WEBHOOK, 0, NOW, random.random)


@pytest.mark.parametrize(
    ("value", "wait_ms"),
    [
        ("120", 120_000),
        (" 0 ", 0),
        ("99999999999999999999", MAX_AFTER_MS),
        (formatdate(NOW // 1000 + 90, usegmt=True), 90_000),
        (formatdate(NOW // 1000 - 90, usegmt=True), 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("Fri, 31 Dec 99999999 23:59:59 GMT", None),
    ],
)
def test_how_long_a_receiver_asks_to_wait(value: str, wait_ms: int | None) -> None:
    found = retry_after_ms(value, NOW // 1000 * 1000)
    assert found == wait_ms


@given(st.text())
def test_any_retry_after_is_read_or_not_read(value: str) -> None:
    found = retry_after_ms(value, NOW)
    assert found is None or 0 <= found <= MAX_AFTER_MS
