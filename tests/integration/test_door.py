"""The front door for phones: a real Caddy before stand-ins of portal, ingest and gateway."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer

import httpx
import psutil
import pytest
from websockets import Origin
from websockets.sync.client import connect
from websockets.sync.server import Server, ServerConnection, serve

from deploy.local import ports
from deploy.local.door import SERVED_PLAINLY, Door, binary
from deploy.local.hosts import Host
from deploy.local.process import spawn, stop_group

HERE = Host("127.0.0.1", "127.0.0.1")


def port_of(server: BaseServer) -> int:
    assert isinstance(server, ThreadingHTTPServer)
    return server.server_port


class StandIn(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = {"who": port_of(self.server), "path": self.path, "headers": dict(self.headers)}
        body = json.dumps(asked).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Strict-Transport-Security", "max-age=31536000")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Nothing."""


def echo(connection: ServerConnection) -> None:
    assert connection.request is not None
    headers = connection.request.headers
    connection.send(json.dumps([connection.request.path, headers["Origin"], headers["X-Forwarded-For"]]))
    for message in connection:
        connection.send(message)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), StandIn) for _ in range(2)]
    sockets: Server = serve(echo, "127.0.0.1", 0)
    for serving in (*(server.serve_forever for server in servers), sockets.serve_forever):
        threading.Thread(target=serving, daemon=True).start()
    portal, ingest = map(port_of, servers)
    made = Door(
        HERE,
        ports.free_port(),
        ports.free_port(),
        portal=portal,
        ingest=ingest,
        gateway=int(sockets.socket.getsockname()[1]),
        folder=tmp_path_factory.mktemp("a folder") / "door",
    )
    with running(made):
        yield made
    for server in servers:
        server.shutdown()
        server.server_close()
    sockets.shutdown()


class running:
    """The door in the foreground for the length of a block."""

    def __init__(self, door: Door) -> None:
        self.door, self.log = door, door.folder.parent / f"door-{door.port}.log"

    def __enter__(self) -> psutil.Process:
        self.door.prepare()
        env = {**os.environ, **self.door.own_environment()}
        self.process = spawn(self.door.command(), log=self.log, env=env)
        deadline = time.monotonic() + 60
        while not self.door.is_ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)
        return psutil.Process(self.process.pid)

    def __exit__(self, *_: object) -> None:
        stop_group(self.process)


def trusting(door: Door) -> httpx.Client:
    """A client that trusts the door's authority and nothing else."""
    context = ssl.create_default_context(cafile=str(door.authority))
    return httpx.Client(verify=context, trust_env=False)


def test_one_origin_has_pages_positions_and_the_socket(door: Door) -> None:
    with trusting(door) as client:
        page = client.get(f"{door.url}/t?x=1")
        posted = client.post(f"{door.ingest_url}v1/positions", content=b"{}")
    assert (page.json()["who"], page.json()["path"]) == (door.portal, "/t?x=1")
    assert (posted.json()["who"], posted.json()["path"]) == (door.ingest, "/v1/positions")
    headers = page.json()["headers"]
    assert headers["Host"] == f"127.0.0.1:{door.port}"
    assert (headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]) == ("127.0.0.1", "https")
    # A name of one's own would from then on be asked by https at every port, the certificate's page too.
    assert "Strict-Transport-Security" not in page.headers
    context = ssl.create_default_context(cafile=str(door.authority))
    with connect(
        door.gateway_url, origin=Origin(door.url), ssl=context, proxy=None, open_timeout=60
    ) as socket:
        assert json.loads(socket.recv()) == ["/live", door.url, "127.0.0.1"]
        socket.send("still there")
        assert socket.recv() == "still there"


def test_a_client_cannot_pretend_to_have_another_address(door: Door) -> None:
    with trusting(door) as client:
        asked = client.get(door.url, headers={"X-Forwarded-For": "203.0.113.9"}).json()
    assert asked["headers"]["X-Forwarded-For"] == "127.0.0.1"


def test_who_does_not_trust_the_authority_is_not_served(door: Door) -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
        client.get(door.url)


@pytest.mark.parametrize("path", ["/metrics", "/gps/metrics", "/gps//metrics", "/%6detrics", "/a/../metrics"])
def test_counters_stay_at_home(door: Door, path: str) -> None:
    with trusting(door) as client:
        assert client.get(door.url + path).status_code == 404
    assert httpx.get(door.plain_url + path, trust_env=False).status_code == 404


@pytest.mark.parametrize("name", SERVED_PLAINLY)
def test_the_plain_port_takes_positions(door: Door, name: str) -> None:
    taken = httpx.post(f"{door.plain_url}/gps/{name}/secret", content=b"x", trust_env=False).json()
    assert (taken["who"], taken["path"]) == (door.ingest, f"/{name}/secret")


@pytest.mark.parametrize(
    "path",
    [
        "/t",
        "/courier",
        "/gps/v1/shipments/s/events",
        "/gps/readyz",
        "/live",
        "/door/Caddyfile",
        "/../Caddyfile",
        "/root.key",
        "/pki/authorities/local/root.key",
        "/%2e%2e/pki/authorities/local/root.key",
    ],
)
def test_the_plain_port_serves_nothing_else(door: Door, path: str) -> None:
    assert httpx.get(door.plain_url + path, trust_env=False).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "language"), [("el-GR,el;q=0.9", "el"), ("ru", "ru"), ("en-GB", "en"), ("fi,el", "en")]
)
def test_the_certificates_page_speaks_the_phones_language(door: Door, accepted: str, language: str) -> None:
    page = httpx.get(door.plain_url, headers={"Accept-Language": accepted}, trust_env=False)
    assert page.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}">' in page.text
    assert f"{door.url}/demo" in page.text
    assert f"{door.plain_url}/gps/" in page.text


def test_the_certificate_that_it_hands_out_is_the_one_to_trust(door: Door) -> None:
    handed = httpx.get(f"{door.plain_url}/dromos-demo.crt", trust_env=False)
    assert handed.headers["content-type"] == "application/x-x509-ca-cert"
    assert handed.text == door.authority.read_text()
    assert "PRIVATE" not in handed.text


def test_the_authoritys_key_is_this_users_alone(door: Door) -> None:
    assert door.folder.stat().st_mode & 0o077 == 0
    assert (door.authority.parent / "root.key").stat().st_mode & 0o077 == 0


def test_a_refused_connection_is_logged_without_the_phones_secret(door: Door, tmp_path: Path) -> None:
    dead = replace(
        door,
        port=ports.free_port(),
        plain_port=ports.free_port(),
        ingest=ports.free_port(),
        folder=tmp_path / "door",
    )
    keep = running(dead)
    with keep as process, trusting(dead) as client:
        for url in (dead.ingest_url, f"{dead.plain_url}/gps/"):
            answer = client.get(
                f"{url}osmand/SECRET-1?secret=SECRET-2", headers={"Authorization": "Bearer SECRET-3"}
            )
            assert answer.status_code == 502
        addresses = {c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    logged = keep.log.read_text()
    assert "connection refused" in logged
    assert "SECRET" not in logged
    assert addresses == {("127.0.0.1", dead.port), ("127.0.0.1", dead.plain_port)}  # and no port of its own


@pytest.mark.parametrize("name", ["192.168.7.5", "laptop.lan", "fd00::5"])
def test_caddy_accepts_the_configuration_for_any_kind_of_host(name: str, tmp_path: Path) -> None:
    made = Door(Host(name, name), 8443, 8480, 8080, 8081, 8082, tmp_path / 'a "quoted" folder')
    made.prepare()
    file = str(made.folder / "Caddyfile")
    env = {**os.environ, **made.own_environment()}
    done = subprocess.run(
        [str(binary()), "validate", "--config", file, "--adapter", "caddyfile"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
