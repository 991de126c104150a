"""The simulator's process: couriers drive real streets and post like phones do, or a trace is played.

python -m services.simulator.main [--couriers N] [--seed S] [--speed X] [--replay FILE] [--protocol P]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from services.simulator.client import ApiError, Client
from services.simulator.config import SimulatorSettings
from services.simulator.core.faults import PRESETS
from services.simulator.core.protocols import PROTOCOLS
from services.simulator.core.replay import ReplayError
from services.simulator.core.world import couriers, usable
from services.simulator.director import Director
from services.simulator.kept import Secrets, troupe
from services.simulator.office import furnish
from services.simulator.player import Player, load
from services.simulator.rounds import Rounds
from shared import logs
from shared.adapters.memory.router import MemoryRouter
from shared.adapters.router.inprocess import ValhallaRouter
from shared.geo import Coord
from shared.ports.router import Router, RouterError

MIXED = "mixed"


def arguments(argv: list[str] | None, settings: SimulatorSettings) -> argparse.Namespace:
    """The command line; what it leaves out comes from the settings."""
    parser = argparse.ArgumentParser(prog="python -m services.simulator.main", description=__doc__)
    parser.add_argument("--couriers", type=int, default=settings.simulator_couriers, help="how many couriers")
    parser.add_argument("--seed", type=int, default=settings.simulator_seed, help="same seed, same world")
    parser.add_argument("--speed", type=float, default=settings.simulator_speed, help="times real time")
    parser.add_argument("--rounds", type=int, help="rounds a courier, then end; for ever unless told")
    parser.add_argument(
        "--protocol", choices=[MIXED, *PROTOCOLS], default=MIXED, help="what the phones speak; mixed: all"
    )
    parser.add_argument("--faults", choices=PRESETS, default=settings.simulator_faults)
    parser.add_argument("--replay", type=Path, help="play this CSV, GPX or JSON trace (also .gz or .zip)")
    parser.add_argument("--track", help="which of the file's tracks; the longest unless told")
    parser.add_argument("--anchor", help="LON,LAT of 0,0 for traces in metres; the area's centre unless told")
    parser.add_argument("--json", action="store_true", help="say what happens as JSON lines")
    args = parser.parse_args(argv)
    if args.couriers < 1 or args.speed <= 0:
        parser.error("--couriers and --speed are greater than zero")
    return args


def main(argv: list[str] | None = None) -> int:
    """Run until the end, or until told to stop; 1 with the reason when it can't."""
    settings = SimulatorSettings()
    args = arguments(argv, settings)
    logs.set_up(settings.part, settings.log_level, sample=settings.trace_sample)
    # httpx tells every URL, and some phones have their secret in it.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        asyncio.run(_until_told(settings, args))
    except (ApiError, ReplayError, RouterError, OSError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    return 0


async def _until_told(settings: SimulatorSettings, args: argparse.Namespace) -> None:
    """Play; SIGTERM and SIGINT end it cleanly."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    told = []

    def stop() -> None:
        told.append(True)
        task.cancel()

    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop)
    try:
        await _play(settings, args)
    except asyncio.CancelledError:
        if not told:
            raise
    except BaseExceptionGroup as group:
        raise _first(group) from group


async def _play(settings: SimulatorSettings, args: argparse.Namespace) -> None:
    with troupe(settings.run_dir) as name:
        await _play_as(name, settings, args)


async def _play_as(name: str, settings: SimulatorSettings, args: argparse.Namespace) -> None:
    track, area = None, dict[str, Any]()
    if args.replay:
        # A trace needs no streets, only a zone, and a middle when it has metres instead of degrees.
        file = settings.map_dir / "area.json"
        area = _read(file) if file.exists() else {"name": "", "zone": "UTC", "centre": None}
        track = load(args.replay, args.track, _anchor(args.anchor, area["centre"]))
    world = Streets(settings.map_dir) if track is None else None
    area = world.area if world else area
    secrets = Secrets.load(settings.run_dir / f"simulator-{name}.json")
    token = settings.admin_token.get_secret_value()
    protocols = list(PROTOCOLS) if args.protocol == MIXED else [args.protocol]
    try:
        async with Client(settings.ingest_url, settings.portal_url, token) as client:
            rounds = Rounds(
                client=client,
                router=world.router if world else MemoryRouter(),
                addresses=world.addresses if world else [],
                keys=secrets.keys,
                city=area["name"],
                zone=area["zone"],
                run=time.strftime("%y%m%d%H%M%S"),
                faults=PRESETS[args.faults],
                speed=args.speed,
            )
            director = Director(
                client=client,
                rounds=rounds,
                secrets=secrets,
                tenant=settings.simulator_tenant,
                seed=args.seed,
                links_file=settings.run_dir / ("links.json" if name == "demo" else f"links-{name}.json"),
                say=_say_json if args.json else _say,
            )
            if track is not None:
                await Player(director, name, args.replay.name).play(track, protocols[0], args.speed)
            else:
                crew = couriers(name, args.couriers, protocols)
                await director.set_up(crew)
                if name == "demo":
                    await furnish(client, settings.simulator_tenant, settings.run_dir / "desk.json")
                await director.play(crew, args.rounds)
    finally:
        if world:
            await world.router.close()


class Streets:
    """What the built map gives: the area, its addresses and its routes. Raises ValueError without a map."""

    def __init__(self, folder: Path) -> None:
        self.area: dict[str, Any] = _read(folder / "area.json")
        self.addresses = usable(_read(folder / "addresses.json")["rows"])
        if not self.addresses:
            raise ValueError(f"{folder} holds no addresses to deliver to")
        self.router: Router = ValhallaRouter(folder / "valhalla")


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception inside nested groups."""
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"{file} is not there: build the map with `python -m deploy.local.map`") from error


def _anchor(given: str | None, centre: list[float] | None) -> Coord | None:
    if given is None:
        return (centre[0], centre[1]) if centre else None
    try:
        lon, lat = map(float, given.split(","))
    except ValueError as error:
        raise ValueError("--anchor is LON,LAT, such as 24.94,60.17") from error
    return lon, lat


def _say_json(what: str, details: dict[str, Any]) -> None:
    print(json.dumps({"event": what, **details}, ensure_ascii=False), flush=True)


def _say(what: str, details: dict[str, Any]) -> None:
    text = "  ".join(f"{key}={value}" for key, value in details.items())
    print(f"{datetime.now():%H:%M:%S}  {what:<12} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
