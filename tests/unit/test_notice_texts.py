"""What messages say: the facts that must be there, and those that must not."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.contracts.common import Language, Money, Window
from shared.domain.notice_texts import Telling, render
from shared.domain.notice_texts.catalogue import words_of
from shared.domain.notice_texts.clean import address, answering, line, paragraphs, subject
from shared.domain.notice_texts.formats import Formats
from shared.domain.notice_texts.samples import LINK, NOW_MS, samples

LANGUAGES: tuple[Language, ...] = get_args(Language)
ATHENS = ZoneInfo("Europe/Athens")
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
OVER = {"delivered", "all_right", "survey", "expired"}
NEVER_COMES = {f"Exception_{n:03}" for n in (3, 10, 11, 12, 13)}


def at(text: str, fold: int = 0, zone: ZoneInfo = ATHENS) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp() * 1000)


def told(language: Language, start: str, end: str, now: str = "2026-11-24T12:30") -> str:
    window = Window(from_ms=at(start), to_ms=at(end))
    return Formats(words_of(language), "Europe/Athens", at(now)).lead(window).sentence


def sample(language: Language, name: str, **changes: Any) -> Telling:
    return replace(samples(language)[name], **changes)


@pytest.mark.parametrize(
    ("language", "today", "tomorrow", "later", "night", "begun", "whole"),
    [
        ("en", "today between 14:20 and 14:35", "tomorrow between 09:00 and 13:00",
         "on Saturday 28 November between 09:00 and 13:00", "between 23:40 today and 00:20 tomorrow",
         "today by 12:35", "on Saturday 28 November"),
        ("el", "σήμερα μεταξύ 14:20 και 14:35", "αύριο μεταξύ 09:00 και 13:00",
         "το Σάββατο 28 Νοεμβρίου μεταξύ 09:00 και 13:00", "μεταξύ 23:40 σήμερα και 00:20 αύριο",
         "σήμερα έως 12:35", "το Σάββατο 28 Νοεμβρίου"),
        ("ru", "сегодня с 14:20 до 14:35", "завтра с 09:00 до 13:00", "в субботу 28 ноября с 09:00 до 13:00",
         "сегодня с 23:40 до 00:20 завтра", "сегодня до 12:35", "в субботу 28 ноября"),
    ],
)  # fmt: skip
def test_windows_are_told_as_people_say_them(
    language: Language, today: str, tomorrow: str, later: str, night: str, begun: str, whole: str
) -> None:
    assert told(language, "2026-11-24T14:20", "2026-11-24T14:35") == today
    assert told(language, "2026-11-25T09:00", "2026-11-25T13:00") == tomorrow
    assert told(language, "2026-11-28T09:00", "2026-11-28T13:00") == later
    assert told(language, "2026-11-24T23:40", "2026-11-25T00:20") == night
    assert told(language, "2026-11-24T12:00", "2026-11-24T12:35") == begun
    assert told(language, "2026-11-28T00:00", "2026-11-29T00:00") == whole


def test_a_window_that_ends_at_midnight_lies_on_its_day() -> None:
    assert told("en", "2026-11-24T22:00", "2026-11-25T00:00") == "today between 22:00 and 00:00"


def test_a_day_far_away_has_its_year() -> None:
    assert told("en", "2027-11-24T09:00", "2027-11-24T13:00") == (
        "on Wednesday 24 November 2027 between 09:00 and 13:00"
    )


def test_where_the_clocks_go_back_it_is_said_which_hour_is_meant() -> None:
    formats = Formats(words_of("en"), "Europe/Athens", at("2026-10-24T20:00"))
    across = Window(from_ms=at("2026-10-25T02:30"), to_ms=at("2026-10-25T04:30"))
    assert formats.lead(across).sentence == ("tomorrow between 02:30 (GMT+03:00) and 04:30 (GMT+02:00)")
    first, second = (
        Window(from_ms=at("2026-10-25T03:10", fold), to_ms=at("2026-10-25T03:40", fold)) for fold in (0, 1)
    )
    assert formats.lead(first).sentence == "tomorrow between 03:10 (GMT+03:00) and 03:40 (GMT+03:00)"
    assert formats.lead(second).sentence == "tomorrow between 03:10 (GMT+02:00) and 03:40 (GMT+02:00)"


def test_over_the_spring_change_an_hour_is_not_lost() -> None:
    formats = Formats(words_of("ru"), "Europe/Athens", at("2026-03-28T20:00"))
    window = Window(from_ms=at("2026-03-29T02:30"), to_ms=at("2026-03-29T04:30"))
    assert window.to_ms - window.from_ms == HOUR_MS
    assert formats.lead(window).sentence == "завтра с 02:30 (GMT+02:00) до 04:30 (GMT+03:00)"


CHANGES = (at("2026-03-29T02:59"), at("2026-10-25T03:30"), at("2026-12-31T23:50"), NOW_MS)
ZONES = ("Europe/Athens", "Europe/Moscow", "Asia/Nicosia", "America/St_Johns", "Australia/Lord_Howe", "UTC")


@settings(deadline=None)
@given(
    around=st.sampled_from(CHANGES),
    start_min=st.integers(-600, 600),
    long_min=st.integers(5, 600),
    other_min=st.integers(-180, 180).filter(bool),
    zone=st.sampled_from(ZONES),
    language=st.sampled_from(LANGUAGES),
)
def test_two_windows_are_never_told_alike(
    around: int, start_min: int, long_min: int, other_min: int, zone: str, language: Language
) -> None:
    formats = Formats(words_of(language), zone, around - 48 * HOUR_MS)
    start = (around // MINUTE_MS + start_min) * MINUTE_MS
    one = Window(from_ms=start, to_ms=start + long_min * MINUTE_MS)
    other = Window(from_ms=one.from_ms + other_min * MINUTE_MS, to_ms=one.to_ms + other_min * MINUTE_MS)
    assert formats.lead(one).sentence != formats.lead(other).sentence
    assert formats.was(one) != formats.was(other)


@settings(deadline=None)
@given(
    start_min=st.integers(-600, 600), long_min=st.integers(1, 240), kind=st.sampled_from(["late", "arriving"])
)
def test_no_window_that_has_passed_is_told(start_min: int, long_min: int, kind: Any) -> None:
    start = NOW_MS + start_min * MINUTE_MS
    window = Window(from_ms=start, to_ms=start + long_min * MINUTE_MS)
    rendered = render(sample("en", "out for delivery", kind=kind, window=window, was=None))
    ends = f"{datetime.fromtimestamp(window.to_ms / 1000, ATHENS):%H:%M}"
    for said in (rendered.subject, rendered.text, rendered.html, rendered.sms, rendered.push):
        assert (ends in said) == (window.to_ms > NOW_MS)
        begun = f"{datetime.fromtimestamp(window.from_ms / 1000, ATHENS):%H:%M}"
        assert (begun in said) == (window.from_ms > NOW_MS), "of one that has begun its end is told"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_message_opens_with_shop_order_and_cash(language: Language) -> None:
    for name, telling in samples(language).items():
        rendered = render(telling)
        opening = "\n".join(rendered.text.split("\n")[:2])
        assert opening.startswith(telling.shop.name), name
        assert telling.order_number in opening, name
        assert rendered.subject.startswith(telling.shop.name), name
        assert rendered.push.startswith(telling.shop.name), name
        comes = telling.kind not in OVER and telling.substatus not in NEVER_COMES
        owes = telling.cash is not None and comes
        assert bool(re.search(r"24[.,]90", opening)) == owes, name
        assert bool(re.search(r"24[.,]90", rendered.sms)) == owes, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_says_what_is_next_and_whom_to_call(language: Language) -> None:
    failures = [t for t in samples(language).values() if t.kind in {"attempt_failed", "exception", "expired"}]
    assert len(failures) == 18
    for telling in failures:
        rendered = render(telling)
        for said in (rendered.text, rendered.html):
            assert words_of(language).labels.next in said
            assert "+30 21 0000 0000" in said


def test_problems_are_told_apart() -> None:
    for language in LANGUAGES:
        tellings = [t for t in samples(language).values() if t.substatus and t.kind != "delivered"]
        for form in ("subject", "sms"):
            assert len({getattr(render(t), form) for t in tellings}) == len(tellings)


def test_a_code_without_texts_is_told_as_something_wrong() -> None:
    unknown = render(sample("en", "exception: damaged", substatus="Exception_099"))
    assert "Something went wrong with your order." in unknown.text
    assert (
        "could not be delivered" in render(sample("en", "attempt: closed", substatus="AttemptFail_099")).text
    )
    assert (
        "has been delivered" in render(sample("en", "delivered", substatus="Delivered_099", cash=None)).text
    )


def test_a_moved_window_says_what_was_told_and_why() -> None:
    moved = render(sample("en", "window moved"))
    assert "Expected today between 13:40 and 13:55." in moved.text
    assert "Before: today 14:20–14:50" in moved.text
    assert "The round is going faster than expected." in moved.text
    unknown = render(sample("en", "window moved, not known"))
    assert "We don’t know the new time yet." in unknown.text
    assert "Expected" not in unknown.text


def test_what_was_told_keeps_its_hours_when_it_is_over() -> None:
    was = Window(from_ms=NOW_MS - 30 * MINUTE_MS, to_ms=NOW_MS - MINUTE_MS)
    assert "Before: today 12:00–12:29" in render(sample("en", "late", was=was)).text


def test_a_persons_remark_is_told_and_a_code_is_not() -> None:
    assert "Remark: The bell did not work." in render(sample("en", "attempt: nobody available")).text
    coded = render(sample("en", "out for delivery", why="silent"))
    assert "silent" not in coded.text
    assert "Remark" not in coded.text


def test_stops_are_counted_and_none_left_is_next() -> None:
    assert "21 остановка перед вами" in render(sample("ru", "three stops away", stops_left=21)).text
    assert "1 στάση πριν από εσάς" in render(sample("el", "three stops away", stops_left=1)).sms
    assert "You are next." in render(sample("en", "three stops away", stops_left=0)).push
    assert "You are next." in render(sample("en", "three stops away", stops_left=None)).push


def test_amounts_are_written_as_the_reader_writes_them() -> None:
    cash = Money(amount="1224.90", currency="EUR")
    wrote = {
        lang: render(sample(lang, "announced", cash=cash)).text.replace("\u00a0", " ") for lang in LANGUAGES
    }
    assert "1.224,90 €" in wrote["el"]
    assert "1 224,90 €" in wrote["ru"]
    assert "€1,224.90" in wrote["en"]


def test_a_digest_says_of_each_order_how_it_stands_and_sums_the_cash() -> None:
    out = sample("en", "out for delivery")
    digest = sample("en", "digest", several=(out, replace(out, order_number="1043")))
    rendered = render(digest)
    assert rendered.text.split("\n")[1] == "Orders 1042, 1043 · Cash to pay: €49.80"
    assert rendered.text.count("Your order is out for delivery.") == 2
    mixed = replace(out, order_number="1043", cash=Money(amount="5", currency="USD"))
    opening = render(replace(digest, several=(out, mixed))).text.split("\n")[1]
    assert opening == "Orders 1042, 1043", "two currencies have no sum"


def test_an_answer_comes_whole_and_in_its_lines() -> None:
    rendered = render(sample("en", "answer"))
    for part in ("Good morning,\nwe will bring it", "Have a good day,\nAnna"):
        assert part in rendered.text
        assert part.replace("\n", "<br>") in rendered.html
    assert "we will bring it tomorrow after 17:00" in rendered.sms


def test_answers_are_one_tap_each() -> None:
    html = render(sample("en", "is everything all right")).html
    assert "t?right=yes#" in html
    assert "t?right=no#" in html
    survey = render(sample("en", "survey")).html
    assert [n for n in range(-1, 13) if f"?nps={n}#" in survey] == list(range(11))
    assert [n for n in range(-1, 13) if f"?csi={n}#" in survey] == list(range(1, 6))


def test_an_answers_link_keeps_the_secret_where_no_server_sees_it() -> None:
    assert answering(LINK, "nps", "9") == LINK.replace("/t#", "/t?nps=9#")
    assert answering("https://a.example/t?x=1#s", "nps", "9") == "https://a.example/t?x=1&nps=9#s"


def test_an_unknown_zone_is_read_as_utc() -> None:
    window = Window(
        from_ms=at("2026-11-24T14:20", zone=ZoneInfo("UTC")),
        to_ms=at("2026-11-24T14:35", zone=ZoneInfo("UTC")),
    )
    for zone in ("Mars/Olympus", "", "../etc/passwd", "Europe"):
        assert "14:20" in render(sample("en", "out for delivery", zone=zone, window=window)).text


@settings(deadline=None)
@given(st.text())
def test_a_subject_is_one_line_that_says_no_other_header(text: str) -> None:
    said = subject(text)
    assert len(said) <= 160
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", said)
    said.encode()


def test_what_people_wrote_is_cleaned() -> None:
    assert line(" Anna\r\nBcc:\u202e x ") == "Anna Bcc: x"
    assert paragraphs("one\r\ntwo\n\n\n\n three ") == "one\ntwo\n\nthree"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.org", "https://", "https://a b", "http://[", None],
)
def test_what_is_no_web_address_is_not_followed(url: str | None) -> None:
    assert address(url) is None
    assert render(sample("en", "announced", link=url, opt_out_link=url)).html.count("<a ") == 2, (
        "shop's contact"
    )
