"""The simulator's command line, as far as it goes without a running system."""

from pathlib import Path

import pytest

from services.simulator.config import SimulatorSettings
from services.simulator.main import arguments, main


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DROMOS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("DROMOS_SIMULATOR_COURIERS", "4")
    return tmp_path


def test_the_command_line_goes_before_the_environment() -> None:
    settings = SimulatorSettings()
    assert arguments([], settings).couriers == 4
    assert arguments(["--couriers", "9"], settings).couriers == 9
    assert settings.ingest_url == "http://127.0.0.1:8081"


@pytest.mark.parametrize("wrong", [["--couriers", "0"], ["--speed", "-1"], ["--protocol", "smoke"]])
def test_what_makes_no_sense_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments(wrong, SimulatorSettings())
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_without_a_map_it_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert "python -m deploy.local.map" in capsys.readouterr().err


def test_a_trace_that_is_not_there_is_said(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--replay", str(state / "none.gpx")]) == 1
    assert "none.gpx" in capsys.readouterr().err


def test_an_anchor_is_two_numbers(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = state / "trace.csv"
    trace.write_text("time,x,y\n")
    assert main(["--replay", str(trace), "--anchor", "somewhere"]) == 1
    assert "LON,LAT" in capsys.readouterr().err
