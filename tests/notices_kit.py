"""A notifier as a process with what it needs: real Kafka, Valkey and PostgreSQL, the mailbox that takes its
messages, and views as the projectors write them. What was sent is counted where it arrived."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy import text

from deploy.local.infra import Infra
from deploy.local.paths import state_dir
from deploy.local.postgres import PostgresServer
from services.notifier import tables
from services.projector.lists import store
from services.projector.lists.core import party_row
from shared.adapters.kafka.admin import KafkaAdmin
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import Database
from shared.adapters.redis.connection import connect
from shared.adapters.redis.views import RedisViewsWriter
from shared.config import CommonSettings
from shared.contracts import merchants, notice_commands, shipment_milestones
from shared.contracts.common import Actor
from shared.contracts.merchants import Merchant
from shared.contracts.notice_commands import AnyNoticeCommand, Receipt
from shared.contracts.shipment_milestones import Milestone
from shared.contracts.shipment_parties import Recipient
from shared.contracts.views.keys import Keys
from shared.contracts.views.stage import StageView
from tests import waiting
from tests.callbacks import Posted, receiving
from tests.integration.workers import Workers, settings_of
from tests.mailbox_kit import ACCOUNT, TOKEN, Mailbox, mailbox

TICKET_KEY, WEBHOOK_KEY = "a-ticket-key-of-tests", "a-webhook-key-of-tests"
TENANT = "athens"
LEASE_S = 30
"""Writing may take a fifth of it and handing over three eighths: on a busy machine a message takes seconds,
and one that was given up is tried again after a minute."""
SESSION_S = 20.0
PATIENCE_S = 120.0
SYSTEM = Actor(kind="system", id="test")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass
class Sending:
    """A notifier's world. `receipts` are what the gateway has posted back."""

    settings: CommonSettings
    workers: Workers
    box: Mailbox
    postgres: PostgresServer
    receipts: list[Posted] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        return self.settings.topic_prefix

    def mails(self, to: str) -> list[dict[str, Any]]:
        return self.box.messages(to=to, kind="mail")

    def texts(self, to: str) -> list[dict[str, Any]]:
        return self.box.messages(to=to, kind="sms")


@contextmanager
def sending(
    infra: Infra,
    prefix: str,
    folder: Path,
    shops: Sequence[Merchant] = (),
    mail_in: int = 0,
    *,
    lease_s: int = LEASE_S,
    session_s: float = SESSION_S,
    **env: str,
) -> Iterator[Sending]:
    """The world without a notifier: `workers.start("notifier")` begins one. PostgreSQL is the block's own,
    for tests kill it. `mail_in`: the port on which it shall take what people answer. `lease_s`, `session_s`:
    so long a notifier that was killed is waited for."""
    runs = state_dir() / "run"
    runs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        postgres_folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="notices-", dir=runs)))
        postgres = PostgresServer(postgres_folder / "postgres", postgres_folder / "log", "of-tests")
        postgres.start()
        stack.callback(lambda: postgres.stop())
        box = stack.enter_context(mailbox(folder, mail_replies=f"smtp://127.0.0.1:{mail_in}"))
        gateway = stack.enter_context(receiving())
        environment = {
            "DROMOS_POSTGRES_URL": postgres.url,
            "DROMOS_TICKET_KEY": TICKET_KEY,
            "DROMOS_WEBHOOK_KEY": WEBHOOK_KEY,
            "DROMOS_SMTP_URL": box.smtp_url,
            "DROMOS_SMS_URL": box.url,
            "DROMOS_SMS_ACCOUNT": ACCOUNT,
            "DROMOS_SMS_TOKEN": TOKEN,
            "DROMOS_SMS_FROM": "+302100000000",
            "DROMOS_PUBLIC_URL": gateway.url,
            "DROMOS_NOTICE_LEASE_S": str(lease_s),
            "DROMOS_MAIL_IN_PORT": str(mail_in),
            **env,
        }
        stack.enter_context(mock.patch.dict(os.environ, environment))
        settings = settings_of(infra, prefix, partitions=2, session_timeout_s=session_s)
        with KafkaAdmin(settings, timeout_s=90) as admin:
            admin.ensure()
        asyncio.run(_prepared(settings, postgres, shops))
        workers = Workers(settings, folder)
        stack.callback(workers.stop_all)
        yield Sending(settings, workers, box, postgres, gateway.posted)


async def _prepared(settings: CommonSettings, postgres: PostgresServer, shops: Sequence[Merchant]) -> None:
    for database in (lists.database(postgres.url), tables.database(postgres.url)):
        await database.upgrade()
        await database.close()
    async with KafkaLog(settings, "/test") as log:
        for shop in shops:
            await log.append(merchants.TOPIC, shop.merchant, shop, id=f"m-{shop.merchant}", timeout_s=60)


@dataclass
class Hands:
    """Writes into the world as projectors, portal and gateway do."""

    world: Sending
    log: KafkaLog
    views: RedisViewsWriter
    lists: Database
    notices: Database
    receipts_read: int = 0

    async def stage(self, shipment: str, merchant: str, **changes: Any) -> StageView:
        values: dict[str, Any] = {
            "shipment": shipment,
            "tenant": TENANT,
            "merchant": merchant,
            "seq": 90,
            "order_number": shipment.upper(),
            "parties": "k-1",
            "substatus": "OutForDelivery_001",
            "status_ms": now_ms(),
            "language": "en",
            "zone": "Europe/Athens",
            "attempt": 1,
            "out": True,
        }
        view = StageView(**(values | changes))
        await self.views.put_stage(view)
        return view

    async def people(self, *known: tuple[str, str | None, str | None], version: str = "k-1") -> None:
        """(shipment, e-mail, telephone) into the lists."""
        rows = {
            (shipment, version): party_row(
                Recipient(
                    tenant=TENANT,
                    shipment=shipment,
                    version=version,
                    name="Maria Papadopoulou",
                    line="Ermou 15",
                    city="Athens",
                    lon=23.7,
                    lat=37.9,
                    email=email,
                    phone=phone,
                )
            )
            for shipment, email, phone in known
        }
        async with self.lists.transaction() as connection:
            await store.upsert_people(connection, rows)

    async def known(
        self,
        shipment: str,
        merchant: str,
        *,
        email: str | None = None,
        phone: str | None = None,
        **changes: Any,
    ) -> None:
        """A shipment out for delivery, and whose it is."""
        await self.people((shipment, email, phone))
        await self.stage(shipment, merchant, **changes)

    async def milestone(
        self, shipment: str, merchant: str, kind: str, revision: int = 5, **more: Any
    ) -> None:
        """Half a minute ago: what has to settle has settled."""
        value = Milestone(
            **{
                "id": f"m-{shipment}-{kind}-{revision}",
                "tenant": TENANT,
                "merchant": merchant,
                "shipment": shipment,
                "kind": kind,
                "revision": revision,
                "at_ms": now_ms() - 30_000,
                "parties": "k-1",
                "zone": "Europe/Athens",
                **more,
            }
        )
        await self.log.append(shipment_milestones.TOPIC, shipment, value, id=value.id, timeout_s=60)

    async def command(self, command: AnyNoticeCommand) -> None:
        await self.log.append(notice_commands.TOPIC, command.shipment, command, id=command.id, timeout_s=60)

    async def pass_receipts_on(self, *but: str) -> None:
        """What the gateway has posted goes into the log as the portal puts it there; `but`: the receipts of
        numbers that end so are lost."""
        posted = self.world.receipts[self.receipts_read :]
        self.receipts_read += len(posted)
        for each in posted:
            form = dict(each.form)
            state = form["MessageStatus"]
            if form["To"].endswith(but or ("-",)) or state not in ("sent", "delivered", "undelivered"):
                continue
            shipment, notice = each.url.split("/")[-2:]
            await self.command(
                Receipt(
                    id=f"r-{form['MessageSid']}-{state}",
                    tenant=TENANT,
                    merchant="any",
                    shipment=shipment,
                    at_ms=now_ms(),
                    actor=SYSTEM,
                    notice=notice,
                    state=state,  # type: ignore[arg-type]
                    reason=form.get("ErrorCode", ""),
                )
            )

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Rows of the ledger."""
        async with self.notices.reading() as connection:
            return list((await connection.execute(text(query), values)).all())

    async def notices_of(self, shipment: str) -> list[tuple[str, str, str, str]]:
        """(kind, channel, state, reason) of a shipment's notices, in order."""
        found = await self.rows(
            "SELECT kind, channel, state, reason FROM notices WHERE shipment = :s ORDER BY kind, channel",
            s=shipment,
        )
        return [tuple(row) for row in found]

    async def settles(self) -> None:
        """Wait until all milestones so far have been read and decided, and what was to be sent is sent. What
        is put off, or is tried again later, goes on waiting."""
        now, settings = now_ms(), self.world.settings
        keys = Keys(settings.namespace, 1, settings.partitions)
        marks = [keys.worked_off("notifier", p) for p in range(settings.partitions)]

        async def read() -> bool:
            return all(int(at or 0) > now for at in await self.views.redis.mget(marks))

        async def sent() -> bool:
            return not await self.rows(
                "SELECT shipment FROM wants WHERE open AND due_ms <= :now UNION"
                " SELECT shipment FROM notices WHERE state IN ('queued', 'claimed', 'sending')",
                now=now_ms(),
            )

        await until("all is read", read)
        await until("all is sent", sent)

    async def outcomes(self) -> list[dict[str, Any]]:
        """All that was said of decisions, read from the log."""
        topic = self.world.prefix + "notice.outcomes"
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.world.settings.kafka_bootstrap, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            tps = [TopicPartition(topic, p) for p in range(self.world.settings.partitions)]
            consumer.assign(tps)
            ends = await consumer.end_offsets(tps)
            found: list[dict[str, Any]] = []
            while any([await consumer.position(tp) < ends[tp] for tp in tps]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += [json.loads(record.value) for record in records]
        finally:
            await consumer.stop()
        return list({o["id"]: o for o in found}.values())

    async def told_of(self, shipment: str) -> list[tuple[str, str, str]]:
        """(kind, state, reason) of what was said of a shipment, in order."""
        found = [o for o in await self.outcomes() if o["shipment"] == shipment]
        return [(o["kind"], o["state"], o.get("reason", "")) for o in sorted(found, key=lambda o: o["at_ms"])]


@asynccontextmanager
async def hands(world: Sending) -> AsyncIterator[Hands]:
    views = RedisViewsWriter(world.settings, 1, connect(world.settings.redis_url))
    people, notices = lists.database(world.postgres.url), tables.database(world.postgres.url)
    try:
        async with KafkaLog(world.settings, "/test") as log:
            yield Hands(world, log, views, people, notices)
    finally:
        await people.close()
        await notices.close()
        await views.close()


async def until(what: str, is_so: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:
    """`waiting.until` with the patience that a message takes."""
    return await waiting.until(what, is_so, within_s=within_s, pause_s=0.1)
