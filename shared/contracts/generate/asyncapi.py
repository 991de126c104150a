"""The AsyncAPI 3.0 document: a channel a topic with its Kafka binding, and the recipient's websocket.

Operations say who does what: `send` writes to the channel, `receive` reads from it."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from shared.contracts import frames
from shared.contracts.generate.catalogue import DEAD_LETTER, ENTRIES, FRAMES, MESSAGES, VIEW_ENTRIES, Entry
from shared.contracts.generate.json_schemas import tidied
from shared.contracts.generate.text import paragraphs
from shared.contracts.registry import DEAD_LETTER_TOPICS, LIVE_TOPICS
from shared.contracts.topic import Topic

DOCUMENTED_PARTITIONS = 48
"""Partitions in production; locally the setting DROMOS_PARTITIONS says otherwise."""

KAFKA_BINDING = "0.5.0"
SOCKET = "recipient_socket"
CLOUD_EVENTS = "cloudEvents"
REQUIRED_HEADERS = ("ce_id", "ce_source", "ce_specversion", "ce_type", "content-type")
HEADER_MEANINGS = {
    "ce_id": "CloudEvents `id`: unique with `ce_source`; a repeat has the same.",
    "ce_source": "CloudEvents `source`: who wrote it, e.g. `/dromos/ingest`.",
    "ce_specversion": "CloudEvents version.",
    "ce_type": "CloudEvents `type`: `dromos.`, the topic, and the kind of message.",
    "content-type": "CloudEvents `datacontenttype`.",
    "traceparent": "W3C trace context of the request that caused it.",
    "tenant": "The carrier.",
    "device": "The device that sent the fix.",
    "protocol": "The protocol it spoke.",
    "received_ms": "When ingest received the fix, milliseconds UTC.",
    "battery_pct": "The device's battery, per cent.",
    "event": "What the app said beside the fix.",
}

_SERVER_FRAMES = {frame.__struct_config__.tag for frame in get_args(frames.ServerFrame)}


def asyncapi() -> dict[str, Any]:
    """The whole document."""
    topics = LIVE_TOPICS + DEAD_LETTER_TOPICS
    entries = [entry for entry in ENTRIES if entry not in VIEW_ENTRIES]
    _, schemas = msgspec.json.schema_components(
        [entry.shape for entry in entries], ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Dromos",
            "version": "1.0.0",
            "description": "Topics between the services, and the recipient's websocket. Values are JSON;"
            " records are CloudEvents in binary mode; every producer partitions by murmur2.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {"host": "localhost:9092", "protocol": "kafka", "description": "Apache Kafka"},
            "gateway": {
                "host": "localhost:8082",
                "protocol": "ws",
                "description": "The websocket gateway; behind TLS in production",
            },
        },
        "channels": {key_of(topic.name): _channel(topic) for topic in topics} | {SOCKET: _socket()},
        "operations": _operations(topics),
        "components": {
            "messages": {key_of(entry.name): _message(entry) for entry in entries},
            "messageTraits": {CLOUD_EVENTS: _trait()},
            "schemas": tidied(schemas),
        },
    }


def entries_of(topic: Topic) -> tuple[Entry, ...]:
    """The kinds of message on a topic or on a topic's dead letters."""
    return MESSAGES.get(topic.name, (DEAD_LETTER,))


def key_of(name: str) -> str:
    """A name as a key of the document; not every tool takes dots there."""
    return name.replace(".", "_").replace(" ", "_")


def _ref(*path: str) -> dict[str, str]:
    return {"$ref": "#/" + "/".join(path)}


def _messages(entries: tuple[Entry, ...]) -> dict[str, Any]:
    keys = [key_of(entry.name) for entry in entries]
    return {key: _ref("components", "messages", key) for key in keys}


def _channel(topic: Topic) -> dict[str, Any]:
    settings: dict[str, Any] = {
        name: int(value) if value.lstrip("-").isdigit() else value for name, value in topic.config().items()
    }
    settings["cleanup.policy"] = [topic.cleanup]
    partitioned = f"; partitioned by {topic.partitioned_by}" if topic.partitioned_by else ""
    return {
        "address": topic.name,
        "title": topic.title,
        "description": f"Key: {topic.key}{partitioned}."
        + (" Holds personal data." if topic.personal else ""),
        "servers": [_ref("servers", "kafka")],
        "messages": _messages(entries_of(topic)),
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions(DOCUMENTED_PARTITIONS),
                "replicas": 3,
                "topicConfiguration": settings,
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _socket() -> dict[str, Any]:
    description = "\n\n".join(paragraphs(frames.__doc__))
    return {
        "address": "/ws",
        "title": "The recipient's websocket",
        "description": description,
        "servers": [_ref("servers", "gateway")],
        "messages": _messages(FRAMES),
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }


def _message(entry: Entry) -> dict[str, Any]:
    name = entry.shape.__name__
    message: dict[str, Any] = {
        "name": entry.name,
        "title": name,
        "summary": paragraphs(entry.body.__doc__)[0],
        "contentType": "application/json",
        "payload": _ref("components", "schemas", name),
        "examples": [{"payload": example} for example in entry.examples],
    }
    if entry not in FRAMES:
        message["traits"] = [_ref("components", "messageTraits", CLOUD_EVENTS)]
    headers = next((t.headers for t in LIVE_TOPICS if entry in MESSAGES[t.name]), ())
    if headers:
        message["headers"] = {
            "type": "object",
            "properties": {h: {"type": "string", "description": HEADER_MEANINGS[h]} for h in headers},
        }
    return message


def _trait() -> dict[str, Any]:
    names = (*REQUIRED_HEADERS, "traceparent")
    return {
        "headers": {
            "type": "object",
            "properties": {h: {"type": "string", "description": HEADER_MEANINGS[h]} for h in names},
            "required": list(REQUIRED_HEADERS),
        }
    }


def _operations(topics: tuple[Topic, ...]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for topic in topics:
        for action, who in (("send", topic.producers), ("receive", topic.consumers)):
            for service in who:
                operations[key_of(f"{service}_{action}_{topic.name}")] = {
                    "action": action,
                    "channel": _ref("channels", key_of(topic.name)),
                    "title": service,
                    "summary": f"{service} {'writes' if action == 'send' else 'reads'} {topic.name}",
                }
    for action, wanted in (("receive", False), ("send", True)):
        operations[f"gateway_{action}_frames"] = {
            "action": action,
            "channel": _ref("channels", SOCKET),
            "summary": "gateway tells the page" if wanted else "gateway hears the page's first message",
            "messages": [
                _ref("channels", SOCKET, "messages", key_of(entry.name))
                for entry in FRAMES
                if (entry.body.__struct_config__.tag in _SERVER_FRAMES) is wanted
            ],
        }
    return operations
