"""/docs: the API's description as one plain page, made from the OpenAPI document without script or style."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def reference(request: Request) -> HTMLResponse:
    return HTMLResponse("\n".join(page(request.app.openapi())))


def page(document: dict[str, Any]) -> Iterator[str]:
    """The document's lines of HTML, one section an operation."""
    title = escape(document["info"]["title"])
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="color-scheme" content="light dark"><title>{title}: API</title></head><body><main>'
    yield f"<h1>{title}: API</h1>"
    for paragraph in document["info"]["description"].strip().split("\n\n"):
        yield f"<p>{escape(paragraph)}</p>"
    yield '<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>'
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield from _operation(document, verb.upper(), path, operation)
    yield "</main></body></html>"


def _operation(document: dict[str, Any], verb: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<section><h2><code>{verb} {escape(path)}</code></h2>"
    summary, description = escape(operation["summary"]), escape(operation.get("description", ""))
    yield f"<p><strong>{summary}.</strong> {description}</p>"
    headers = [p for p in operation.get("parameters", ()) if p["in"] in ("header", "query")]
    if headers:
        yield "<dl>"
        for each in headers:
            needed = ", required" if each.get("required") else ""
            yield f"<dt><code>{escape(each['name'])}</code> ({each['in']}{needed})</dt>"
            yield f"<dd>{escape(each.get('description', ''))}</dd>"
        yield "</dl>"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        example = json.dumps(example_of(document, content["schema"]), indent=2, ensure_ascii=False)
        yield f"<p>Body, for example:</p><pre>{escape(example)}</pre>"
    yield "<ul>"
    for status, answer in operation["responses"].items():
        yield f"<li><code>{status}</code> {escape(answer['description'])}</li>"
    yield "</ul></section>"


def example_of(document: dict[str, Any], schema: dict[str, Any]) -> Any:
    """An example of a schema, put together from its fields' examples; required fields, and those that have
    an example."""
    if "$ref" in schema:
        return example_of(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if schema.get("examples"):
        return schema["examples"][0]
    for key in ("anyOf", "allOf"):
        if key in schema:
            return example_of(document, schema[key][0])
    if schema.get("type") == "object":
        required = schema.get("required", ())
        return {
            name: example_of(document, field)
            for name, field in schema.get("properties", {}).items()
            if name in required or field.get("examples")
        }
    if schema.get("type") == "array":
        return [example_of(document, schema["items"])]
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    return {"boolean": True, "integer": 1, "number": 1.0}.get(schema.get("type", ""), "text")
