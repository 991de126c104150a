"""docs/operations.md names every setting of every service, with the default that it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from services.canary.config import Settings as CanarySettings
from services.cli.config import CliSettings
from services.estimator.config import Settings as EstimatorSettings
from services.gateway.config import GatewaySettings
from services.ingest.config import IngestSettings
from services.notifier.config import Settings as NotifierSettings
from services.projector.couriers.config import Settings as CouriersSettings
from services.projector.lists.config import Settings as ListsSettings
from services.projector.stages.config import Settings as StagesSettings
from services.shipments.config import Settings as ShipmentsSettings
from services.simulator.config import SimulatorSettings
from shared.config import CommonSettings

DOCS = Path(__file__).parents[2] / "docs"
SECTION = (DOCS / "operations.md").read_text(encoding="utf-8").partition("\n## Settings\n")[2]
PARTS: dict[str, dict[str, str]] = {
    title: dict(re.findall(r"^\| `DROMOS_([A-Z0-9_]+)` \| `?(.*?)`? \|", text, re.MULTILINE))
    for title, text in re.findall(r"^### (.+)\n((?:(?!### ).*\n)*)", SECTION, re.MULTILINE)
}
KINDS: dict[str, type[CommonSettings]] = {
    "All processes": CommonSettings,
    "ingest": IngestSettings,
    "gateway": GatewaySettings,
    "shipments": ShipmentsSettings,
    "canary": CanarySettings,
    "estimator": EstimatorSettings,
    "notifier": NotifierSettings,
    "projector.couriers": CouriersSettings,
    "projector.lists": ListsSettings,
    "projector.stages": StagesSettings,
    "simulator": SimulatorSettings,
    "dromos": CliSettings,
}


def shown(field: FieldInfo) -> str:
    """A default as the page writes it."""
    value: Any = field.default
    if field.is_required():
        return "none, needed"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    return {None: "none", "": "empty"}.get(value, str(value))


@pytest.mark.parametrize("title", KINDS)
def test_every_setting_stands_there_with_its_default(title: str) -> None:
    kind = KINDS[title]
    common = set() if kind is CommonSettings else set(CommonSettings.model_fields)
    own = {name: field for name, field in kind.model_fields.items() if name not in common}
    defaults = {name.upper(): shown(field) for name, field in own.items()}
    if kind is CommonSettings:
        defaults["PART"] = "the kind"
    assert PARTS[title] == defaults


def test_no_other_settings_are_written_down() -> None:
    """The portal's are checked where they stand, in api.md."""
    assert set(PARTS) == set(KINDS)
