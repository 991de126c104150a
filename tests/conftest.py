"""The real Kafka and Valkey, started once a run, and a topic prefix a test."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest

from deploy.local.infra import Infra, running


@pytest.fixture(scope="session")
def infra() -> Iterator[Infra]:
    """A real broker and server on free loopback ports; their data is deleted after the run."""
    with running() as both:
        yield both


@pytest.fixture
def topic_prefix(request: pytest.FixtureRequest) -> str:
    """Return a prefix for topics, groups and keys that no other test uses, such as `t-name-1a2b3c4d.`."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:40].strip("-")
    return f"t-{name}-{uuid.uuid4().hex[:8]}."
