"""What libraries write into our logs by themselves: addresses of people are not among it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog

from shared import logs
from shared.adapters.geocoder.remote import NominatimGeocoder, PhotonGeocoder

LIBRARIES = ("httpx", "httpcore", "websockets", "aiokafka", "kafka", "faust", "mode")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging as it was, for the tests that come later."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
@pytest.mark.parametrize("kind", [PhotonGeocoder, NominatimGeocoder])
async def test_the_address_that_a_geocoder_is_asked_for_is_in_no_log(
    kind: type[PhotonGeocoder | NominatimGeocoder], level: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up("portal", level)
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=[])

    geocoder = kind("http://geocoder.example", rate=1000, transport=httpx.MockTransport(answer))
    await geocoder.find("Zanouliou 17", "11257", "Athina")
    await geocoder.close()
    logging.getLogger("httpcore.connection").debug("GET /search?street=Zanouliou")
    logging.getLogger("websockets.server").debug("< TEXT Zanouliou")
    logging.getLogger("here").warning("heard")
    said = capsys.readouterr().err
    assert any("Zanouliou" in url for url in asked)
    assert "heard" in said
    assert "Zanouliou" not in said
