"""`python -m services.notifier.main`: the only place that builds adapters."""

from __future__ import annotations

import asyncio

import faust

from services.notifier import tables
from services.notifier.agents import Notifier
from services.notifier.asked import Asked
from services.notifier.config import Settings
from services.notifier.core.identity import Marks
from services.notifier.dispatcher import Dispatcher
from services.notifier.facts import Sources
from services.notifier.incoming import Incoming
from services.notifier.knowing import Knowing
from services.notifier.links import Links
from services.notifier.messengers import ShopMessenger, read_addresses
from services.notifier.post import Post
from services.notifier.sender import Sender
from services.notifier.store import Ledger
from services.notifier.webhooks import WebhookPost
from shared import logs
from shared.adapters.kafka.log import KafkaLog
from shared.adapters.kafka.table import KafkaTable
from shared.adapters.postgres import lists
from shared.adapters.postgres.database import DatabaseUnavailable
from shared.adapters.postgres.strays import Strays
from shared.adapters.redis.connection import connect
from shared.adapters.redis.views import RedisViews, RedisViewsWriter, read_generation
from shared.adapters.sms import HttpSms
from shared.adapters.smtp import Server, SmtpMailer
from shared.adapters.webhooks import HttpWebhooks
from shared.contracts import merchants
from shared.domain.answering import AnswerAddresses
from shared.domain.outbound import Allowed
from shared.domain.stopping import StopTokens
from shared.domain.webhooks import Secrets

log = logs.get(__name__)
UPGRADE_AGAIN_S = 2.0


def _mailer(settings: Settings) -> SmtpMailer | None:
    if not settings.smtp_url:
        return None
    server = Server.at(settings.smtp_url, settings.smtp_user, settings.smtp_password.get_secret_value())
    return SmtpMailer(server, settings.mail_from, name=settings.mail_domain, ca_file=settings.smtp_ca_file)


def _sms(settings: Settings) -> HttpSms | None:
    if not settings.sms_url:
        return None
    token = settings.sms_token.get_secret_value()
    return HttpSms(settings.sms_url, settings.sms_account, token, settings.sms_from)


def _messenger(settings: Settings, sources: Sources) -> ShopMessenger | None:
    if settings.messengers_file is None:
        return None
    # A hundred and fifty of them are loaded.
    from shared.adapters.messenger import AppriseMessenger

    messenger = AppriseMessenger(settings.messenger_schemes)
    return ShopMessenger(messenger, read_addresses(settings.messengers_file, messenger), sources)


async def _upgraded(ledger: Ledger) -> None:
    """Wait for PostgreSQL: without the ledger nothing may be sent."""
    while True:
        try:
            await ledger.upgrade()
            return
        except DatabaseUnavailable as error:
            log.warning("notifier.waits", error=str(error))
            await asyncio.sleep(UPGRADE_AGAIN_S)


async def build(settings: Settings) -> Notifier:
    """The app with its adapters, in the loop that will run it."""
    redis = connect(settings.redis_url)
    generation = await read_generation(redis, settings.namespace)
    kafka = KafkaLog(settings, "/dromos/notifier")
    await kafka.start()
    ledger = Ledger(tables.database(settings.database_url))
    await _upgraded(ledger)
    sources = Sources(
        RedisViews(settings),
        lists.database(settings.database_url),
        KafkaTable(settings, merchants.TOPIC, merchants.Merchant),
    )
    await sources.start()
    keys = settings.ticket_key.get_secret_value()
    marks = Marks(keys, settings.contact_key.get_secret_value())
    links = Links(marks, StopTokens(keys), ledger, sources, kafka, settings.public_url, settings.link_days)
    knowing = Knowing(sources, marks)
    addresses = AnswerAddresses(keys, settings.mail_domain)
    taken = addresses if settings.mail_in_port else None
    messenger = _messenger(settings, sources)
    post = Post(
        settings, ledger, sources, knowing, links, _mailer(settings), _sms(settings), taken, messenger
    )
    incoming = Incoming(settings, ledger, sources, kafka, addresses, Strays(ledger.database))
    key = settings.webhook_key.get_secret_value()
    hooks = WebhookPost(
        ledger, sources, Secrets(key) if key else None, HttpWebhooks(Allowed(settings.webhook_allow))
    )

    def dispatcher(notifier: Notifier) -> Dispatcher:
        sender = Sender(ledger, post, hooks, notifier.fence, notifier.metrics, settings.notice_lease_s)
        return Dispatcher(ledger, knowing, sender, notifier.fence, notifier.metrics)

    return Notifier(
        settings,
        kafka,
        RedisViewsWriter(settings, generation, redis),
        ledger,
        sources,
        Asked(ledger, sources, marks),
        dispatcher,
        post,
        hooks,
        incoming,
    )


def main() -> None:
    settings = Settings()  # type: ignore[call-arg]  # the environment has the keys
    logs.set_up(settings.part, settings.log_level, sample=settings.trace_sample)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    notifier = loop.run_until_complete(build(settings))
    loop.run_until_complete(notifier.probes.start())
    worker = faust.Worker(notifier.app, loop=loop, override_logging=False, quiet=True)
    worker.execute_from_commandline()


if __name__ == "__main__":
    main()
