"""Recorded traces of every shape the simulator reads, in small made-up files."""

import gzip
import zipfile
from pathlib import Path

import pytest

from services.simulator.core.replay import ReplayError, parse_time, read, set_to
from services.simulator.player import load
from shared.geo import distance_m

ANCHOR = (24.94, 60.17)
METRES = """timestamp,x,y,groundtruth
1964-01-12 00:00:00.000000000,-10.5,0,OnFoot
1964-01-12 00:00:05.013000011,0,20.25,Driving
"""
PHONES = """device_id,ts_utc,lat,lon,accuracy_m,activity_1
7,2016-08-26T07:50:52.709Z,60.1627,24.9022,14,STILL
7,2016-08-26T07:50:41.892Z,60.1625,24.9009,,STILL
8,2016-08-26T07:00:00Z,60.17,24.93,5,WALKING
8,2016-08-26T07:00:10Z,60.1701,24.93,5,WALKING
8,2016-08-26T07:00:20Z,60.1702,24.93,5,WALKING
"""
BUSES = """"id","vehicle_id","trip_id","timestamp","latitude","longitude","bearing"
1,"4716","a","2026-01-26 15:57:02",53.44,-2.92,
2,"4716","a","2026-01-26 15:57:24",53.45,-2.91,53
"""
GPX11 = """<?xml version="1.0"?>
<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>two parts</name>
<trkseg><trkpt lat="60.17" lon="24.94"><ele>5</ele><time>2026-01-01T10:00:00Z</time></trkpt></trkseg>
<trkseg><trkpt lat="60.18" lon="24.94"><time>2026-01-01T10:01:00.500Z</time></trkpt></trkseg></trk></gpx>"""
GPX10 = """<gpx version="1.0" creator="t" xmlns="http://www.topografix.com/GPX/1/0"><trk><trkseg>
<trkpt lat="60.17" lon="24.94"/><trkpt lat="60.18" lon="24.94"/><trkpt lat="60.18" lon="24.94"/>
</trkseg></trk></gpx>"""
POINTS = '[{"point":"POINT(11.5 48.1)","time":"2014-09-10 06:54:07+0200","id":"x"},'
POINTS += '{"point":"POINT(11.6 48.1)","time":"2014-09-10 06:54:08+0200","id":"x"}]'


def test_metres_lie_around_the_anchor() -> None:
    (track,) = read("trace.csv", METRES, ANCHOR)
    first, last = track.fixes
    assert distance_m(*ANCHOR, first.lon or 0, first.lat or 0) == pytest.approx(10.5, abs=0.1)
    assert distance_m(*ANCHOR, *track.end) == pytest.approx(20.25, abs=0.1)
    assert last.at_s - first.at_s == pytest.approx(5.013, abs=1e-3)
    assert first.at_s < 0
    with pytest.raises(ReplayError, match="--anchor"):
        read("trace.csv", METRES)


def test_phones_are_told_apart_and_sorted_by_time() -> None:
    seven, eight = read("phones.csv", PHONES)
    assert (seven.name, eight.name) == ("7", "8")
    assert [fix.accuracy_m for fix in seven.fixes] == [None, 14]
    assert eight.duration_s == 20


def test_vehicles_by_trip_with_bearings_where_known() -> None:
    (track,) = read("buses.csv", BUSES)
    assert track.name == "a"
    assert [fix.bearing_deg for fix in track.fixes] == [None, 53]
    assert (track.fixes[0].lon, track.fixes[0].lat) == (-2.92, 53.44)


def test_gpx_with_parts_and_with_times() -> None:
    (track,) = read("way.gpx", GPX11)
    assert track.name == "two parts"
    assert not track.made_times
    assert track.duration_s == pytest.approx(60.5)
    assert track.fixes[0].altitude_m == 5


def test_gpx_without_usable_times_is_driven_steadily() -> None:
    (track,) = read("way.gpx", GPX10)
    assert track.made_times
    assert track.duration_s == pytest.approx(1112 / 8, rel=0.01)
    same = GPX11.replace("10:01:00.500", "10:00:00")
    assert read("way.gpx", same)[0].made_times


def test_points_in_well_known_text() -> None:
    (track,) = read("car.json", POINTS)
    assert track.fixes[0].lon == 11.5
    assert track.duration_s == 1
    assert track.fixes[0].at_s == parse_time("2014-09-10T04:54:07Z")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.gpx", "<gpx version='1.1' xmlns='http://www.topografix.com/GPX/1/1'></gpx>", "no track"),
        ("a.gpx", "<gpx", "not a GPX"),
        ("a.csv", "street,lat,lon\nx,1,2\n", "columns"),
        ("a.csv", "time,lat,lon\n2026-01-01T00:00:00Z,x,2\n", "line 2"),
        ("a.csv", "time,lat,lon\n2026-01-01T00:00:00Z,1,2\n", "no track of two"),
        ("a.csv", "", "columns"),
        ("a.json", "{}", "no track"),
        ("a.json", '[{"point":"here","time":"now"}]', "array of points"),
    ],
)
def test_what_can_not_be_played_is_said(name: str, text: str, says: str) -> None:
    with pytest.raises(ReplayError, match=says):
        read(name, text, ANCHOR)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1795168800", 1795168800), ("1795168800250", 1795168800.25), ("2026-11-20T10:00:00Z", 1795168800)],
)
def test_times(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


def test_a_track_begins_when_it_is_told() -> None:
    (track,) = read("car.json", POINTS)
    moved = set_to(track, 100.0)
    assert [fix.at_s for fix in moved] == [100, 101]


def test_files_may_be_packed(tmp_path: Path) -> None:
    packed = tmp_path / "phones.csv.gz"
    packed.write_bytes(gzip.compress(PHONES.encode()))
    assert load(packed, None, ANCHOR).name == "8"  # the longest
    assert load(packed, "7", ANCHOR).name == "7"
    with pytest.raises(ReplayError, match="it has 7, 8"):
        load(packed, "9", ANCHOR)
    archive = tmp_path / "traces.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("in/one.csv", METRES)
        out.writestr("in/two.gpx", GPX11)
    assert load(archive, "two.gpx", ANCHOR).name == "two parts"
    assert load(archive, None, ANCHOR).name == "one.csv"
    with pytest.raises(ReplayError, match="no track"):
        load(archive, "three", ANCHOR)
