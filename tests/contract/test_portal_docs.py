"""docs/api.md says what is so: every operation and setting is named there, and its examples are taken."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.portal.config import PortalSettings
from services.portal.openapi import text
from services.portal.schemas.admin import MerchantBody
from services.portal.schemas.routes import RouteBody
from services.portal.schemas.shipments import NewShipment
from shared.config import CommonSettings

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
BODIES = [json.loads(found.replace("'$SHIPMENT'", "s-1").replace("'$OTHER'", "s-2"))
          for found in re.findall(r"-d '(\{.*?\})'\n", PAGE, re.DOTALL)]  # fmt: skip


def test_every_operation_is_named_and_no_other() -> None:
    document: dict[str, Any] = json.loads(text())
    there = {f"{m.upper()} {p}" for p, verbs in document["paths"].items() for m in verbs}
    named = set(re.findall(r"`((?:GET|PUT|POST|PATCH|DELETE) /[^`]*)`", PAGE))
    assert named == there | {"GET /t"}


def test_every_setting_of_the_portals_own_is_named() -> None:
    own = {f"DROMOS_{name.upper()}" for name in PortalSettings.model_fields} - {
        f"DROMOS_{name.upper()}" for name in CommonSettings.model_fields
    }
    assert own == set(re.findall(r"`(DROMOS_[A-Z_]+)`", PAGE.partition("## For those who run it")[2]))


@pytest.mark.parametrize(
    ("body", "kind"), list(zip(BODIES, (MerchantBody, NewShipment, RouteBody), strict=True))
)
def test_the_examples_are_taken(body: Any, kind: Any) -> None:
    assert kind.model_validate(body)
