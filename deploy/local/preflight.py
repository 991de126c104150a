"""What this machine has and lacks, in a few seconds, before anything is fetched.

Only the standard library, and nothing newer than Python 3.8: a machine with an old Python must be able
to read what to do.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from typing import NamedTuple

from deploy.local import browser, hosts, pythons

PURPOSES = ("demo", "test", "doctor")
NEED_DISK_MB = {"demo": 2000, "test": 3000, "doctor": 2000}
NEED_MEMORY_MB = 2500
OLDEST_MACOS = 14  # Valhalla's wheel
COMPILES = {
    ("Linux", "aarch64"): "faust-streaming, which is installed as plain Python",
    ("Darwin", "x86_64"): "argon2-cffi-bindings, which needs `xcode-select --install`",
}
MBIT_S = 20  # an ordinary line, for the estimate of minutes


class Check(NamedTuple):
    """One thing looked at: `ok`, `note` (works without it) or `missing`, and the remedy for the last."""

    name: str
    state: str
    detail: str
    remedy: str = ""


def _root() -> str:
    return os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def _state() -> str:
    return os.environ.get("DROMOS_STATE_DIR") or os.path.join(_root(), ".dromos")


def _apt() -> str:
    """How this user installs a Debian package, or an empty string where there is no apt."""
    if shutil.which("apt-get") is None:
        return ""
    return "apt install " if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo apt install "


def check_platform() -> Check:
    """Wheels of every part exist for Linux with glibc and for macOS, on x86-64 and ARM64."""
    system, machine = platform.system(), platform.machine()
    detail = system + " " + machine
    if system not in ("Linux", "Darwin") or machine not in ("x86_64", "aarch64", "arm64"):
        return Check(
            "platform", "missing", detail, "use Linux or macOS on x86-64 or ARM64 (on Windows: WSL 2)"
        )
    if system == "Linux" and platform.libc_ver()[0] != "glibc":
        return Check("platform", "missing", detail + ", no glibc", "use a distribution with glibc, or Docker")
    if system == "Darwin" and int(platform.mac_ver()[0].split(".")[0] or 0) < OLDEST_MACOS:
        return Check("platform", "missing", detail, "macOS %d or newer is needed" % OLDEST_MACOS)  # noqa: UP031
    if (system, machine) in COMPILES:
        return Check("platform", "note", detail + ": has no wheels for " + COMPILES[(system, machine)])
    return Check("platform", "ok", detail)


def check_python(found: list[pythons.Python] | None = None) -> list[Check]:
    """A Python that is new enough, and its venv module, which Debian and Ubuntu pack separately."""
    seen = pythons.find_pythons() if found is None else found
    wanted = "%d.%d to %d.%d" % (pythons.OLDEST + pythons.NEWEST)  # noqa: UP031
    usable = [python for python in seen if python.version <= pythons.NEWEST]
    if not usable:
        here = "this is %d.%d" % sys.version_info[:2]  # noqa: UP031
        remedy = "pyenv install 3.12   or   uv python install 3.12"
        if _apt():
            remedy = _apt() + "python3.12 python3.12-venv   (if apt has none: " + remedy + ")"
        elif platform.system() == "Darwin":
            remedy = "brew install python@3.12"
        return [Check("python", "missing", "Dromos needs Python " + wanted + "; " + here, remedy)]
    best = next((python for python in usable if python.has_venv), usable[0])
    version = "%d.%d" % best.version  # noqa: UP031
    checks = [Check("python", "ok", version + " at " + best.path)]
    if best.has_venv:
        return [*checks, Check("venv", "ok", "virtual environments can be made")]
    remedy = _apt() + "python" + version + "-venv" if _apt() else "install the venv and ensurepip modules"
    return [*checks, Check("venv", "missing", "Python " + version + " came without ensurepip", remedy)]


def check_disk(purpose: str) -> Check:
    """Enough room where the state folder lies."""
    path = _state()
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    free_mb = shutil.disk_usage(path).free // 1000000
    done = os.path.isdir(os.path.join(_state(), "venv"))
    need_mb = 500 if done else NEED_DISK_MB[purpose]
    detail = "%d MB free at %s, %d MB needed" % (free_mb, path, need_mb)  # noqa: UP031
    if free_mb < need_mb:
        return Check(
            "disk", "missing", detail, "free some space, or put the state elsewhere: DROMOS_STATE_DIR=/path"
        )
    return Check("disk", "ok", detail)


def check_memory() -> Check:
    """Enough memory for Kafka's JVM and ten Python processes; less is slow rather than impossible."""
    try:
        total_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1000000
    except (ValueError, OSError):
        return Check("memory", "note", "unknown")
    detail = "%d MB" % total_mb  # noqa: UP031
    return Check("memory", "ok" if total_mb >= NEED_MEMORY_MB else "note", detail)


def check_database() -> Check:
    """PostgreSQL runs as this user; root's runs as nobody, who has to be let through to its folders."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return Check("database", "ok", "PostgreSQL runs as this user")
    detail = "PostgreSQL refuses to be root, and runs as nobody"
    path, closed = os.path.realpath(_state()), []
    while path != os.path.dirname(path):
        path = os.path.dirname(path)
        if os.path.isdir(path) and not os.stat(path).st_mode & 0o001:
            closed.append(path)
    if not closed:
        return Check("database", "ok", detail)
    listed = ", ".join(reversed(closed))
    return Check("database", "note", detail + "; others get leave to pass through, not to list, " + listed)


def check_host() -> Check:
    """The address that phones shall reach is one of this machine's."""
    try:
        host = hosts.find(hosts.told())
    except hosts.NotHere as error:
        return Check("host", "missing", str(error), "make demo HOST=<one of them>, or leave HOST out")
    return Check("host", "ok", "phones reach this machine at " + host.name)


def _version_of(command: list[str]) -> str:
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""


def _java_on_machine() -> bool:
    words = _version_of(["java", "-version"]).replace('"', " ").split()
    majors = [word.split(".")[0] for word in words if word[:1].isdigit()]
    return bool(majors) and majors[0].isdigit() and int(majors[0]) >= 17


def _node_on_machine() -> bool:
    parts = _version_of(["node", "--version"]).lstrip("v").split(".")
    new_enough = len(parts) == 3 and (int(parts[0]), int(parts[1])) >= (22, 12)
    return new_enough and shutil.which("npm") is not None


def check_fetches(purpose: str) -> list[Check]:
    """Say what will be fetched: for each part its size in MB, and how long all of it takes."""
    state = _state()
    parts = []
    if not os.path.isdir(os.path.join(state, "venv")):
        parts.append(("Python packages, PostgreSQL and Caddy among them", 390 if purpose == "test" else 300))
        if not _java_on_machine():
            parts.append(("Java", 45))
        if not _node_on_machine():
            parts.append(("Node.js", 65))
    if not any(name.startswith("jars-") for name in _listdir(os.path.join(state, "kafka"))):
        parts.append(("Apache Kafka", 56))
    if not os.path.isdir(os.path.join(state, "web", "node_modules")):
        parts.append(("page packages", 60))
    if not os.path.isdir(os.path.join(state, "map")) and not os.environ.get("AREA"):
        parts.append(("street map", 8))
    if purpose == "test" and browser.find_browser() is None:
        parts.append(("Chromium", 180))
    total_mb = sum(size for _, size in parts)
    if not parts:
        return [Check("to fetch", "ok", "nothing: all is here")]
    minutes = max(1, round(total_mb * 8 / MBIT_S / 60 + 1))
    listed = ", ".join("%s %d MB" % part for part in parts)  # noqa: UP031
    line = "about %d MB, %d min at %d Mbit/s: %s" % (total_mb, minutes, MBIT_S, listed)  # noqa: UP031
    return [Check("to fetch", "note", line)]


def _listdir(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []


def check_browser() -> Check:
    """A Chromium for the browser tests, or a way to get one."""
    found = browser.find_browser()
    if found:
        return Check("browser", "ok", found)
    if browser.can_use_apt():
        return Check("browser", "note", "none; apt will install Chromium")
    remedy = _apt() + "chromium" if _apt() else "install Chromium or Chrome, or set DROMOS_BROWSER"
    return Check("browser", "note", "none; Playwright will download Chromium, or: " + remedy)


def run_checks(purpose: str, found: list[pythons.Python] | None = None) -> list[Check]:
    """Look at everything a purpose (`demo`, `test`, `doctor`) needs, in a few seconds."""
    if purpose not in PURPOSES:
        raise ValueError("no such purpose: " + purpose)
    checks = [
        check_platform(),
        *check_python(found),
        check_disk(purpose),
        check_memory(),
        check_database(),
        *([check_host()] if hosts.told() and purpose == "demo" else []),
        *check_fetches(purpose),
    ]
    if purpose != "demo":
        checks.append(check_browser())
    return checks


def as_json(checks: list[Check]) -> str:
    """Return the checks as a JSON object: `ok`, and the list with each one's fields."""
    listed = [check._asdict() for check in checks]
    return json.dumps({"ok": all(check.state != "missing" for check in checks), "checks": listed})


def report(checks: list[Check]) -> str:
    """Return the checks as lines for a person, each remedy under what it mends."""
    mark = {"ok": "ok", "note": "--", "missing": "MISSING"}
    lines = []
    for check in checks:
        lines.append("  %-8s %-9s %s" % (mark[check.state], check.name, check.detail))  # noqa: UP031
        if check.remedy and check.state == "missing":
            lines.append("           to mend:  " + check.remedy)
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """Print the checks for a purpose (`--json` for machines); 1 when something is missing."""
    words = [word for word in argv if word != "--json"]
    checks = run_checks(words[0] if words else "doctor")
    print(as_json(checks) if "--json" in argv else report(checks))
    return int(any(check.state == "missing" for check in checks))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
