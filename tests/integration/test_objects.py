"""The object store's three forms under one suite; S3's against a real server (rclone), signatures and all."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import obstore.store
import pytest

from deploy.local.ports import free_port
from shared.adapters.objects import StoreObjects, open_objects
from shared.ports.objects import NoSuchObject, Objects, ObjectsUnavailable

BUCKET = "pictures"
SETTLES_S = 1.0
"""Under load rclone closes its files a moment after it has answered."""

KEY_ID, SECRET = "dromos", "a-secret-of-the-store"


@dataclass(frozen=True)
class Server:
    """A running S3 server and the folder in which it keeps its buckets."""

    url: str
    folder: Path


@contextmanager
def serving(folder: Path, port: int) -> Iterator[Server]:
    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    command = [
        str(Path(sys.executable).with_name("rclone")),
        *("serve", "s3", "--auth-key", f"{KEY_ID},{SECRET}", "--addr", f"127.0.0.1:{port}"),
        *("--config", str(folder / "none.conf"), "--vfs-cache-mode", "off", str(folder)),
    ]
    with (folder.parent / "rclone.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 20
        while not _listens(port):
            assert process.poll() is None, (folder.parent / "rclone.log").read_text()
            assert time.monotonic() < end, "the S3 server does not come up"
            time.sleep(0.05)
        yield Server(f"http://127.0.0.1:{port}", folder)
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("s3") / "buckets", free_port()) as running:
        yield running


@pytest.fixture
def s3() -> Callable[..., StoreObjects]:
    def opened(url: str, *, secret: str = SECRET, prefix: str = "dromos") -> StoreObjects:
        return open_objects(
            f"s3://{BUCKET}/{prefix}", endpoint=url, region="eu-west-1", key_id=KEY_ID, secret=secret
        )

    return opened


@pytest.fixture(params=["memory", "folder", "s3"])
async def objects(
    request: pytest.FixtureRequest, tmp_path: Path, s3: Callable[..., StoreObjects]
) -> AsyncIterator[Objects]:
    match request.param:
        case "memory":
            yield open_objects("memory:///")
        case "folder":
            yield open_objects((tmp_path / "a folder" / "objects").as_uri())
        case _:
            running: Server = request.getfixturevalue("server")
            yield s3(running.url, prefix=f"run-{tmp_path.name}")


async def test_what_is_put_is_there_until_it_is_deleted(objects: Objects) -> None:
    data = bytes(range(256)) * 4096
    await objects.put("proofs/20261126/s-1/one.jpg", b"before")
    await objects.put("proofs/20261126/s-1/one.jpg", data)
    assert await objects.get("proofs/20261126/s-1/one.jpg") == data
    await objects.delete(["proofs/20261126/s-1/one.jpg"])
    with pytest.raises(NoSuchObject):
        await objects.get("proofs/20261126/s-1/one.jpg")


async def test_keys_that_ids_of_ours_make(objects: Objects) -> None:
    for number, shipment in enumerate(("s-1", "A.b_c:d-e", "x" * 64, "0..0")):
        key = f"proofs/20261126/{shipment}/-_aZ09.png"
        await objects.put(key, str(number).encode())
        assert await objects.get(key) == str(number).encode()
        assert [s.key for s in await objects.listed(f"proofs/20261126/{shipment}")] == [key]


async def test_a_folder_is_listed_whole_and_no_other_that_begins_alike(objects: Objects) -> None:
    for key in ("p/1/s/b", "p/1/s/a", "p/1/s-2/c", "p/10/s/d"):
        await objects.put(key, key.encode())
    assert [(s.key, s.size) for s in await objects.listed("p/1")] == [
        ("p/1/s-2/c", 9),
        ("p/1/s/a", 7),
        ("p/1/s/b", 7),
    ]
    assert [s.key for s in await objects.listed("p/1/s")] == ["p/1/s/a", "p/1/s/b"]
    assert await objects.listed("p/2") == await objects.listed("nowhere") == []
    assert await objects.folders("p") == ["1", "10"]
    assert await objects.folders("p/1") == ["s", "s-2"]
    assert await objects.folders("nowhere") == await objects.folders("p/1/s") == []


async def test_more_than_a_page_of_a_listing(objects: Objects) -> None:
    """S3 lists a thousand at a time."""
    keys = [f"many/{n:04}" for n in range(1_100)]
    for first in range(0, len(keys), 50):
        await asyncio.gather(*(objects.put(key, b"x") for key in keys[first : first + 50]))
    assert [s.key for s in await objects.listed("many")] == keys
    await objects.delete(keys)
    assert await objects.listed("many") == []


async def test_deleting_goes_on_past_what_is_not_there(objects: Objects) -> None:
    await objects.put("d/1/a", b"a")
    await objects.put("d/2/b", b"b")
    await objects.delete(["d/none", "d/1/a", "nowhere/none", "d/2/b", "d/1/a"])
    assert await objects.listed("d") == []
    await objects.delete([])
    await objects.put("d/1/a", b"again")  # also where the folder had gone with its last file
    assert await objects.folders("d") == ["1"]


async def test_many_at_once(objects: Objects) -> None:
    kept = {f"at-once/{n}": f"{n:03}".encode() * 10_000 for n in range(40)}
    await asyncio.gather(*(objects.put(key, data) for key, data in kept.items()))
    await asyncio.sleep(SETTLES_S)
    assert await asyncio.gather(*(objects.get(key) for key in kept)) == list(kept.values())


async def test_in_a_folder_whoever_reads_while_it_is_written_reads_one_or_the_other(tmp_path: Path) -> None:
    objects = open_objects(tmp_path.as_uri())
    await objects.put("one", b"000" * 10_000)

    async def again(n: int) -> bool:
        await objects.put("one", f"{n:03}".encode() * 10_000)
        found = await objects.get("one")
        return len(found) == 30_000 and found == found[:3] * 10_000

    assert all(await asyncio.gather(*(again(n) for n in range(60))))


def test_a_folders_files_are_nobody_elses(tmp_path: Path) -> None:
    open_objects((tmp_path / "objects").as_uri())
    assert (tmp_path / "objects").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "url", ["", "objects", "/var/objects", "file://host/objects", "s3:///prefix", "https://example.org/x"]
)
def test_an_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="an address such as"):
        open_objects(url)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ObjectsUnavailable):
        open_objects((tmp_path / "file" / "objects").as_uri())


async def test_s3_keeps_to_its_prefix(server: Server, s3: Callable[..., StoreObjects]) -> None:
    one, other = s3(server.url, prefix="one"), s3(server.url, prefix="one-more")
    await one.put("a/b", b"x")
    assert (server.folder / BUCKET / "one" / "a" / "b").read_bytes() == b"x"
    assert await other.listed("") == []
    assert [s.key for s in await one.listed("")] == ["a/b"]


async def test_s3_by_the_names_that_every_client_reads(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }.items():
        monkeypatch.setenv(name, value)
    await open_objects(f"s3://{BUCKET}").put("by-environment", b"x")
    assert (server.folder / BUCKET / "by-environment").read_bytes() == b"x"


async def test_s3_with_a_wrong_secret_is_unavailable(server: Server, s3: Callable[..., StoreObjects]) -> None:
    wrong = s3(server.url, secret="another")
    for call in (wrong.put("a", b""), wrong.get("a"), wrong.listed("a"), wrong.folders("a")):
        with pytest.raises(ObjectsUnavailable) as caught:
            await call
        assert "another" not in str(caught.value)
        assert SECRET not in str(caught.value)


async def test_s3_that_is_away_is_unavailable_and_back_when_it_is_back(
    tmp_path: Path, s3: Callable[..., StoreObjects]
) -> None:
    port = free_port()
    store = s3(f"http://127.0.0.1:{port}")
    began = time.monotonic()
    with pytest.raises(ObjectsUnavailable):
        await store.put("a", b"1")
    assert time.monotonic() - began < 7
    with serving(tmp_path / "buckets", port):
        await store.put("a", b"2")
        assert await store.get("a") == b"2"


async def test_s3_that_does_not_answer_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    # Connections wait in the kernel: nobody takes them, and nothing of them is left when the test ends.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        inner = obstore.store.S3Store(
            BUCKET,
            endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}",
            client_options={"allow_http": True},
        )
        store = StoreObjects(inner, call_s=0.5)
        for call in (store.put("a", b"1"), store.get("a"), store.listed("a"), store.delete(["a"])):
            with pytest.raises(ObjectsUnavailable, match=r"within 0\.5 s"):
                await call
