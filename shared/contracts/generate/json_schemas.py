"""A JSON Schema (draft 2020-12) for every message, view and frame, and for what a webhook is sent.

They describe what is read: unknown fields are allowed, since a producer may be newer than its readers."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.contracts.generate.catalogue import ENTRIES, WEBHOOK, Entry
from shared.contracts.generate.text import paragraphs, pretty

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(entry: Entry) -> dict[str, Any]:
    """The schema of one kind of value, its examples included."""
    schema = tidied(msgspec.json.schema(entry.shape))
    return {"$schema": DIALECT, "title": entry.name, **schema, "examples": list(entry.examples)}


def schema_files() -> dict[str, str]:
    """Text by file name."""
    return {f"{entry.name}.json": pretty(schema_of(entry)) + "\n" for entry in (*ENTRIES, WEBHOOK)}


def tidied(schema: Any) -> Any:
    """Descriptions as running text, and without OpenAPI's `discriminator`, which neither JSON Schema nor
    AsyncAPI reads so."""
    if isinstance(schema, dict):
        return {
            name: "\n\n".join(paragraphs(value))
            if name == "description" and isinstance(value, str)
            else tidied(value)
            for name, value in schema.items()
            if name != "discriminator"
        }
    if isinstance(schema, list):
        return [tidied(each) for each in schema]
    return schema
