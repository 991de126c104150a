"""ingest's OpenAPI: its examples do what they say, and the server keeps to it under generated requests."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from services.ingest.api import Ingest
from services.ingest.core.protocols import PROTOCOLS
from services.ingest.openapi import FILE, text
from shared.contracts import courier_positions, shipment_commands
from tests.ingest_support import SECRET, World, bearer, world

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
"""Not among them: that every message outside the schema is refused. A phone would repeat it for ever, so it
is parked and answered 2xx."""


async def read(w: World) -> dict[str, Any]:
    found: dict[str, Any] = (await w.client.get("/openapi.json")).json()
    return found


async def _document() -> dict[str, Any]:
    async with world() as w:
        return await read(w)


DOCUMENT = asyncio.run(_document())


def operations(of: dict[str, Any]) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for result in schemathesis.openapi.from_dict(of).get_all_operations():
        assert isinstance(result, Ok)
        yield result.ok()


OPERATIONS = {f"{found.method.upper()} {found.path}": found for found in operations(DOCUMENT)}


@pytest.fixture(scope="module")
def app() -> Iterator[Ingest]:
    """The application outside of any event loop: the checks call it from one of their own."""
    context = world()
    with asyncio.Runner() as runner:
        yield runner.run(context.__aenter__()).app
        runner.run(context.__aexit__(None, None, None))


def name_our_device(case: Case[Any]) -> None:
    """Generated names are never our device's; with its name, requests get past the door."""
    if isinstance(case.query, dict) and "id" in case.query and len(str(case.query["id"])) % 2:
        case.query["id"] = "van-12"
    if isinstance(case.body, dict):
        for name in ("id", "device_id", "device"):
            if name in case.body:
                case.body[name] = "van-12"
        members = case.body.get("locations")
        for feature in members if isinstance(members, list) else []:
            properties = feature.get("properties") if isinstance(feature, dict) else None
            if isinstance(properties, dict) and "device_id" in properties:
                properties["device_id"] = "van-12"


CASES = [
    (name, mode)
    for name, operation in OPERATIONS.items()
    for mode in GenerationMode
    # What takes nothing has no wrong requests.
    if mode is GenerationMode.POSITIVE or operation.body or operation.query or operation.path_parameters
]


def exchange(app: Ingest, operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode) -> set[int]:
    """Generated requests, each answer checked against the document; returns the statuses seen."""
    statuses: set[int] = set()

    @given(operation.as_strategy(mode))
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def run(case: Case[Any]) -> None:
        name_our_device(case)
        case.operation.app = app
        response = case.call(base_url="http://ingest.test", headers=bearer(SECRET))
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    run()
    return statuses


@pytest.mark.parametrize(("operation", "mode"), CASES, ids=lambda part: getattr(part, "value", part))
def test_the_server_keeps_to_its_document(app: Ingest, operation: str, mode: GenerationMode) -> None:
    assert exchange(app, OPERATIONS[operation], mode) & {200, 202, 401, 422}


def test_a_document_that_promises_what_is_not_so_is_found_out(app: Ingest) -> None:
    wrong = copy.deepcopy(DOCUMENT)
    answer = wrong["paths"]["/v1/positions"]["post"]["responses"]["200"]
    answer["content"]["application/json"]["schema"]["required"].append("applause")
    (operation,) = (o for o in operations(wrong) if o.path == "/v1/positions")
    with pytest.raises(FailureGroup, match="applause"):
        exchange(app, operation, GenerationMode.POSITIVE)


def test_the_kept_document_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: python -m services.ingest.openapi"
    assert json.loads(text()) == DOCUMENT


async def test_the_document_is_openapi_3_1_and_names_every_door() -> None:
    async with world() as w:
        found = await read(w)
    assert found["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(found).validate()
    assert {p.path for p in PROTOCOLS} <= set(found["paths"])
    assert {"/osmand/{secret}", "/v1/shipments/{shipment}/events", "/healthz", "/readyz", "/metrics"} <= set(
        found["paths"]
    )
    ids = [op["operationId"] for item in found["paths"].values() for op in item.values() if "responses" in op]
    assert len(set(ids)) == len(ids)
    for path in ("/v1/positions", "/osmand", "/owntracks", "/overland", "/gpslogger"):
        assert {"200", "401", "413", "429", "503"} <= set(found["paths"][path]["post"]["responses"])


def examples(found: dict[str, Any]) -> Iterator[tuple[str, str, Any, dict[str, Any]]]:
    """Path, media type, value and schema of every example of a request's body."""
    for path, item in found["paths"].items():
        for media, content in item.get("post", {}).get("requestBody", {}).get("content", {}).items():
            named = [e["value"] for e in content.get("examples", {}).values()]
            for value in [*named, *content["schema"].get("examples", [])]:
                yield path, media, value, content["schema"]


async def post(w: World, path: str, media: str, value: Any) -> httpx.Response:
    url = path.format(secret=SECRET, shipment="s-1")
    data = {"data": value} if media.endswith("urlencoded") else {"json": value}
    return await w.client.post(url, headers=bearer(SECRET), **data)


async def test_every_example_is_valid_and_is_accepted() -> None:
    async with world() as w:
        found = await read(w)
        seen: set[str] = set()
        for path, media, value, of in examples(found):
            jsonschema.validate(value, of, cls=jsonschema.Draft202012Validator)
            before = len(w.log.records(courier_positions.TOPIC)) + len(w.log.records(shipment_commands.TOPIC))
            answer = await post(w, path, media, value)
            assert answer.status_code in (200, 202), (path, value, answer.text)
            assert w.parked() == []
            after = len(w.log.records(courier_positions.TOPIC)) + len(w.log.records(shipment_commands.TOPIC))
            assert after > before
            seen.add(path)
    assert seen == {
        "/v1/positions",
        "/osmand",
        "/osmand/{secret}",
        "/owntracks",
        "/overland",
        "/gpslogger",
        "/gpslogger/{secret}",
        "/v1/shipments/{shipment}/events",
    }


@pytest.mark.parametrize("path", ["/osmand", "/gpslogger"])
async def test_the_examples_of_the_query_are_a_fix(path: str) -> None:
    async with world() as w:
        parameters = (await read(w))["paths"][path]["get"]["parameters"]
        query = {p["name"]: p["example"] for p in parameters}
        assert (await w.client.get(path, params=query, headers=bearer(SECRET))).status_code == 200
        (fix,) = w.positions()
        assert fix.properties.speed_mps == pytest.approx(5.1)


async def test_answers_are_what_the_document_says() -> None:
    async with world() as w:
        found = await read(w)
        answer = await w.client.post(
            "/v1/positions", json=[{"lon": 1, "lat": 1}, {"lat": 1}], headers=bearer(SECRET)
        )
        of = found["paths"]["/v1/positions"]["post"]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        jsonschema.validate(answer.json(), of)
        refused = await w.client.post("/v1/positions", json={})
        jsonschema.validate(refused.json(), found["components"]["schemas"]["Problem"])
