"""Pages, map data, headers, health: what is served, how it may be kept, and what is not served."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.portal.api.middleware import page_policy
from services.portal.api.pages import accepted
from tests.unit.portal_kit import Kit, running

TILES = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("state")
    dist, maps = tmp_path / "web" / "dist", tmp_path / "map"
    (dist / "assets").mkdir(parents=True)
    maps.mkdir()
    (tmp_path / "run").mkdir()
    (dist / "index.html").write_text("<!doctype html><title>recipient</title>")
    (dist / "index.html.br").write_bytes(b"brotli of the page")
    (dist / "demo.html").write_text("<!doctype html><title>demo</title>")
    (dist / "assets" / "main-abc.js").write_text("console.log(1)" * 100)
    (dist / "assets" / "main-abc.js.br").write_bytes(b"brotli")
    (dist / "assets" / "main-abc.js.gz").write_bytes(b"gzip")
    (dist / "favicon.ico").write_bytes(b"icon")
    (dist / "secrets.env").write_text("KEY=1")
    (maps / "basemap.pmtiles").write_bytes(TILES)
    (maps / "area.json").write_text('{"name":"Helsinki"}')
    (maps / "addresses.json").write_text("[]")
    (maps / "valhalla").mkdir()
    (maps / "valhalla" / "x.json").write_text("{}")
    (tmp_path / "run" / "links.json").write_text('{"links":[]}')
    (tmp_path / "outside.js").write_text("no")
    return tmp_path


@pytest.fixture
async def kit(state_dir: Path) -> AsyncIterator[Kit]:
    async with running(state_dir) as found:
        yield found


async def test_the_recipients_page_is_never_kept_and_strict(kit: Kit) -> None:
    answer = await kit.client.get("/t", headers={"Accept-Encoding": "identity"})
    assert answer.status_code == 200
    assert "recipient" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"]
    assert policy == page_policy("wss://live.example.org")
    assert "connect-src 'self' wss://live.example.org;" in policy
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"):
        assert part in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "path", ["/t", "/assets/main-abc.js", "/v1/shipments/s-1", "/healthz", "/nothing/here", "/map/area.json"]
)
async def test_every_answer_keeps_the_link_to_itself(kit: Kit, path: str) -> None:
    headers = (await kit.client.get(path, headers={"Accept-Encoding": "identity"})).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["/v1/shipments/s-1", "/v1/link/view", "/openapi.json", "/healthz"])
async def test_the_api_is_never_kept(kit: Kit, path: str) -> None:
    assert (await kit.client.get(path)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("takes", "body", "coding"),
    [
        ("br, gzip", b"brotli", "br"),
        ("gzip;q=1, br;q=0", b"gzip", "gzip"),
        ("identity", None, None),
        ("deflate", None, None),
    ],
)
async def test_assets_come_precompressed_and_are_kept_for_ever(
    kit: Kit, takes: str, body: bytes | None, coding: str | None
) -> None:
    request = kit.client.build_request("GET", "/assets/main-abc.js", headers={"Accept-Encoding": takes})
    answer = await kit.client.send(request, stream=True)
    raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert answer.headers.get("content-encoding") == coding
    assert raw == (body or b"console.log(1)" * 100)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_the_maps_tiles_come_in_ranges_and_nothing_else_of_its_folder(kit: Kit) -> None:
    answer = await kit.client.get("/map/basemap.pmtiles", headers={"Range": "bytes=256-259"})
    assert answer.status_code == 206
    assert answer.content == bytes([0, 1, 2, 3])
    assert answer.headers["content-range"] == f"bytes 256-259/{len(TILES)}"
    assert answer.headers["content-type"] == "application/vnd.pmtiles"
    kept = {"If-None-Match": answer.headers["etag"]}
    assert (await kit.client.get("/map/basemap.pmtiles", headers=kept)).status_code == 304
    assert (await kit.client.get("/map/area.json")).json() == {"name": "Helsinki"}
    for hidden in ("addresses.json", "valhalla/x.json", "..%2frun%2flinks.json", "extract.osm.pbf"):
        assert (await kit.client.get(f"/map/{hidden}")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/secrets.env",
        "/..%2foutside.js",
        "/assets/..%2f..%2f..%2foutside.js",
        "/index.html",
        "/assets/",
        "/assets/%00",
        "/demo",
        "/demo/links.json",
    ],
)
async def test_what_is_not_served(kit: Kit, path: str) -> None:
    answer = await kit.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_apis_description_is_a_plain_page(kit: Kit) -> None:
    answer = await kit.client.get("/docs")
    assert answer.status_code == 200
    assert "POST /v1/shipments/{shipment}/links" in answer.text
    assert "&quot;order_number&quot;: &quot;GR-10442&quot;" in answer.text
    for active in ("<script", "<style", "<img", "<link", "src="):
        assert active not in answer.text


async def test_a_file_at_the_root(kit: Kit) -> None:
    answer = await kit.client.get("/favicon.ico")
    assert (answer.status_code, answer.content) == (200, b"icon")


async def test_the_demonstration_only_where_it_is_switched_on(state_dir: Path) -> None:
    async with running(state_dir, demo=True) as kit:
        assert "demo" in (await kit.client.get("/demo", headers={"Accept-Encoding": "identity"})).text
        assert (await kit.client.get("/demo/links.json")).json() == {"links": []}


async def test_the_demonstration_before_it_has_links(tmp_path: Path) -> None:
    async with running(tmp_path, demo=True) as kit:
        assert (await kit.client.get("/demo/links.json")).status_code == 404


async def test_pages_that_are_not_built_are_a_problem_that_says_so(tmp_path: Path) -> None:
    async with running(tmp_path) as kit:
        answer = await kit.client.get("/t")
        assert answer.status_code == 503
        assert "not built" in answer.json()["detail"]
        assert (await kit.client.get("/assets/x.js")).status_code == 404


async def test_ready_says_which_part_is_not(kit: Kit) -> None:
    assert (await kit.client.get("/readyz")).json() == {
        "status": "ready",
        "tables": True,
        "kafka": True,
        "redis": True,
    }


async def test_not_ready_without_redis_or_kafka(state_dir: Path) -> None:
    async with running(state_dir) as kit:

        async def silent() -> bool:
            return False

        kit.views.available = False
        kit.portal.kafka_answers = silent
        answer = await kit.client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "not ready", "tables": True, "kafka": False, "redis": False}
        assert (await kit.client.get("/healthz")).status_code == 200


async def test_metrics_count_by_route_and_hold_no_id(kit: Kit) -> None:
    await kit.registered("books", "a")
    await kit.ask("books", "GET", "/v1/shipments/s-a")
    text = (await kit.client.get("/metrics")).text
    assert 'route="/v1/shipments/{shipment}",status="200"' in text
    assert "s-a" not in text


async def test_a_body_that_grows_over_a_mebibyte_is_413(kit: Kit) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"secret":"'
        for _ in range(40):
            yield b"x" * 65_536

    answer = await kit.client.post(
        "/v1/link/ticket", content=endless(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_body_over_a_mebibyte_is_413(kit: Kit) -> None:
    body = json.dumps({"secret": "x" * (1 << 20)})
    answer = await kit.client.post(
        "/v1/link/ticket", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_form_of_another_site_cannot_exchange_a_link(kit: Kit) -> None:
    answer = await kit.client.post(
        "/v1/link/ticket", content='{"secret":"x"}', headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code == 422


async def test_an_unexpected_error_says_nothing_of_itself(state_dir: Path) -> None:
    import httpx

    async with running(state_dir) as kit:

        async def broken(shipments: object) -> object:
            raise RuntimeError(f"canary {shipments}")

        kit.views.stages = broken  # type: ignore[assignment]
        app = kit.client._transport.app  # type: ignore[attr-defined]
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://x") as client:
            answer = await client.get("/v1/shipments/s-1", headers=kit.auth("books"))
        assert answer.status_code == 500
        assert "canary" not in answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_content_codings() -> None:
    assert accepted("gzip, br;q=0.5, *;q=0") == {"gzip", "br"}
    assert accepted("") == {""}


async def test_this_machine_by_another_name_is_led_to_the_portals_own(state_dir: Path) -> None:
    """A session made under one name is none under the other."""
    async with running(state_dir, public_url="http://127.0.0.1:8080") as kit:
        asked = await kit.client.get("http://localhost:8080/desk/shipments?tag=late")
        assert asked.status_code == 307
        assert asked.headers["location"] == "http://127.0.0.1:8080/desk/shipments?tag=late"
        assert (await kit.client.get("http://127.0.0.1:8080/")).headers["location"] == "/desk"
        for elsewhere in ("http://evil.example.org:8080/desk", "http://127.0.0.1:8080/desk"):
            assert (await kit.client.get(elsewhere)).status_code == 503, "served, though none is built here"
    async with running(state_dir) as kit:
        assert (await kit.client.get("http://localhost:8080/desk")).status_code == 503
