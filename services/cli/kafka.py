"""Kafka for commands: connected with a bound, its troubles told as failures.

The client is imported where it is needed: it takes a second that `--help` and most commands don't need."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.cli.config import CliSettings
from services.cli.output import Failure
from shared.adapters.kafka.deadline import AdminRefused, BrokerAway
from shared.contracts.registry import TOPICS
from shared.contracts.topic import Topic

if TYPE_CHECKING:
    from shared.adapters.kafka.admin import KafkaAdmin
    from shared.adapters.kafka.tail import Tail


@contextmanager
def kafka_troubles(settings: CliSettings) -> Iterator[None]:
    """Kafka's errors as failures; its clients' own log is silent."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        yield
    except BrokerAway as error:
        raise Failure(
            str(error),
            "Start the system with `dromos up`, or say where Kafka is with DROMOS_KAFKA_BOOTSTRAP"
            f" (now {settings.kafka_bootstrap}).",
        ) from error
    except AdminRefused as error:
        raise Failure(f"Kafka refused: {error}", "See the broker's log, or ask as a user who may.") from error


@contextmanager
def admin(settings: CliSettings) -> Iterator[KafkaAdmin]:
    from shared.adapters.kafka.admin import KafkaAdmin

    with kafka_troubles(settings), KafkaAdmin(settings, settings.timeout_s) as opened:
        yield opened


@contextmanager
def tail(settings: CliSettings) -> Iterator[Tail]:
    from shared.adapters.kafka.tail import tailing

    with kafka_troubles(settings), tailing(settings, settings.timeout_s) as opened:
        yield opened


def topic_named(name: str) -> Topic:
    """Raises Failure: no contract knows the topic."""
    if name not in TOPICS:
        raise Failure(f"there is no topic {name}", f"Choose one of: {', '.join(TOPICS)}.")
    return TOPICS[name]
