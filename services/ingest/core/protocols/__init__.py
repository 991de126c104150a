"""The protocols of couriers' phones. A further one is a file here and a line in `PROTOCOLS`."""

from __future__ import annotations

from services.ingest.core.protocols import gpslogger, native, osmand, overland, owntracks, traccar9, traccar10
from services.ingest.core.protocols.phone import PhoneProtocol

PROTOCOLS: tuple[PhoneProtocol, ...] = (
    native.PROTOCOL,
    traccar9.PROTOCOL,
    traccar10.PROTOCOL,
    osmand.PROTOCOL,
    owntracks.PROTOCOL,
    overland.PROTOCOL,
    gpslogger.PROTOCOL,
)
"""In the order in which those that share a path are asked whether a request is theirs."""
