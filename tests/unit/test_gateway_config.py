"""Wrong settings are named, and no secret with them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.gateway.config import GatewaySettings


def test_a_missing_or_wrong_setting_is_named_without_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DROMOS_TICKET_KEY", raising=False)
    monkeypatch.setenv("DROMOS_REDIS_URL", "redis://:canary@127.0.0.1:6379/0")
    monkeypatch.setenv("DROMOS_GATEWAY_PORT", "eighty")
    with pytest.raises(ValidationError) as wrong:
        GatewaySettings()  # type: ignore[call-arg]
    said = str(wrong.value)
    assert "ticket_key" in said
    assert "gateway_port" in said
    assert "canary" not in said
    assert "redis" not in said


def test_settings_are_shown_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROMOS_REDIS_URL", "redis://:canary@127.0.0.1:6379/0")
    shown = repr(GatewaySettings(ticket_key="another canary"))
    assert "canary" not in shown
