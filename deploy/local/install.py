"""The environment, the jars, the map and the pages: each made once, and again when its inputs change."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from deploy.local import java, node
from deploy.local.paths import LOCKS, ROOT, state_dir
from deploy.local.pythons import Python
from deploy.local.steps import StepFailed, fingerprint, is_current, run, say, step

WEB = ROOT / "services" / "web"


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the state folder's lock: two installations at once would spoil each other's work."""
    folder = state_dir() / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another installation is under way here: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def everything(base: Python, *, tests: bool) -> Path:
    """Make all that the demo (and the tests) need and return the environment's Python; raise StepFailed."""
    with _alone():
        python = environment(base, tests=tests)
        with ThreadPoolExecutor(3) as pool:  # the network's work beside the processor's
            work = [pool.submit(jars, python), pool.submit(street_map, python), pool.submit(pages, python)]
            for done in work:
                done.result()
    return python


def wanted_locks(*, tests: bool) -> list[str]:
    """Return the locks this machine needs: Java and Node only where it has none of its own."""
    names = ["uv", "runtime", "local"]
    if java.system_java() is None:
        names.append("java")
    if node.system_node() is None:
        names.append("node")
    return [*names, "dev"] if tests else names


def environment(base: Python, *, tests: bool) -> Path:
    """Make the virtual environment hold exactly the locked packages, and return its Python."""
    venv = state_dir() / "venv"
    python = venv / "bin" / "python"
    stamp = venv / "dromos-locks"
    runs = python.exists() and subprocess.run([str(python), "-c", ""], check=False).returncode == 0
    names = set(wanted_locks(tests=tests))
    if runs and stamp.is_file():
        names |= set(stamp.read_text().split()[1:])  # `make demo` keeps what `make test` had installed
    ordered = sorted(name for name in names if (LOCKS / f"{name}.txt").is_file())
    files = [LOCKS / f"{name}.txt" for name in ordered]
    value = " ".join([fingerprint(files, str(ROOT)), *ordered])
    if runs and is_current(stamp, value):
        return python
    if not runs:
        with step("Python environment"):
            shutil.rmtree(venv, ignore_errors=True)
            run([base.path, "-m", "venv", str(venv)])
    with step("the installer, uv"):
        run([*_pip(python), "-r", str(LOCKS / "uv.txt")])
    with step(f"Python packages ({', '.join(ordered)})"):
        stamp.unlink(missing_ok=True)
        _sync(python, files)
    _link_checkout(venv)
    stamp.write_text(value)
    return python


def _wheels_only() -> list[str]:
    """Refuse to compile where every package has a wheel; elsewhere one or two must be."""
    everywhere = (platform.system(), platform.machine()) in (("Linux", "x86_64"), ("Darwin", "arm64"))
    return ["--only-binary", ":all:"] if everywhere else []


def _pip(python: Path) -> list[str]:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    return [str(python), "-m", "pip", "install", *quiet, "--require-hashes", *_wheels_only()]


def _sync(python: Path, files: list[Path]) -> None:
    locks = [str(path) for path in files]
    environment = {**os.environ, "NO_CYTHON": "1"}  # Faust, where it has no wheel: as plain Python
    uv = [str(python), "-m", "uv", "pip", "sync", "--quiet", "--python", str(python), "--require-hashes"]
    try:
        run([*uv, *_wheels_only(), "--system-certs", *locks], env=environment)
    except StepFailed as failed:
        # pip knows mirrors, proxies and certificates that are configured for pip alone.
        say(f"uv could not install the packages, trying pip. uv said:\n{failed}")
        run([*_pip(python), *[word for path in locks for word in ("-r", path)]], env=environment)


def _link_checkout(venv: Path) -> None:
    """Let the environment import this checkout, and give it the `dromos` command."""
    site = next((venv / "lib").glob("python3.*")) / "site-packages"
    (site / "dromos-checkout.pth").write_text(f"{ROOT}\n")
    command = venv / "bin" / "dromos"
    command.write_text(
        f"#!{venv / 'bin' / 'python'}\nimport sys\n\nfrom services.cli.main import main\n\nsys.exit(main())\n"
    )
    command.chmod(0o755)


def jars(python: Path) -> None:
    """Fetch Apache Kafka's jars unless they are here."""
    from deploy.local import kafka_jars

    if not kafka_jars.jar_folder().is_dir():
        with step("Apache Kafka's jars"):
            run([str(python), "-m", "deploy.local.kafka_jars"], cwd=ROOT)


def street_map(python: Path) -> None:
    """Build tiles, routing and addresses of AREA (an .osm.pbf file), or of the default city."""
    out = state_dir() / "map"
    command = [str(python), "-m", "deploy.local.map", "--out", str(out)]
    area = os.environ.get("AREA", "")
    inputs = [*(ROOT / "deploy" / "local" / "map").glob("*.py")]
    words = [area]
    if area:
        source = Path(area).expanduser().absolute()
        if not source.is_file():
            raise StepFailed(f"AREA={area}: there is no such file")
        status = source.stat()
        words += [str(source), str(status.st_size), str(status.st_mtime_ns)]
        command += ["--area", str(source)]
    stamp, value = out / "inputs", fingerprint(inputs, *words)
    if is_current(stamp, value):
        return
    with step(f"street map of {Path(area).name}" if area else "street map"):
        run(command, cwd=ROOT)
    stamp.write_text(value)


def page_sources() -> list[Path]:
    """Return the files the pages are built from."""
    found = []
    for folder, folders, names in os.walk(WEB):
        folders[:] = [name for name in folders if name != "node_modules"]
        found += [Path(folder, name) for name in names]
    return found


def pages(python: Path) -> None:
    """Install the pages' packages and build them, each when its inputs have changed."""
    del python
    if not (WEB / "package.json").is_file():
        return
    web = state_dir() / "web"
    install_page_packages(web)
    stamp, value = web / "inputs", fingerprint(page_sources())
    if is_current(stamp, value) and (web / "dist").is_dir():
        return
    with step("pages"):
        environment = {**node.node_environment(), "DROMOS_WEB_OUT": str(web / "dist")}
        run([*node.npm_command(), "run", "build"], cwd=WEB, env=environment)
    stamp.write_text(value)


def install_page_packages(web: Path) -> None:
    """Install exactly package-lock.json into the state folder and link it into the sources."""
    modules = web / "node_modules"
    link = WEB / "node_modules"
    names = ("package.json", "package-lock.json")
    stamp, value = web / "packages", fingerprint(WEB / name for name in names)
    if not (is_current(stamp, value) and modules.is_dir()):
        web.mkdir(parents=True, exist_ok=True)
        for name in names:
            shutil.copyfile(WEB / name, web / name)
        with step("page packages"):
            npm = [*node.npm_command(), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
            run(npm, cwd=web, env=node.node_environment())
        stamp.write_text(value)
    target = os.path.relpath(modules, WEB) if modules.is_relative_to(ROOT) else str(modules)
    if not link.is_symlink() or os.readlink(link) != target:
        if link.is_symlink() or link.is_file():
            link.unlink()
        elif link.is_dir():
            shutil.rmtree(link)
        link.symlink_to(target)


def _main() -> int:
    """Fetch or build one thing again: `python -m deploy.local.install pages`."""
    makers = {"jars": jars, "map": street_map, "pages": pages}
    for name in sys.argv[1:]:
        makers[name](Path(sys.executable))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
