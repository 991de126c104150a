"""Contracts and what is made from them: files current, examples true, strict to build, tolerant to read."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from shared.contracts import frames
from shared.contracts.common import NO_JSON
from shared.contracts.generate.__main__ import ROOT, main
from shared.contracts.generate.catalogue import ENTRIES, FRAMES, Entry
from shared.contracts.generate.files import SCHEMAS, generated, stale
from shared.contracts.generate.shapes import RAW_FIELDS
from shared.contracts.registry import LIVE_TOPICS, TOPICS
from shared.contracts.status import FINAL, SUBSTATUSES, Tag, tag_of
from shared.contracts.topic import Topic, build
from shared.contracts.views.catalogue import VIEWS

CASES = [(entry, example) for entry in ENTRIES for example in entry.examples]
IDS = [f"{entry.name}-{n}" for entry in ENTRIES for n, _ in enumerate(entry.examples)]
STRUCTS: list[msgspec.Struct] = [
    *(message.example for topic in TOPICS.values() for message in topic.messages),
    *(view.example for view in VIEWS),
    *frames.EXAMPLES,
]


def schema_on_disk(entry: Entry) -> Any:
    return json.loads((ROOT / SCHEMAS / f"{entry.name}.json").read_text(encoding="utf-8"))


def refuses(decode: Any, value: Any) -> bool:
    try:
        decode(json.dumps(value).encode())
    except msgspec.ValidationError:
        return True
    return False


def test_generated_files_are_current() -> None:
    assert stale(ROOT, generated()) == [], "run `python -m shared.contracts.generate`"


def test_check_names_what_is_stale_missing_or_left_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["generate", "--root", str(tmp_path)])
    assert main() == 0
    monkeypatch.setattr("sys.argv", ["generate", "--check", "--root", str(tmp_path)])
    assert main() == 0
    (tmp_path / "services/web/src/contracts.ts").write_text("export {};\n")
    (tmp_path / SCHEMAS / "links.json").unlink()
    (tmp_path / SCHEMAS / "gone.json").write_text("{}")
    capsys.readouterr()
    assert main() == 1
    assert capsys.readouterr().out.splitlines() == [
        "stale docs/contracts/schemas/gone.json",
        "stale docs/contracts/schemas/links.json",
        "stale services/web/src/contracts.ts",
    ]


def test_the_same_contracts_give_the_same_bytes() -> None:
    assert generated() == generated()


@pytest.mark.parametrize(("entry", "example"), CASES, ids=IDS)
def test_example_fits_its_schema_and_comes_back_the_same(entry: Entry, example: Any) -> None:
    schema = schema_on_disk(entry)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(example, schema, cls=jsonschema.Draft202012Validator)
    wire = json.dumps(example).encode()
    assert json.loads(msgspec.json.encode(msgspec.json.decode(wire, type=entry.body))) == example


@pytest.mark.parametrize(("entry", "example"), CASES, ids=IDS)
def test_schema_and_decoder_refuse_the_same(entry: Entry, example: dict[str, Any]) -> None:
    """A required field missing, or any field of a type it never has, is refused by both."""
    validator = jsonschema.Draft202012Validator(schema_on_disk(entry))
    decode = msgspec.json.Decoder(entry.body).decode
    fields = {field.encode_name: field for field in msgspec.structs.fields(entry.body)}
    for name, field in fields.items():
        if field.required:
            without = {k: v for k, v in example.items() if k != name}
            assert not validator.is_valid(without), f"{name} missing"
            assert refuses(decode, without), f"{name} missing"
        if (entry.body, name) not in RAW_FIELDS:
            wrong = example | {name: [["never this"]]}
            assert not validator.is_valid(wrong), f"{name} of a wrong type"
            assert refuses(decode, wrong), f"{name} of a wrong type"


@pytest.mark.parametrize(("entry", "example"), CASES, ids=IDS)
def test_readers_ignore_what_they_do_not_know(entry: Entry, example: dict[str, Any]) -> None:
    wire = json.dumps(example | {"from_the_future": {"x": 1}}).encode()
    decoder = getattr(importlib.import_module(entry.body.__module__), "DECODER", None)
    decoders = [msgspec.json.Decoder(entry.body)]
    if decoder is not None and entry.name != "view.link":
        decoders.append(decoder)
    for each in decoders:
        read = each.decode(wire)
        assert type(read) is entry.body
        assert json.loads(msgspec.json.encode(read)) == example


@pytest.mark.parametrize("example", STRUCTS, ids=lambda e: type(e).__name__)
def test_build_checks_what_it_builds(example: msgspec.Struct) -> None:
    kind = type(example)
    fields = {name: getattr(example, name) for name in kind.__struct_fields__}
    assert build(kind, **fields) == example
    with pytest.raises(TypeError):
        build(kind, **fields, from_the_future=1)
    for name, value in fields.items():
        if not isinstance(value, msgspec.Raw):
            with pytest.raises(msgspec.ValidationError):
                build(kind, **fields | {name: [["never this"]]})


def test_a_field_of_ready_json_needs_its_shape() -> None:
    for (kind, name), shape in RAW_FIELDS.items():
        assert {f.name: f.type for f in msgspec.structs.fields(kind)}[name] is msgspec.Raw
        assert issubclass(shape, msgspec.Struct)


def test_what_is_absent_is_left_out() -> None:
    driver = frames.DriverState(version=(1, 2), show="none")
    assert json.loads(msgspec.json.encode(driver)) == {"version": [1, 2], "show": "none"}
    assert msgspec.json.decode(b'{"version":[1,2],"show":"none"}', type=frames.DriverState).feature == NO_JSON


def test_every_kind_of_message_has_an_example() -> None:
    for topic in LIVE_TOPICS:
        decoder = getattr(importlib.import_module(topic.messages[0].body.__module__), "DECODER", None)
        if decoder is None:
            continue
        kinds = getattr(decoder.type, "__args__", (decoder.type,))
        assert {message.body for message in topic.messages} == set(kinds), topic.name
    assert {type(e) for e in frames.EXAMPLES} == {frames.ClientFrame, *frames.ServerFrame.__args__}
    assert {entry.name for entry in FRAMES} == {
        f"frame.{kind}" for kind in ("hello", "snapshot", "position", "area", "shipment", "bye")
    }


def test_topics_that_share_keys_share_partitions() -> None:
    for configured in (1, 6, 48):
        assert {t.partitions(configured) for t in TOPICS.values() if t.group != "small"} == {configured}
        assert {t.partitions(configured) for t in TOPICS.values() if t.group == "small"} == {1}


def test_topics_with_personal_data_are_marked_and_forget() -> None:
    personal = [t for t in LIVE_TOPICS if t.personal]
    assert {t.name for t in personal} == {
        "couriers",
        "courier.commands",
        "courier.routes",
        "shipment.parties",
    }
    for topic in personal:
        settings = topic.config()
        if topic.cleanup == "compact":
            assert int(settings["max.compaction.lag.ms"]) <= 24 * 3_600_000
        else:
            assert int(settings["retention.ms"]) <= 7 * 86_400_000
        assert int(settings["segment.ms"]) <= 3_600_000


@pytest.mark.parametrize("topic", LIVE_TOPICS, ids=lambda t: t.name)
def test_a_topic_that_holds_doors_is_marked_as_personal(topic: Topic) -> None:
    """`lon` and `lat` are places of recipients; a courier's position is a GeoJSON point."""
    schemas, defined = msgspec.json.schema_components([message.body for message in topic.messages])
    named = {name for shape in [*schemas, *defined.values()] for name in shape.get("properties", {})}
    assert topic.personal or not named & {"lon", "lat"}


@pytest.mark.parametrize(
    "service",
    [
        "ingest",
        "portal",
        "shipments",
        "projector.stages",
        "projector.couriers",
        "projector.lists",
        "gateway",
        "estimator",
        "notifier",
    ],
)
def test_a_topic_names_every_service_that_writes_or_reads_it(service: str) -> None:
    folder = ROOT / "services" / service.replace(".", "/")
    source = "\n".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    for topic in LIVE_TOPICS:
        uses = re.search(rf"\b{topic.name.replace('.', '_')}\.TOPIC\b", source) is not None
        assert uses == (service in {*topic.producers, *topic.consumers}), topic.name


def test_every_live_topic_has_its_dead_letters() -> None:
    for topic in LIVE_TOPICS:
        dead = TOPICS[topic.name + ".dlq"]
        assert (dead.group, dead.cleanup, dead.retention_ms) == ("small", "delete", 7 * 86_400_000)


def test_the_nine_tags_have_codes() -> None:
    assert {tag_of(code) for code in SUBSTATUSES} == set(Tag)
    assert set(SUBSTATUSES) > FINAL
    with pytest.raises(ValueError, match="unknown substatus"):
        tag_of("Delivered_999")
