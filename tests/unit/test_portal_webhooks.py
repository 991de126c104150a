"""A shop's webhooks at the portal: added, listed, rotated, turned off and on, removed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr, ValidationError
from standardwebhooks import Webhook as Official

from services.portal.config import PortalSettings
from services.portal.core.webhooks import MAX_WEBHOOKS
from shared.contracts import merchants
from shared.contracts.merchants import Merchant
from shared.domain.webhooks import Secrets, is_on, signed
from tests.unit.portal_kit import NOW, SHOP, Kit, running
from tests.unit.portal_matrix import HOOK

PATH = "/v1/merchants/books/webhooks"


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    async with running() as found:
        yield found


def shop(kit: Kit) -> Merchant:
    """As it was written last."""
    return merchants.DECODER.decode(kit.log.records(merchants.TOPIC)[-1].value or b"")


def secrets(kit: Kit) -> Secrets:
    """As the notifier makes them."""
    return Secrets(kit.portal.settings.webhook_key.get_secret_value())


async def test_the_secret_that_is_shown_is_the_one_that_the_notifier_signs_with(kit: Kit) -> None:
    made = await kit.ask("books", "POST", PATH, json=HOOK)
    assert made.status_code == 201
    (webhook,) = shop(kit).webhooks
    now_ms = time.time_ns() // 1_000_000  # the library looks at the clock
    headers = signed(secrets(kit).good(webhook, now_ms), "msg_1", now_ms, b"{}")
    Official(made.json()["secret"]).verify(b"{}", headers)
    assert made.json() == {
        "webhook_id": webhook.id,
        "url": HOOK["url"],
        "events": HOOK["events"],
        "disabled": False,
        "secret": made.json()["secret"],
    }


async def test_a_secret_is_shown_once_and_kept_nowhere(kit: Kit) -> None:
    made = (await kit.ask("books", "POST", PATH, json=HOOK)).json()
    rotated = (await kit.ask("books", "POST", f"{PATH}/{made['webhook_id']}/rotate")).json()
    assert made["secret"] != rotated["secret"]
    kept = b"".join(record.value or b"" for record in kit.log.records(merchants.TOPIC)).decode()
    shown = (await kit.ask("books", "GET", PATH)).text
    shown += (await kit.ask("admin", "GET", "/v1/merchants/books")).text
    shown += (await kit.ask("books", "POST", f"{PATH}/{made['webhook_id']}/enable")).text
    for secret in (made["secret"], rotated["secret"]):
        assert secret.startswith("whsec_")
        assert secret not in kept + shown
        assert secret.removeprefix("whsec_") not in kept + shown


async def test_while_it_rotates_two_secrets_are_good(kit: Kit) -> None:
    made = (await kit.ask("books", "POST", PATH, json=HOOK)).json()
    rotate = f"{PATH}/{made['webhook_id']}/rotate"
    answer = (await kit.ask("books", "POST", rotate, json={"overlap_s": 3600})).json()
    assert answer["old_secret_until"] == "2026-11-20T11:00:00Z"
    (webhook,) = shop(kit).webhooks
    assert webhook.version == 2
    assert len(secrets(kit).good(webhook, NOW + 3_599_999)) == 2
    assert len(secrets(kit).good(webhook, NOW + 3_600_000)) == 1
    kit.now[0] += 3_600_000
    (listed,) = (await kit.ask("books", "GET", PATH)).json()["webhooks"]
    assert "old_secret_until" not in listed


async def test_a_secret_that_leaked_ends_at_once(kit: Kit) -> None:
    made = (await kit.ask("books", "POST", PATH, json=HOOK)).json()
    rotate = f"{PATH}/{made['webhook_id']}/rotate"
    assert "old_secret_until" not in (await kit.ask("books", "POST", rotate, json={"overlap_s": 0})).json()
    (webhook,) = shop(kit).webhooks
    assert len(secrets(kit).good(webhook, NOW)) == 1
    assert (await kit.ask("books", "POST", rotate, json={"overlap_s": 999_999})).status_code == 422


async def test_turned_off_and_on_again(kit: Kit) -> None:
    made = (await kit.ask("books", "POST", PATH, json=HOOK)).json()
    off = await kit.ask("books", "POST", f"{PATH}/{made['webhook_id']}/disable")
    assert off.json()["disabled"]
    assert not is_on(shop(kit).webhooks[0], None)
    gone_ms = kit.now[0] = NOW + 5_000
    kit.now[0] += 1
    on = await kit.ask("books", "POST", f"{PATH}/{made['webhook_id']}/enable")
    assert not on.json()["disabled"]
    assert is_on(shop(kit).webhooks[0], gone_ms)


async def test_removed_it_is_gone_and_the_others_stay(kit: Kit) -> None:
    ids = [(await kit.ask("books", "POST", PATH, json=HOOK)).json()["webhook_id"] for _ in range(3)]
    assert (await kit.ask("books", "DELETE", f"{PATH}/{ids[1]}")).status_code == 204
    assert [webhook.id for webhook in shop(kit).webhooks] == [ids[0], ids[2]]
    for method, path in (("DELETE", ""), ("POST", "/rotate"), ("POST", "/enable"), ("POST", "/disable")):
        assert (await kit.ask("books", method, f"{PATH}/{ids[1]}{path}")).status_code == 404


async def test_a_shop_that_is_saved_anew_keeps_its_webhooks(kit: Kit) -> None:
    await kit.ask("books", "POST", PATH, json=HOOK)
    before = shop(kit).webhooks
    assert (await kit.ask("admin", "PUT", "/v1/merchants/books", json=SHOP)).status_code == 200
    assert shop(kit).webhooks == before != ()


async def test_anothers_shop_is_as_if_it_were_not_there(kit: Kit) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/wh-1")):
        theirs = await kit.ask("toys", method, f"{PATH}{path}", json=HOOK)
        none = await kit.ask("toys", method, f"/v1/merchants/nobody/webhooks{path}", json=HOOK)
        assert (theirs.status_code, theirs.content) == (none.status_code, none.content)
        assert theirs.status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example.org/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "https://localhost/",
    ],
)
async def test_an_address_that_is_not_public_is_refused_in_words(kit: Kit, url: str) -> None:
    answer = await kit.ask("books", "POST", PATH, json={"url": url})
    assert (answer.status_code, answer.json()["reason"]) == (422, "url_refused")
    assert url not in answer.text
    assert shop(kit).webhooks == ()


async def test_what_the_operator_allows_is_taken() -> None:
    async with running(webhook_allow="127.0.0.1:8090") as kit:
        answer = await kit.ask("books", "POST", PATH, json={"url": "http://127.0.0.1:8090/x"})
        assert answer.status_code == 201


async def test_what_is_not_sent_cannot_be_asked_for(kit: Kit) -> None:
    answer = await kit.ask("books", "POST", PATH, json={**HOOK, "events": ["shipment.nothing"]})
    assert answer.status_code == 422


async def test_a_shop_has_so_many_at_most(kit: Kit) -> None:
    for _ in range(MAX_WEBHOOKS):
        assert (await kit.ask("books", "POST", PATH, json=HOOK)).status_code == 201
    assert (await kit.ask("books", "POST", PATH, json=HOOK)).status_code == 409


async def test_without_a_key_there_are_none() -> None:
    async with running(webhook_key=SecretStr("")) as kit:
        answer = await kit.ask("books", "POST", PATH, json=HOOK)
        assert answer.status_code == 409
        assert "DROMOS_WEBHOOK_KEY" in answer.json()["detail"]


@pytest.mark.parametrize("setting", [{"webhook_key": "short"}, {"webhook_allow": "no-port"}])
def test_a_setting_that_cannot_be_is_refused_at_the_start(setting: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        PortalSettings.model_validate({"ticket_key": "a-ticket-key-for-tests", **setting})
    assert next(iter(setting.values())) not in str(refused.value)
