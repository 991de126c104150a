"""What is sent of a driver after a parcel of his is delivered: nothing."""

from __future__ import annotations

import time

from tests.e2e.system import CENTRE, STEP_DEG, System, coordinates


def test_after_delivery_no_coordinate_arrives(system: System) -> None:
    """While the courier goes on posting: not on the open socket, not on a reconnect, not in a second tab."""
    round_ = system.round(2, shop="ends")
    socket = system.socket(round_.links[0])
    round_.phone.post(CENTRE[0] + STEP_DEG, CENTRE[1])
    socket.until("the driver", lambda f: coordinates(f) is not None)
    system.report(round_, 0, "Delivered_001")
    socket.until("the delivery", lambda f: f.get("shipment", {}).get("ended", False))
    time.sleep(2)
    socket.read(0.1)
    second, tabs = None, []
    begun = time.monotonic()
    step = 0
    while time.monotonic() - begun < 60:
        step += 1
        assert round_.phone.post(CENTRE[0] + STEP_DEG + 0.0001 * step, CENTRE[1]) == 200
        assert [f for f in socket.read(0.5) if coordinates(f) is not None] == []
        if step in (10, 40):
            second = system.socket(round_.links[0])
            tabs.append(second)
        if second is not None:
            assert [f for f in second.read(0.2) if coordinates(f) is not None] == []
    assert tabs
    assert all(tab.frames for tab in tabs)
    for each in (socket, *tabs):
        each.close()
