"""What every Kafka client of ours is told: addresses, TLS and credentials."""

from __future__ import annotations

import ssl
from typing import Any

from shared.config import CommonSettings


def client_options(settings: CommonSettings) -> dict[str, Any]:
    """Keyword arguments for aiokafka's producers and consumers."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap.split(","),
        "security_protocol": settings.kafka_security_protocol,
        "client_id": settings.part or "dromos",
    }
    if settings.kafka_security_protocol.endswith("SSL"):
        options["ssl_context"] = ssl.create_default_context(
            cafile=str(settings.kafka_ca_file) if settings.kafka_ca_file else None
        )
    if settings.kafka_security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism or "PLAIN",
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": settings.kafka_password,
        }
    return options
