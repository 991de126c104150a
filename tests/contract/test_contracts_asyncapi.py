"""The AsyncAPI document is well formed, and says what the registry says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from asyncapi3.models import AsyncAPI3

from shared.contracts.generate.__main__ import ROOT
from shared.contracts.registry import TOPICS

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/contracts/asyncapi.json").read_text(encoding="utf-8"))


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def resolve(pointer: str) -> Any:
    found: Any = DOCUMENT
    for step in pointer.removeprefix("#/").split("/"):
        found = found[step]
    return found


def test_it_has_the_structure_of_asyncapi_3() -> None:
    read = AsyncAPI3.model_validate(DOCUMENT)
    assert read.asyncapi == "3.0.0"


def test_every_reference_leads_somewhere() -> None:
    pointers = set(references(DOCUMENT))
    assert len(pointers) > 100
    for pointer in pointers:
        assert resolve(pointer), pointer


def test_every_schema_is_one_and_every_example_fits() -> None:
    for message in DOCUMENT["components"]["messages"].values():
        schema = resolve(message["payload"]["$ref"]) | {"components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator.check_schema(schema)
        for example in message["examples"]:
            jsonschema.validate(example["payload"], schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", TOPICS)
def test_a_channel_says_how_its_topic_is_made(name: str) -> None:
    topic, channel = TOPICS[name], DOCUMENT["channels"][name.replace(".", "_")]
    binding = channel["bindings"]["kafka"]
    assert channel["address"] == binding["topic"] == name
    assert binding["partitions"] == topic.partitions(48)
    told = {
        k: ",".join(v) if isinstance(v, list) else str(v) for k, v in binding["topicConfiguration"].items()
    }
    assert told == topic.config()


def test_operations_are_who_writes_and_who_reads() -> None:
    told = {
        (op["title"], op["action"], resolve(op["channel"]["$ref"])["address"])
        for op in DOCUMENT["operations"].values()
        if "title" in op
    }
    meant = {
        (who, action, topic.name)
        for topic in TOPICS.values()
        for action, all_ in (("send", topic.producers), ("receive", topic.consumers))
        for who in all_
    }
    assert told == meant
    assert len(meant) + 2 == len(DOCUMENT["operations"])


def test_the_socket_has_the_client_speak_first() -> None:
    def names(operation: str) -> set[str]:
        return {
            resolve(resolve(m["$ref"])["$ref"])["name"] for m in DOCUMENT["operations"][operation]["messages"]
        }

    assert names("gateway_receive_frames") == {"frame.hello"}
    assert names("gateway_send_frames") == {
        "frame.snapshot", "frame.position", "frame.area", "frame.shipment", "frame.bye"
    }  # fmt: skip
