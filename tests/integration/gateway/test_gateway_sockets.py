"""The gateway over real sockets: who is let in, what is sent to whom, and what misbehaving clients get."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from shared.contracts.common import Policy
from shared.contracts.views.live import LiveView, Watcher
from shared.contracts.views.stage import StageView
from tests.integration.gateway.scene import (
    ORIGIN,
    WAIT_S,
    Page,
    coordinates,
    hello,
    now_ms,
    scene,
    ticket,
    until,
)
from tests.unit import gateway_views as v


async def test_a_page_sees_its_driver_move_and_another_page_does_not() -> None:
    async with scene() as it:
        mine, other = await it.watch("s-1"), await it.watch("s-2")
        for version in range(1, 6):
            it.publish(v.exact(version, "s-1"))
        await until(lambda: mine.at_ms() == v.NOW_MS + 5000, "the newest position")
        assert mine.kinds[:2] == ["snapshot", "shipment"]
        assert set(mine.kinds[2:]) == {"position"}
        assert mine.state is not None
        assert mine.state["shop"]["name"] == "Shop"
        assert mine.state["home"]["name"] == "Maria P."
        await it.watch("s-2")
        assert not any(f'"at_ms":{v.NOW_MS + n * 1000}' in t for t in other.texts for n in range(1, 6))


@pytest.mark.parametrize("origin", ["https://evil.example", "https://track.example.org.evil.example", None])
async def test_another_origin_is_refused(origin: str | None) -> None:
    async with scene() as it:
        with pytest.raises(InvalidStatus) as refused:
            await it.connect(origin=origin)
        assert refused.value.response.status_code == 403


async def test_a_megabyte_is_refused_and_nobody_else_feels_it() -> None:
    async with scene() as it:
        page = await it.watch()
        for before_hello in (True, False):
            rude = await it.connect()
            if not before_hello:
                await rude.send(hello(ticket("s-2")))
            with contextlib.suppress(ConnectionClosed):
                await rude.send("x" * 1_000_000)
            await rude.wait_closed()
            assert rude.close_code == 1009
        it.publish(v.exact(1))
        await page.comes_to_show("exact")


async def test_no_first_message() -> None:
    async with scene() as it:
        it.from_now_on(gateway_hello_s=0.3)  # the handshake may take its time
        silent = Page(await it.connect())
        await silent.ends("bad_hello")
        await until(lambda: it.gateway.door.connections == 0, "the connection is forgotten")


async def test_nothing_said_at_all_after_connecting() -> None:
    """A TCP connection that never asks for anything ends by itself."""
    async with scene(gateway_hello_s=0.3) as it:
        _, writer = await asyncio.open_connection("127.0.0.1", it.gateway.port)
        await until(lambda: it.gateway.door.connections == 1, "it is seen")
        await until(lambda: it.gateway.door.connections == 0, "it is ended")
        writer.close()


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "\x00", '{"type":"snapshot"}', hello("x"), hello("a.b"), hello("é" * 100)],
    ids=range(8),
)
async def test_another_first_message(text: str) -> None:
    async with scene() as it:
        page = Page(await it.connect())
        await page.socket.send(text)
        await page.ends("bad_hello")
        assert page.socket.close_code == 1008


async def test_tickets_that_are_no_longer_or_never_were_good() -> None:
    async with scene() as it:
        forged = ticket("s-1")[:-4] + "AAAA"
        expired = ticket("s-1", life_ms=-1)
        for text in (forged, expired):
            page = Page(await it.connect())
            await page.socket.send(hello(text))
            await page.ends("bad_hello")
        await (await it.open("s-unknown")).ends("gone")
        await it.put(v.link("s-1", revoked=True), v.link("s-2", expires_ms=now_ms() - 1))
        for shipment in ("s-1", "s-2"):
            await (await it.open(shipment)).ends("gone")


async def test_a_client_that_goes_on_talking_is_closed_politely() -> None:
    async with scene() as it:
        page = await it.watch()
        await page.socket.send("and another thing")
        await page.ends("bad_hello")


async def test_a_link_has_so_many_sockets_and_gets_its_places_back() -> None:
    async with scene(gateway_max_per_link=2) as it:
        first, _ = await it.watch(), await it.watch()
        turned_away = await it.open()
        await turned_away.ends("too_many")
        assert turned_away.bye is not None
        assert turned_away.bye["retry_ms"] >= 15_000
        await it.watch("s-1", number=1)
        await first.close()
        await until(lambda: len(it.gateway.fanout.clients) == 2, "the place is free")
        await it.watch()


async def test_an_address_has_so_many_sockets() -> None:
    async with scene(gateway_max_per_address=3) as it:
        pages = [await it.watch() for _ in range(3)]
        with pytest.raises(InvalidStatus) as refused:
            await it.connect()
        assert refused.value.response.status_code == 429
        await pages[0].close()
        await until(lambda: it.gateway.door.connections == 2, "the place is free")
        await it.watch()


async def test_an_address_that_opens_thousands_without_a_word_holds_only_its_places() -> None:
    async with scene(gateway_max_per_address=8) as it:
        opened = []
        for _ in range(200):
            opened.append(socket.create_connection(("127.0.0.1", it.gateway.port)))
            await asyncio.sleep(0)
        await until(lambda: it.gateway.closed["address"] >= 200 - 8 - 16, "the others are cut off")
        assert it.gateway.door.connections <= 8 + 16
        for one in opened:
            one.close()


async def test_behind_our_proxy_clients_are_counted_by_the_header_it_sets() -> None:
    async with scene(gateway_max_per_address=1, gateway_address_header="X-Forwarded-For") as it:
        one, other = ({"X-Forwarded-For": f"203.0.113.1, 198.51.100.{n}"} for n in (1, 2))
        await it.open(additional_headers=one)
        await it.open(additional_headers=other)
        with pytest.raises(InvalidStatus) as refused:
            await it.connect(additional_headers=one)
        assert refused.value.response.status_code == 429


async def test_revocation_ends_its_own_sessions_only() -> None:
    async with scene() as it:
        revoked, other = await it.watch("s-1", 0), await it.watch("s-1", 1)
        it.publish(v.exact(1))
        await revoked.comes_to_show("exact")
        await it.put(v.link("s-1", 0, revoked=True))
        await revoked.ends("gone")
        before = list(revoked.texts)
        it.publish(v.exact(2))
        await until(lambda: other.at_ms() == v.NOW_MS + 2000, "the other link goes on")
        assert revoked.texts == before
        await (await it.open("s-1", 0)).ends("gone")


@pytest.mark.parametrize(
    ("stage", "why"),
    [
        (v.stage(seq=5, ended=True, at_ms=now_ms()), "ended"),
        (v.stage(seq=5, courier="nikos", joined=9), "no_fix"),
        (v.stage(seq=5, courier=None, out=False), "not_set_out"),
    ],
    ids=["delivered", "reassigned", "taken back"],
)
async def test_after_that_no_coordinate_of_his_is_on_the_wire(stage: StageView, why: str) -> None:
    async with scene() as it:
        page, second_tab, witness = await it.watch(), await it.watch(), await it.watch("s-2")
        it.publish(_both(1))
        await page.comes_to_show("exact")
        await second_tab.comes_to_show("exact")
        await it.put(stage)
        await page.comes_to_show("none", why)
        await second_tab.comes_to_show("none", why)
        seen = [len(page.texts), len(second_tab.texts)]
        for version in range(2, 30):
            it.publish(_both(version))
        await until(lambda: witness.at_ms() == v.NOW_MS + 29_000, "the one he still drives to sees him")
        late = await it.watch()
        for tab, count in ((page, seen[0]), (second_tab, seen[1]), (late, 0)):
            assert [t for t in coordinates(tab.texts[count:]) if "Point" in t] == []


def _both(version: int) -> LiveView:
    at = [Watcher(shipment=s, joined=5, stops_left=2) for s in ("s-1", "s-2")]
    return v.live(version, [v.line("exact", at, v.NOW_MS + 1000 * version)])


async def test_a_lost_batch_is_made_good_by_the_next_one() -> None:
    async with scene() as it:
        page = await it.watch()
        it.publish(v.exact(1))
        await page.comes_to_show("exact")
        it.publish(v.exact(2, stops_left=1), lose=True)
        it.publish(v.live(1, [], courier="nikos"))
        await until(lambda: page.driver["stops_left"] == 1, "what was lost is read")
        assert it.gateway.feed.gaps >= 1


async def test_what_nobody_is_told_of_is_seen_all_the_same() -> None:
    async with scene() as it:
        page = await it.watch()
        it.publish(v.exact(1))
        await page.comes_to_show("exact")
        it.publish(gone=("eleni",), lose=True)
        await page.comes_to_show("none", "no_fix")


async def test_a_policy_holds_before_the_couriers_worker_knows_of_it() -> None:
    async with scene() as it:
        page = await it.watch()
        it.publish(v.exact(1, stops_left=4))
        await page.comes_to_show("exact")
        await it.views.put_merchant("shop", v.merchant(Policy(exact_from_stops=3)))
        await page.comes_to_show("none", "protected")


async def test_views_away_says_paused_and_comes_back() -> None:
    async with scene() as it:
        page = await it.watch()
        it.publish(v.exact(1))
        await page.comes_to_show("exact")
        it.views.available = False
        await page.comes_to_show("none", "paused")
        it.publish(v.exact(2))
        newcomer = await it.open("s-2")
        await newcomer.ends("restarting")
        assert newcomer.bye is not None
        assert newcomer.bye["retry_ms"] > 0
        assert page.kinds[-1] == "shipment"
        it.views.available = True
        await page.comes_to_show("exact")
        assert page.at_ms() == v.NOW_MS + 2000


async def test_a_part_that_has_fallen_behind_withholds() -> None:
    async with scene() as it:
        page = await it.watch()
        it.publish(v.exact(1))
        await page.comes_to_show("exact")
        it.beating = False
        await page.comes_to_show("none", "paused")
        it.beating = True
        await page.comes_to_show("exact")


async def test_stalled_sockets_cost_the_others_nothing_and_are_closed() -> None:
    """200 clients that stop reading; the healthy ones get every state; what is kept for the others stays
    small, and in the end they are told and cut off."""
    shipments = tuple(f"s-{n}" for n in range(1, 41))
    changes = {"gateway_slow_s": 600.0, "gateway_send_buffer": 4096, "gateway_max_per_link": 8}
    async with scene(shipments, **changes) as it:
        healthy = [await it.watch(s) for s in shipments[:5]]
        stalled = [await _deaf(it.gateway.port, ticket(s)) for s in shipments for _ in range(5)]
        fanout = it.gateway.fanout
        await until(lambda: len(fanout.clients) == 205, "all are let in")
        at = [Watcher(shipment=s, joined=5, stops_left=2) for s in shipments]
        version = 0
        while len(fanout.stalled) < 200:
            version += 1
            it.publish(v.live(version, [v.line("exact", at, v.NOW_MS + version, lon=24.9 + version / 1e6)]))
            for page in healthy:
                await until(lambda p=page, n=version: p.at_ms() == v.NOW_MS + n, "the healthy see each fix")  # type: ignore[misc]
            assert version < 5000
        kept = [client.transport.get_write_buffer_size() for client in fanout.stalled]
        assert max(kept) < 4096, "one frame at most waits for a client that does not read"
        before = fanout.conflated
        it.publish(v.live(version + 1, [v.line("exact", at, v.NOW_MS + version + 1)]))
        await until(lambda: fanout.conflated >= before + 200, "nothing more is queued for them")
        it.from_now_on(gateway_slow_s=2.0)
        await until(lambda: len(fanout.clients) == 5, "they are cut off")
        assert it.gateway.closed["too_slow"] == 200
        it.publish(v.live(version + 2, [v.line("exact", at, v.NOW_MS + version + 2)]))
        for page in healthy:
            await until(lambda p=page: p.at_ms() == v.NOW_MS + version + 2, "and the healthy go on")  # type: ignore[misc]
        for one in stalled:
            one.close()


async def test_a_client_that_reads_again_gets_the_newest_and_no_queue() -> None:
    async with scene(gateway_send_buffer=4096, gateway_slow_s=600.0) as it:
        deaf = await _deaf(it.gateway.port, ticket("s-1"))
        fanout = it.gateway.fanout
        await until(lambda: len(fanout.clients) == 1, "it is let in")
        version = 0
        while fanout.conflated < 500:
            version += 1
            it.publish(v.exact(version))
            await asyncio.sleep(0)
            assert version < 20_000
        version += 1
        it.publish(v.exact(version))
        last = f'"at_ms":{v.NOW_MS + 1000 * version},'.encode()
        await until(lambda: it.gateway.feed.batches == version, "all are heard")
        deaf.setblocking(False)
        heard = b""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(WAIT_S):
            while last not in heard:
                heard += await loop.sock_recv(deaf, 65_536)
        frames = heard.count(b'"type":"position"')
        assert 0 < frames <= version - 499
        deaf.close()


async def _deaf(port: int, text: str) -> socket.socket:
    """A client that says hello and never reads: the smallest buffer the kernel allows."""
    loop = asyncio.get_running_loop()
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sock.setblocking(False)
    await loop.sock_connect(sock, ("127.0.0.1", port))
    payload = hello(text).encode()
    head = bytes((0x81, 0x80 | 126)) + len(payload).to_bytes(2, "big") + bytes(4)  # masked with zeros
    await loop.sock_sendall(
        sock,
        (
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Origin: {ORIGIN}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode(),
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += await loop.sock_recv(sock, 4096)
    await loop.sock_sendall(sock, head + payload)
    return sock


async def test_control_frames_and_ready_frames_go_side_by_side() -> None:
    async with scene() as it:
        page = await it.watch()
        [client] = it.gateway.fanout.clients.values()
        for version in range(1, 200):
            answers = [await page.socket.ping(), await client.ping()] if version % 20 == 0 else []
            it.publish(v.exact(version))
            async with asyncio.timeout(WAIT_S):
                await asyncio.gather(*answers)
        await until(lambda: page.at_ms() == v.NOW_MS + 199_000, "all has come through")
        assert not page.closed


async def test_stopping_sends_everybody_away_with_a_time_to_come_back() -> None:
    async with scene() as it:
        pages = [await it.watch("s-1"), await it.watch("s-1", 1), await it.watch("s-2")]
        port = it.gateway.port
        await it.gateway.stop()
        for page in pages:
            await page.ends("restarting")
            assert page.bye is not None
            assert 200 <= page.bye["retry_ms"] <= 10_000
            assert page.socket.close_code == 1012
        with pytest.raises(OSError, match=r"refused|Connect call failed"):
            await asyncio.open_connection("127.0.0.1", port)


def _get(url: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


async def test_probes_and_metrics() -> None:
    async with scene() as it:
        await it.watch()
        base = it.url.replace("ws:", "http:")

        async def get(path: str, **headers: str) -> tuple[int, str]:
            return await asyncio.to_thread(_get, base + path, **headers)

        assert await get("healthz") == (200, "ok\n")
        assert await get("readyz") == (200, "ready\n")
        status, text = await get("metrics")
        assert status == 200
        assert 'dromos_gateway_sessions{process="0"} 1' in text
        assert (await get("metrics", **{"X-Forwarded-For": "203.0.113.1"}))[0] == 404, "not for the world"
        assert (await get(""))[0] == 426
        it.views.available = False
        await until(lambda: not it.gateway.feed.ready, "not ready without views")
        assert (await get("readyz"))[0] == 503
        assert (await get("healthz"))[0] == 200


async def test_no_ticket_and_no_link_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with scene() as it:
        text = ticket("s-1")
        for said in (hello(text), hello(text[:-1]), text, f'{{"type":"hello","ticket":{{"{text}":1}}}}'):
            page = Page(await it.connect())
            await page.socket.send(said)
            await until(lambda p=page: p.state is not None or p.closed, "an answer")  # type: ignore[misc]
            await page.close()
        it.views.available = False
        await (await it.open()).ends("restarting")
    said_at_all = "\n".join(record.getMessage() for record in caplog.records)
    assert text[:40] not in said_at_all
    assert v.link_id("s-1")[:20] not in said_at_all


async def test_a_view_that_cannot_be_read_is_missing_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene() as it:
        page, broken = await it.watch("s-1"), await it.watch("s-2")
        it.publish(_both(1))
        await page.comes_to_show("exact")
        await broken.comes_to_show("exact")
        stages = it.views.stages

        async def stages_but_one(shipments: Sequence[str]) -> list[StageView | None]:
            if "s-2" in shipments:
                raise msgspec.ValidationError("another version's")
            return await stages(shipments)

        monkeypatch.setattr(it.views, "stages", stages_but_one)
        await broken.comes_to_show("none", "paused")
        it.publish(_both(2))
        await until(lambda: page.at_ms() == v.NOW_MS + 2000, "the others go on")
        assert page.driver["show"] == "exact"
