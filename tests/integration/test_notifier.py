"""The notifier over real Kafka, Valkey, PostgreSQL, mail server and SMS gateway: what arrives there, once."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from standardwebhooks import Webhook as Official

from deploy.local.infra import Infra
from deploy.local.ports import free_port
from services.notifier import tables
from shared.contracts import merchants
from shared.contracts.common import Actor, Contact
from shared.contracts.merchants import Merchant, Webhook
from shared.contracts.notice_commands import Decide, Prefer, SendLink
from shared.contracts.notices import NoticePolicy
from shared.contracts.ratings import Rating
from shared.domain.webhooks import Secrets
from tests.faults.flow import read_all
from tests.integration.webhook_receiver import Receiver, receiving, says
from tests.notices_kit import TENANT, WEBHOOK_KEY, Hands, Sending, hands, now_ms, sending, until

PREFIX = f"t-notifier-{os.getpid()}."
ALWAYS = {"quiet_from_h": 0, "quiet_to_h": 0, "daily_cap": 50, "ask_after_s": 0, "survey_after_s": 0}
HOOK_PORT, GONE_PORT = free_port(), free_port()
STAFF = Actor(kind="staff", id="anna")
HOOK = Webhook(
    id="wh-1", url=f"http://127.0.0.1:{HOOK_PORT}/hook", version=2, previous_until_ms=4_000_000_000_000
)
SHOPS = (
    Merchant(
        merchant="books",
        tenant=TENANT,
        name="The bookshop",
        contact=Contact(email="help@books.example"),
        notices=NoticePolicy(**ALWAYS),  # type: ignore[arg-type]
    ),
    Merchant(
        merchant="texts",
        tenant=TENANT,
        name="Texts first",
        notices=NoticePolicy(channels=("sms", "email"), email_only=(), **ALWAYS),  # type: ignore[arg-type]
    ),
    Merchant(
        merchant="asks",
        tenant=TENANT,
        name="Asks at once",
        notices=NoticePolicy(**(ALWAYS | {"ask_after_s": 1, "survey_after_s": 3})),  # type: ignore[arg-type]
    ),
    Merchant(
        merchant="sleeps",
        tenant=TENANT,
        name="Sleeps",
        notices=NoticePolicy(**(ALWAYS | {"quiet_to_h": 24})),  # type: ignore[arg-type]
    ),
    Merchant(
        merchant="hooks",
        tenant=TENANT,
        name="Hooks",
        notices=NoticePolicy(**ALWAYS),  # type: ignore[arg-type]
        webhooks=(
            HOOK,
            Webhook(id="wh-gone", url=f"http://127.0.0.1:{GONE_PORT}/x", events=("shipment.delivered",)),
            Webhook(id="wh-new", url=f"http://127.0.0.1:{HOOK_PORT}/new", enabled_ms=4_000_000_000_000),
        ),
    ),
)


@pytest.fixture(scope="module")
def world(infra: Infra, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sending]:
    allow = f"127.0.0.1:{HOOK_PORT},127.0.0.1:{GONE_PORT}"
    folder = tmp_path_factory.mktemp("notifier")
    with sending(infra, PREFIX, folder, SHOPS, DROMOS_WEBHOOK_ALLOW=allow) as found:
        found.workers.modules["notifier"] = "tests.integration.lagging_notifier"
        found.workers.start("notifier")
        yield found


@pytest.fixture
async def do(world: Sending) -> AsyncIterator[Hands]:
    async with hands(world) as found:
        yield found
    assert world.workers.processes["notifier"].poll() is None, world.workers.log("notifier")


def _differs(connection: Connection) -> list[Any]:
    found: list[Any] = compare_metadata(MigrationContext.configure(connection), tables.META)
    return [each for each in found if "alembic_version" not in str(each)]


async def test_the_migrations_lead_to_the_tables(do: Hands) -> None:
    async with do.notices.engine.connect() as connection:
        assert await connection.run_sync(_differs) == []


async def test_each_milestone_is_one_mail_and_each_mail_is_complete(world: Sending, do: Hands) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "taken_over": {"out": False, "substatus": "InTransit_002"},
        "out_for_delivery": {},
        "stops_away": {"stops_left": 3},
        "near": {},
        "late": {},
        "window_moved": {},
        "delivered": {"out": False, "ended": True, "substatus": "Delivered_001"},
        "attempt_failed": {"out": False, "substatus": "AttemptFail_002"},
        "exception": {"out": False, "substatus": "Exception_012"},
        "pickup_ready": {"out": False, "substatus": "AvailableForPickup_001"},
        "expired": {"out": False, "substatus": "Expired_001"},
    }
    for kind, changes in kinds.items():
        more = {"stops_left": changes.pop("stops_left", None), "substatus": changes.get("substatus")}
        name = kind.replace("_", "-")
        await do.known(f"k-{name}", "books", email=f"{name}@example.org", **changes)
        for _ in range(2):  # projectors repeat what they were killed over
            await do.milestone(f"k-{name}", "books", kind, **more)
    addresses = [f"{kind.replace('_', '-')}@example.org" for kind in kinds]
    await until("each has come", lambda: all(world.mails(a) for a in addresses))
    await do.settles()
    assert {a: len(world.mails(a)) for a in addresses} == dict.fromkeys(addresses, 1)
    subjects = {world.mails(a)[0]["subject"] for a in addresses}
    assert len(subjects) == len(kinds)
    for address in addresses:
        mail = world.box.one(world.mails(address)[0]["id"])
        assert mail["from"].startswith("The bookshop <")
        assert re.fullmatch(r"<n-[a-z2-7]{26}@dromos\.localhost>", mail["ref"])
        assert any("/t#" in link for link in mail["links"])
        assert mail["unsubscribe"]["one_click"]
        assert mail["answer_to"] == "help@books.example"
        assert f"K-{address.split('@')[0].upper()}" in mail["text"]
        assert mail["html"]
    made = {
        json.loads(r.value)["shipment"]
        for r in await read_all(do.world.settings.kafka_bootstrap, PREFIX + "links", 0.5)
    }
    assert {f"k-{kind.replace('_', '-')}" for kind in kinds} <= made


async def test_asked_a_day_after_and_surveyed_though_he_has_answered(world: Sending, do: Hands) -> None:
    over: dict[str, Any] = {"out": False, "ended": True, "substatus": "Delivered_001"}
    await do.known("ask-1", "asks", email="ask-1@example.org", **over)
    rated = Rating(seq=91, question="nps", at_ms=now_ms(), score=9)
    await do.known("ask-2", "asks", email="ask-2@example.org", ratings=(rated,), **over)
    for shipment in ("ask-1", "ask-2"):
        await do.milestone(shipment, "asks", "delivered", substatus="Delivered_001")
    await until("told, asked, surveyed", lambda: len(world.mails("ask-1@example.org")) == 3)
    told = await until("both are dropped", lambda: _dropped(do, "ask-2", 2))
    assert {(kind, reason) for kind, _, reason in told} == {
        ("all_right", "answered_already"),
        ("survey", "answered_already"),
    }
    await until("and told that it is there", lambda: len(world.mails("ask-2@example.org")) == 1)


async def _dropped(do: Hands, shipment: str, many: int) -> list[tuple[str, str, str]] | None:
    found = [t for t in await do.told_of(shipment) if t[1] in ("dropped", "folded")]
    return found if len(found) >= many else None


async def test_a_shop_is_known_before_its_first_parcel_is_decided_on(do: Hands) -> None:
    """Shops and milestones come by topics of their own, and this notifier reads the shops late."""
    await do.known("first", "young", out=False, ended=True, substatus="Delivered_001")
    policy = NoticePolicy(quiet_from_h=0, quiet_to_h=0, ask_after_s=7200)
    young = Merchant(merchant="young", tenant=TENANT, name="Young", notices=policy)
    await do.log.append(merchants.TOPIC, "young", young, id="m-young", timeout_s=60)
    await do.milestone("first", "young", "delivered", substatus="Delivered_001")
    await do.settles()
    asked = await do.rows("SELECT due_ms - at_ms FROM wants WHERE shipment = 'first' AND kind = 'all_right'")
    assert asked == [(7_200_000,)]


async def test_one_mail_tells_of_three_parcels_and_one_click_ends_them(world: Sending, do: Hands) -> None:
    names = ["d-1", "d-2", "d-3"]
    await do.people(*((n, "three@example.org", None) for n in names))
    for name in names:
        await do.stage(name, "books")
    at_ms = now_ms() - 15_000
    for name in names:
        await do.milestone(name, "books", "out_for_delivery", at_ms=at_ms)
    await until("one mail", lambda: world.mails("three@example.org"))
    await until("all three are sent", lambda: _states(do, names, "sent"))
    [mail] = world.mails("three@example.org")
    assert all(name.upper() in mail["text"] for name in names)
    await do.command(_prefer("p-1", "d-2", stop=("email",)))
    await until("the wish is kept", lambda: do.rows("SELECT 1 FROM wishes WHERE 'email' = ANY(stopped)"))
    await do.milestone("d-1", "books", "delivered", 7, substatus="Delivered_001")
    assert await until("it is dropped", lambda: _dropped(do, "d-1", 1)) == [
        ("delivered", "dropped", "opted_out")
    ]
    assert len(world.mails("three@example.org")) == 1
    await do.command(_link("l-1", "d-1"))
    await until("the link he asks for comes all the same", lambda: len(world.mails("three@example.org")) == 2)


def _prefer(id: str, shipment: str, **more: Any) -> Prefer:
    head: dict[str, Any] = {"tenant": TENANT, "merchant": "books", "at_ms": now_ms()}
    return Prefer(id=id, shipment=shipment, actor=Actor(kind="recipient", id=shipment), **head, **more)


def _link(id: str, shipment: str) -> SendLink:
    head: dict[str, Any] = {"tenant": TENANT, "merchant": "books", "at_ms": now_ms()}
    return SendLink(id=id, shipment=shipment, actor=STAFF, **head)


def _decide(id: str, shipment: str, notice: str, *, release: bool) -> Decide:
    head: dict[str, Any] = {"tenant": TENANT, "merchant": "texts", "at_ms": now_ms()}
    return Decide(id=id, shipment=shipment, actor=STAFF, notice=notice, release=release, **head)


async def _states(do: Hands, shipments: list[str], *states: str) -> bool:
    found = await do.rows("SELECT shipment FROM notices WHERE state = ANY(:s)", s=list(states))
    return set(shipments) <= {row.shipment for row in found}


async def test_what_fails_on_one_channel_is_told_on_the_other(world: Sending, do: Hands) -> None:
    people = {
        # (shop, e-mail, telephone): by which endings the mail server and the gateway make trouble
        "f-nobody": ("books", "f1+nobody@example.org", "+306900000101"),
        "f-away": ("texts", "f2@example.org", "+306900020001"),
        "f-opted": ("texts", "f3@example.org", "+306900030005"),
        "f-both": ("books", "f4+nobody@example.org", "+306900040007"),
        "f-plain": ("texts", "f5@example.org", "+306900000105"),
    }
    for name, (shop, email, phone) in people.items():
        await do.known(name, shop, email=email, phone=phone, out=False, substatus="Exception_012")
        await do.milestone(name, shop, "exception", substatus="Exception_012")

    async def over() -> bool:
        await do.pass_receipts_on()
        told = [
            len(world.texts("+306900000101")),
            len(world.mails("f2@example.org")),
            len(world.mails("f3@example.org")),
            len(world.texts("+306900000105")),
        ]
        return told == [1, 1, 1, 1] and bool(await _dropped(do, "f-both", 1))

    await until("each is told", over)
    await until("receipts are kept", lambda: _states(do, ["f-nobody", "f-plain"], "delivered"))
    assert await do.notices_of("f-away") == [
        ("exception", "email", "sent", ""),
        ("exception", "sms", "bounced", "30003"),
    ]
    assert [t[1:] for t in await do.told_of("f-both")][-1] == ("dropped", "no_channel_left")
    assert ("exception", "email", "failed", "address") in await do.notices_of("f-both")
    assert not world.mails("f5@example.org")


async def test_an_sms_that_may_have_gone_is_held_and_released_once(world: Sending, do: Hands) -> None:
    phone, lost = "+306900050006", "0006"
    await do.known("h-1", "texts", phone=phone, out=False, substatus="Exception_012")
    await do.milestone("h-1", "texts", "exception", substatus="Exception_012")
    [row] = await until("held", lambda: do.rows("SELECT notice FROM notices WHERE state = 'held'"))
    await do.pass_receipts_on(lost)
    assert len(world.texts(phone)) == 1
    release = _decide("dec-1", "h-1", row.notice, release=True)
    await do.command(release)
    await until("a second call", lambda: len(world.texts(phone)) == 2)
    await until("held once more", lambda: _states(do, ["h-1"], "held"))
    for _ in range(2):
        await do.command(release)  # the same decision, read again
    await do.command(_decide("dec-2", "h-1", row.notice, release=False))
    await until("discarded", lambda: _states(do, ["h-1"], "discarded"))
    await do.pass_receipts_on(lost)
    assert len(world.texts(phone)) == 2
    await until("all is said", lambda: _said(do, "h-1", ["held", "deferred", "held", "dropped"]))


async def _said(do: Hands, shipment: str, states: list[str]) -> bool:
    return [state for _, state, _ in await do.told_of(shipment)] == states


async def test_a_receipt_ends_the_wait_of_a_held_one(world: Sending, do: Hands) -> None:
    phone = "+306900060006"
    await do.known("h-2", "texts", phone=phone, out=False, substatus="Exception_012")
    await do.milestone("h-2", "texts", "exception", substatus="Exception_012")

    async def delivered() -> bool:
        await do.pass_receipts_on()
        return await _states(do, ["h-2"], "delivered")

    await until("the receipt says that it went", delivered)
    assert len(world.texts(phone)) == 1


async def test_quiet_hours_put_off_what_can_wait(world: Sending, do: Hands) -> None:
    failed: dict[str, Any] = {"out": False, "substatus": "AttemptFail_002"}
    await do.known("q-1", "sleeps", email="q-1@example.org", out=False, substatus="Exception_012")
    await do.known("q-2", "sleeps", email="q-2@example.org", **failed)
    await do.milestone("q-1", "sleeps", "exception", substatus="Exception_012")
    await do.milestone("q-2", "sleeps", "attempt_failed", substatus="AttemptFail_002")
    await until("he was at the door: told at night", lambda: world.mails("q-2@example.org"))
    told = await until("deferred", lambda: do.told_of("q-1"))
    assert told == [("exception", "deferred", "quiet_hours")]
    assert not world.mails("q-1@example.org")


async def test_views_that_are_away_lose_nothing(world: Sending, do: Hands) -> None:
    """Neither a stage that is not there yet, nor one that says what was before, nor a person whom only the
    lists do not have, nor a wish to hear no more."""
    await do.milestone("v-1", "books", "exception", substatus="Exception_012")
    await do.stage("v-2", "books", seq=3, out=False)
    await do.milestone("v-2", "books", "out_for_delivery")
    await do.command(_prefer("p-2", "v-3", stop=("email",)))
    await do.milestone("v-3", "books", "exception", substatus="Exception_012")
    await until("they wait", lambda: _waiting(do, ["v-1", "v-2", "v-3"]))
    for name in ("v-1", "v-3"):
        await do.known(name, "books", email=f"{name}@example.org", out=False, substatus="Exception_012")
    await do.known("v-2", "books", email="v-2@example.org")
    await until("told", lambda: world.mails("v-1@example.org") and world.mails("v-2@example.org"))
    assert await until("not told", lambda: _dropped(do, "v-3", 1)) == [("exception", "dropped", "opted_out")]
    assert not world.mails("v-3@example.org")


async def _waiting(do: Hands, shipments: list[str]) -> bool:
    rows = await do.rows("SELECT shipment FROM wants WHERE open AND reason = 'waiting'")
    return set(shipments) <= {row.shipment for row in rows}


async def test_a_revoked_link_is_not_made_again_when_its_view_is_lost(world: Sending, do: Hands) -> None:
    await do.known("r-1", "books", email="r-1@example.org", out=False, substatus="Exception_012")
    await do.milestone("r-1", "books", "exception", substatus="Exception_012")
    await until("told", lambda: world.mails("r-1@example.org"))
    for n in (6, 7):
        await do.milestone("r-1", "books", "attempt_failed", n, substatus="AttemptFail_002")
    await until("told", lambda: len(world.mails("r-1@example.org")) == 3)
    records = await read_all(do.world.settings.kafka_bootstrap, PREFIX + "links", 0.5)
    assert [json.loads(r.value)["shipment"] for r in records].count("r-1") == 1
    assert len({mail["links"][0] for mail in world.mails("r-1@example.org")}) == 1


async def test_two_notifiers_tell_once(world: Sending, do: Hands) -> None:
    await asyncio.to_thread(world.workers.start, "notifier-2")
    try:
        names = [f"t-{n:02}" for n in range(60)]
        await do.people(*((n, f"{n}@example.org", None) for n in names))
        for name in names:
            await do.stage(name, "books", out=False, substatus="AttemptFail_002")
            await do.milestone(name, "books", "attempt_failed", substatus="AttemptFail_002")
        await until("all are told", lambda: all(world.mails(f"{n}@example.org") for n in names))
        await until("all are closed", lambda: _states(do, names, "sent"))
        await do.settles()
        assert Counter(len(world.mails(f"{n}@example.org")) for n in names) == {1: 60}
    finally:
        world.workers.processes["notifier-2"].terminate()
        await asyncio.to_thread(world.workers.wait_for_end, "notifier-2", 60)


async def test_postgresql_killed_in_the_middle_costs_no_message_and_makes_none_twice(
    world: Sending, do: Hands
) -> None:
    names = [f"pg-{n:02}" for n in range(40)]
    await do.people(*((n, f"{n}@example.org", None) for n in names))
    for name in names:
        await do.stage(name, "books", out=False, substatus="AttemptFail_002")
    for name in names[:20]:
        await do.milestone(name, "books", "attempt_failed", substatus="AttemptFail_002")
    await until("some are told", lambda: any(world.mails(f"{n}@example.org") for n in names))
    assert world.postgres.pid is not None
    before = _waits(world)
    os.kill(world.postgres.pid, signal.SIGKILL)
    for name in names[20:]:
        await do.milestone(name, "books", "attempt_failed", substatus="AttemptFail_002")
    await until("it has missed the database", lambda: _waits(world) > before)
    world.postgres.stop()
    world.postgres.start()  # by this thread: the server ends with the one that started it
    await until("all are told", lambda: all(world.mails(f"{n}@example.org") for n in names))
    await until("all are closed", lambda: _states(do, names, "sent"))
    await do.settles()
    assert Counter(len(world.mails(f"{n}@example.org")) for n in names) == {1: 40}


def _waits(world: Sending) -> int:
    """How often the notifier has said that it waits."""
    return (world.workers.logs / "notifier.log").read_text().count('"notifier.waits"')


def verified(receiver: Receiver, version: int) -> bool:
    secret = Secrets(WEBHOOK_KEY).shown(Webhook(id="wh-1", url=HOOK.url, version=version))
    Official(secret).verify(receiver.bodies[-1], receiver.headers())
    return True


async def test_webhooks_are_signed_tried_again_and_ended_by_gone(do: Hands) -> None:
    async with receiving(port=HOOK_PORT) as hook, receiving(port=GONE_PORT) as gone:
        hook.answer, gone.answer = says("503 Service Unavailable"), says("410 Gone")
        await do.stage("w-1", "hooks")
        await do.milestone("w-1", "hooks", "delivered", substatus="Delivered_001")
        await until("tried", lambda: hook.bodies and gone.bodies)
        hook.answer = says("204 No Content")
        await until("tried again", lambda: len(hook.bodies) == 2)
        assert verified(hook, 2)
        assert verified(hook, 1), "the secret before is good for a while"
        assert hook.bodies[0] == hook.bodies[1]
        [first, second] = [_header(head, "webhook-id") for head in hook.heads]
        assert first == second
        told = json.loads(hook.bodies[-1])
        assert (told["type"], told["data"]["order_number"]) == ("shipment.delivered", "W-1")
        await until("the one that is gone is kept so", lambda: do.rows("SELECT 1 FROM endpoints"))
        await do.milestone("w-1", "hooks", "delivered", 8, substatus="Delivered_005")
        await until("told of the next", lambda: len(hook.bodies) == 3)
        assert not any("/new" in head for head in hook.heads), "it was not there yet"
        await until("not called any more", lambda: _off(do))
        assert len(gone.bodies) == 1


def _header(head: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*)\r?$", head, re.MULTILINE | re.IGNORECASE)
    assert found is not None
    return found[1].strip()


async def _off(do: Hands) -> bool:
    return any(reason == "endpoint_off" for _, _, reason in await do.told_of("w-1"))


async def test_a_worker_that_is_told_to_end_lets_go_what_is_on_its_way(world: Sending, do: Hands) -> None:
    """An SMS that is cut off between the call and its closing would be held for a person to decide about."""
    phones = [f"+30690007{n:02}00" for n in range(20)]
    names = [f"e-{n:02}" for n in range(20)]
    await do.people(*((n, None, p) for n, p in zip(names, phones, strict=True)))
    for name in names:
        await do.stage(name, "texts", out=False, substatus="AttemptFail_002")
        await do.milestone(name, "texts", "attempt_failed", substatus="AttemptFail_002")
    await until("some are sent", lambda: any(world.texts(p) for p in phones))
    world.workers.processes["notifier"].terminate()
    await asyncio.to_thread(world.workers.wait_for_end, "notifier", 60)
    assert not await do.rows("SELECT 1 FROM notices WHERE state = 'sending'")
    await asyncio.to_thread(world.workers.start, "notifier")
    await until("all are sent", lambda: all(world.texts(p) for p in phones))
    assert Counter(len(world.texts(p)) for p in phones) == {1: 20}


async def test_milestones_read_again_from_the_beginning_send_nothing(world: Sending, do: Hands) -> None:
    """Last of all: a new group reads all that the tests before have said."""
    before = _counts(world)
    world.workers.processes["notifier"].terminate()
    await asyncio.to_thread(world.workers.wait_for_end, "notifier", 60)
    await _rewound(world)
    await asyncio.to_thread(world.workers.start, "notifier")
    await do.known("last", "books", email="last@example.org")
    await do.milestone("last", "books", "stops_away", stops_left=2)
    await until("it goes on with what is new", lambda: world.mails("last@example.org"))
    await do.settles()
    after = _counts(world)
    assert after == before | {"smtp_data": before["smtp_data"] + 1}


def _counts(world: Sending) -> dict[str, int]:
    return {name: world.box.count(name) for name in ("smtp_data", "sms_calls")}


async def _rewound(world: Sending) -> None:
    """As a group that has read nothing."""
    topics = ("shipment.milestones", "notice.commands")
    consumer = AIOKafkaConsumer(
        bootstrap_servers=world.settings.kafka_bootstrap,
        group_id=PREFIX + "notifier",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        tps = [TopicPartition(PREFIX + topic, p) for topic in topics for p in range(2)]
        consumer.assign(tps)
        await consumer.commit({tp: OffsetAndMetadata(0, "") for tp in tps})
    finally:
        await consumer.stop()
