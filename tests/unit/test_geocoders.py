"""Geocoders: one suite over memory, the local index, Photon and Nominatim; then how lines are taken apart."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.geocoder import choose
from shared.adapters.geocoder.local import LocalGeocoder
from shared.adapters.geocoder.remote import NominatimGeocoder, PhotonGeocoder
from shared.adapters.memory.geocoder import MemoryGeocoder
from shared.domain.address_text import Number, edits, fold, numbers, split, street_key
from shared.ports.geocoder import Geocoder, GeocoderUnavailable, How

HOUSES = {
    "Aleksanterinkatu 11": (24.9469, 60.1690),
    "Aleksanterinkatu 15": (24.9453, 60.1690),
    "Aleksanterinkatu 19": (24.9424, 60.1689),
    "Hämeentie 2": (24.9600, 60.1800),
    "Ερμού 15": (24.9500, 60.1750),
    "улица Ленина 5": (24.9550, 60.1760),
}
CITY = "Helsinki"


def _matching(asked: str) -> list[tuple[str, str, tuple[float, float]]]:
    """What a server that ranks by words answers: the streets that the question's words begin with."""
    words = street_key(asked).split()
    found = []
    for address, place in HOUSES.items():
        street, _, number = address.rpartition(" ")
        if street_key(street).split()[-1] in words:
            found.append((street, number, place))
    return sorted(found, key=lambda f: f[1] not in asked.split())


def photon(request: httpx.Request) -> httpx.Response:
    asked = request.url.params["q"]
    assert request.url.path == "/api"
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": list(place)},
            "properties": {
                "street": street,
                "housenumber": number,
                "city": CITY,
                "countrycode": "FI",
                "type": "house",
                "osm_key": "building",
            },
        }
        for street, number, place in _matching(asked)
    ]
    return httpx.Response(200, json={"type": "FeatureCollection", "features": features})


def nominatim(request: httpx.Request) -> httpx.Response:
    params = request.url.params
    assert (request.url.path, params["format"], params["addressdetails"]) == ("/search", "jsonv2", "1")
    places = [
        {
            "lon": str(place[0]),
            "lat": str(place[1]),
            "address": {"road": street, "house_number": number, "city": CITY, "country_code": "fi"},
        }
        for street, number, place in _matching(params["street"])
    ]
    return httpx.Response(200, json=places)


@pytest.fixture(params=["memory", "photon", "nominatim"])
async def geocoder(request: pytest.FixtureRequest) -> AsyncIterator[Geocoder]:
    made: Geocoder
    if request.param == "memory":
        made = MemoryGeocoder(HOUSES, CITY)
    elif request.param == "photon":
        made = PhotonGeocoder("http://geo", rate=1000, transport=httpx.MockTransport(photon))
    else:
        made = NominatimGeocoder("http://geo", rate=1000, transport=httpx.MockTransport(nominatim))
    yield made
    await made.close()


@pytest.mark.parametrize("address", HOUSES)
async def test_a_house_as_it_is_written(geocoder: Geocoder, address: str) -> None:
    best = (await geocoder.find(address, None, CITY, "FI"))[0]
    assert (best.lon, best.lat) == HOUSES[address]
    assert best.how is How.HOUSE
    assert best.sure


@pytest.mark.parametrize(
    "written",
    [
        "ALEKSANTERINKATU 15",
        "Aleksanterinkatu 15 B 34",
        "Aleksanterinkatu, 15",
        "aleksanterinkatu 15, 00100 Helsinki",
        "Aleksanterinkatu 15 as. 4",
    ],
)
async def test_the_same_house_written_otherwise(geocoder: Geocoder, written: str) -> None:
    best = (await geocoder.find(written, None, CITY))[0]
    assert (best.lon, best.lat) == HOUSES["Aleksanterinkatu 15"]
    assert best.sure


async def test_a_slip_of_the_pen_is_found_and_asked_about(geocoder: Geocoder) -> None:
    for written in ("Ulitsa 5", "Olematontie 5"):
        assert not any(c.sure for c in await geocoder.find(written, None, CITY))
    found = await geocoder.find("Hameentie 2", None, CITY)
    assert found[0].sure  # an accent left out is no slip


async def test_another_number_is_never_silently_taken(geocoder: Geocoder) -> None:
    for number in (13, 17, 999):
        for one in await geocoder.find(f"Aleksanterinkatu {number}", None, CITY):
            assert not one.sure
            assert one.how is not How.HOUSE


async def test_a_street_alone_is_no_house(geocoder: Geocoder) -> None:
    assert all(not c.sure for c in await geocoder.find("Aleksanterinkatu", None, CITY))


async def test_another_town_is_not_this_one(geocoder: Geocoder) -> None:
    assert not any(c.sure for c in await geocoder.find("Aleksanterinkatu 15", None, "Tampere"))


# the local one


def local(**more: Any) -> LocalGeocoder:
    rows = [
        ["Mannerheimintie", "12 A", "00100", CITY, 24.9400, 60.1700],
        ["Mannerheimintie", "12 B", "00100", CITY, 24.9404, 60.1700],
        ["Mannerheimintie", "20-22", None, None, 24.9380, 60.1720],
        ["Mannerheimintie", "40-50", None, None, 24.9360, 60.1740],
        ["Kirkkokatu", "1", "00170", CITY, 24.9540, 60.1710],
        ["Kirkkokatu", "1", "02770", "Espoo", 24.6500, 60.2000],
        ["Kaivopiha, Kaivokatu", "3", None, CITY, 24.9410, 60.1705],
        ["Kaivokatu", "1", None, CITY, 24.9415, 60.1710],
        ["Kaivokatu", "5", None, CITY, 24.9435, 60.1712],
    ]
    streets = [
        {"names": ["Mannerheimintie", "Mannerheimvägen"], "lon": 24.94, "lat": 60.17},
        {"names": ["Tyhjäkatu"], "lon": 24.93, "lat": 60.16},
    ]
    cities = [[CITY, "Helsingfors", "Ελσίνκι"], ["Espoo", "Esbo"]]
    return LocalGeocoder({"area": CITY, "cities": cities, "streets": streets, "rows": rows, **more})


@pytest.mark.parametrize(
    ("written", "city", "place", "sure"),
    [
        ("Mannerheimintie 12 B 7", "Helsingfors", (24.9404, 60.17), True),
        ("Mannerheimintie 12", None, (24.94, 60.17), True),
        ("Mannerheimvägen 12a", "Ελσίνκι", (24.94, 60.17), True),
        ("Mannerheimint. 12 A", None, (24.94, 60.17), True),
        ("Mannerheimintie 12 C", None, (24.94, 60.17), False),
        ("Mannerheimintie 22", None, (24.938, 60.172), True),
        ("Mannerheimintie 20-22", None, (24.938, 60.172), True),
        ("Mannerheimintie 40-50", None, (24.936, 60.174), True),
        ("Mannerheimintie 44", None, (24.936, 60.174), False),
        ("Mannerheimintie 40", None, (24.936, 60.174), False),
        ("Manerheimintie 12 B", None, (24.9404, 60.17), False),
        ("Kaivokatu 3", None, (24.941, 60.1705), True),
        ("12 B Mannerheimintie", None, (24.9404, 60.17), True),
        ("Kirkkokatu 1", "Espoo", (24.65, 60.2), True),
        ("Kirkkokatu 1, 02770 Esbo", None, (24.65, 60.2), True),
        ("Mannerheimintie 12 B", "Helsinky", (24.9404, 60.17), False),
    ],
)
def test_what_the_map_has(written: str, city: str | None, place: tuple[float, float], sure: bool) -> None:
    best = local().look_up(written, None, city)[0]
    assert (best.lon, best.lat) == place
    assert best.sure is sure


def test_two_towns_with_one_street_are_both_told_and_none_is_sure() -> None:
    found = local().look_up("Kirkkokatu 1", None, None)
    assert len(found) == 2
    assert not any(c.sure for c in found)


def test_a_wrong_postcode_is_noticed() -> None:
    found = local().look_up("Kirkkokatu 1", "99999", CITY)
    assert not found[0].sure
    assert found[0].postcode == "00170"


def test_between_two_houses_and_a_street_without_any() -> None:
    data = local(rows=[["A-katu", "2", None, CITY, 24.0, 60.0], ["A-katu", "6", None, CITY, 24.2, 60.2]])
    (middle,) = data.look_up("A-katu 4", None, None)
    assert (middle.how, middle.lon, middle.lat) == (How.INTERPOLATED, 24.1, 60.1)
    (empty,) = local().look_up("Tyhjäkatu 4", None, None)
    assert (empty.how, empty.sure) == (How.STREET, False)


def test_the_file_of_the_map(tmp_path: Path) -> None:
    with pytest.raises(GeocoderUnavailable):
        choose("local", file=tmp_path / "none.json", url="", rate=1)
    (tmp_path / "g.json").write_text(json.dumps({"area": CITY, "streets": [], "rows": [], "cities": []}))
    assert isinstance(choose("local", file=tmp_path / "g.json", url="", rate=1), LocalGeocoder)
    with pytest.raises(GeocoderUnavailable, match="DROMOS_GEOCODER_URL"):
        choose("photon", file=tmp_path, url="", rate=1)


async def test_a_server_that_is_away_says_so_without_the_address() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        if "busy" in str(request.url):
            return httpx.Response(503)
        raise httpx.ConnectError("no", request=request)

    for name in ("busy", "gone"):
        made = PhotonGeocoder(f"http://{name}", rate=1000, transport=httpx.MockTransport(away))
        with pytest.raises(GeocoderUnavailable) as error:
            await made.find("Canarykatu 5", None, CITY)
        assert "Canary" not in str(error.value)
        await made.close()


async def test_the_same_question_is_asked_once() -> None:
    asked: list[str] = []

    def count(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return photon(request)

    made = PhotonGeocoder("http://geo", rate=1000, transport=httpx.MockTransport(count))
    for _ in range(3):
        await made.find("Aleksanterinkatu 15", None, CITY)
    assert len(asked) == 1
    await made.close()


# lines


@pytest.mark.parametrize(
    ("line", "street", "number"),
    [
        ("Street 12 B 34", "Street", Number(12, None, "b")),
        ("Street 12-14", "Street", Number(12, 14)),
        ("Street 12A", "Street", Number(12, None, "a")),
        ("ул. Ленина, д. 5, кв. 10", "ул. Ленина", Number(5)),
        ("ул. Ленина, д. 5 корп. 2", "ул. Ленина", Number(5, None, "к2")),
        ("Ερμού 15Β", "Ερμού", Number(15, None, "b")),
        ("28ης Οκτωβρίου 12", "28ης Οκτωβρίου", Number(12)),
        ("Katu 12, 3. krs", "Katu", Number(12)),
    ],
)
def test_lines_are_taken_apart(line: str, street: str, number: Number) -> None:
    reading = split(line).readings[0]
    assert (reading.street, reading.number) == (street, number)


def test_postcode_and_town_in_the_line() -> None:
    parts = split("Aleksanterinkatu 15, 00100 Helsinki")
    assert (parts.postcode, parts.city) == ("00100", "Helsinki")
    assert split("Ερμού 15, 105 63 Αθήνα").postcode == "10563"
    assert split("Street 12, Athens").city == "Athens"


def test_house_numbers_of_the_map() -> None:
    assert numbers("13 A, 5. krs./Floor 5") == [Number(13, None, "a")]
    assert numbers("29-27") == [Number(27, 29)]
    assert numbers("3;5") == [Number(3), Number(5)]
    assert Number(12, 16).covers(14)
    assert not Number(12, 16).covers(13)


def test_folding() -> None:
    assert street_key("ΕΡΜΟΎ") == street_key("Ερμού")
    assert street_key("Ле\u0301нина ул.") == street_key("ленина улица")
    assert fold("Hämeentie") == "hameentie"


@given(st.text(max_size=12), st.text(max_size=12))
def test_edits_are_a_distance(a: str, b: str) -> None:
    assert edits(a, a, 3) == 0
    assert edits(a, b, 3) == edits(b, a, 3)
    assert (edits(a, b, 3) == 0) == (a == b)
    assert edits(a, b, 50) <= max(len(a), len(b))


@given(st.text(max_size=60))
def test_any_line_is_answered(line: str) -> None:
    for one in local().look_up(line, None, None):
        assert 0 <= one.score <= 1
