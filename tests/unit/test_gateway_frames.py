"""Ready frames are what RFC 6455 says, and each is built once for all its watchers."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.protocol import CLIENT, OPEN, Protocol

from services.gateway.fanout import encode, text_frame
from shared.contracts.frames import EXAMPLES, Hello, ServerFrame

SIZES = (0, 1, 125, 126, 127, 65_535, 65_536, 70_000)


def received(data: bytes) -> list[bytes]:
    """What websockets' own client protocol makes of the bytes."""
    client = Protocol(CLIENT, state=OPEN, max_size=2**20)
    client.receive_data(data)
    assert client.parser_exc is None
    frames = client.events_received()
    assert all(frame.opcode == Opcode.TEXT and frame.fin for frame in frames)  # type: ignore[union-attr]
    return [bytes(frame.data) for frame in frames]  # type: ignore[union-attr]


@pytest.mark.parametrize("size", SIZES)
def test_a_frame_of_any_size_is_read_back(size: int) -> None:
    payload = b"x" * size
    assert received(text_frame(payload)) == [payload]


@given(st.lists(st.text(max_size=300), max_size=5))
def test_frames_one_after_the_other_are_read_back(texts: list[str]) -> None:
    payloads = [text.encode() for text in texts]
    assert received(b"".join(text_frame(payload) for payload in payloads)) == payloads


@pytest.mark.parametrize(
    "frame", [e for e in EXAMPLES if not isinstance(e, Hello)], ids=lambda f: type(f).__name__
)
def test_every_kind_of_frame_is_read_back(frame: ServerFrame) -> None:
    [payload] = received(encode(frame))
    assert msgspec.json.decode(payload, type=ServerFrame) == frame
