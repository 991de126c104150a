"""What is documented: one entry a kind of message, view and frame, with its wire shape and examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from shared.contracts import frames, webhook_payload
from shared.contracts.dead_letters import DeadLetter
from shared.contracts.generate.shapes import described
from shared.contracts.registry import DEAD_LETTER_TOPICS, LIVE_TOPICS
from shared.contracts.topic import Topic
from shared.contracts.views.catalogue import VIEWS


@dataclass(frozen=True)
class Entry:
    """One kind of value: `name` is also its schema's file name; `examples` are plain JSON values."""

    name: str
    body: type[msgspec.Struct]
    examples: tuple[Any, ...]

    @property
    def shape(self) -> type[msgspec.Struct]:
        """The type as readers see it."""
        return described(self.body)


def plain(value: msgspec.Struct) -> Any:
    """The JSON value of a struct, ready JSON included."""
    return msgspec.json.decode(msgspec.json.encode(value))


def of_topic(topic: Topic) -> tuple[Entry, ...]:
    """The kinds of message on a topic, each with its examples; all dead letters share one shape."""
    kinds: dict[type[msgspec.Struct], list[Any]] = {}
    for message in topic.messages:
        kinds.setdefault(message.body, []).append(plain(message.example))
    return tuple(Entry(_name(topic, body), body, tuple(examples)) for body, examples in kinds.items())


def _name(topic: Topic, body: type[msgspec.Struct]) -> str:
    if body is DeadLetter:
        return "dead_letter"
    tag = body.__struct_config__.tag
    return f"{topic.name}.{tag}" if tag else topic.name


MESSAGES: dict[str, tuple[Entry, ...]] = {t.name: of_topic(t) for t in LIVE_TOPICS}
DEAD_LETTER: Entry = of_topic(DEAD_LETTER_TOPICS[0])[0]
VIEW_ENTRIES: tuple[Entry, ...] = tuple(
    Entry(f"view.{view.name}", view.body, (plain(view.example),)) for view in VIEWS
)
FRAMES: tuple[Entry, ...] = tuple(
    Entry(f"frame.{example.__struct_config__.tag}", type(example), (plain(example),))
    for example in frames.EXAMPLES
)
WEBHOOK = Entry("webhook", type(webhook_payload.EXAMPLE), (plain(webhook_payload.EXAMPLE),))
ENTRIES: tuple[Entry, ...] = (
    *(entry for entries in MESSAGES.values() for entry in entries),
    DEAD_LETTER,
    *VIEW_ENTRIES,
    *FRAMES,
)
