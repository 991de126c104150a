"""The HTML of mails: safe whatever people wrote, equal to the text, readable in any shop's colour."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.notifier.preview import main
from shared.contracts.common import Language, Money, Window
from shared.contracts.notices import NoticeKind
from shared.domain.notice_texts import Shop, Telling, render
from shared.domain.notice_texts.clean import line
from shared.domain.notice_texts.colours import accent, contrast, parsed
from shared.domain.notice_texts.look import DARK, DARK_CARD, LIGHT, LIGHT_CARD
from shared.domain.notice_texts.markup import VOID
from shared.domain.notice_texts.samples import NOW_MS, samples
from shared.domain.notice_texts.writer import content_of

LANGUAGES: tuple[Language, ...] = get_args(Language)
TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "table",
        "tr",
        "td",
        "th",
        "a",
        "h1",
        "strong",
        "s",
        "span",
        "img",
        "br",
    ]
)


class Read(HTMLParser):
    """What a browser makes of it: elements, attributes, and text outside the style sheet."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, "each element is closed"

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(name)
        self.attributes += [(key, value or "") for key, value in attributes]
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += f"{data} "

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


def links(read: Read) -> list[str]:
    return [value for key, value in read.attributes if key in {"href", "src"}]


EVIL = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</style></title><script>",
        "' onmouseover='alert(1)",
        "a\r\nBcc: everybody@example.org",
        "{shop} {0} {order.x} %s {{",
        "javascript:alert(1)",
        "&lt;b&gt; &amp;",
        "\u202eevil\u0000",
        'tel:+1"><b>',
    ]
)
WRITTEN = EVIL | st.text(max_size=40)


@st.composite
def tellings(draw: st.DrawFn, kinds: tuple[NoticeKind, ...] = get_args(NoticeKind)) -> Telling:
    def window() -> Window:
        start = NOW_MS + draw(st.integers(-(10**9), 10**9))
        return Window(from_ms=start, to_ms=start + draw(st.integers(0, 10**9)))

    maybe = st.none() | WRITTEN
    kind = draw(st.sampled_from(kinds))
    shop = Shop(
        name=draw(WRITTEN), colour=draw(maybe), logo_url=draw(maybe), phone=draw(maybe), email=draw(maybe),
        hours=draw(maybe), sms_capitals=draw(st.booleans()),
    )  # fmt: skip
    parts = st.lists(tellings(tuple(k for k in kinds if k != "digest")), max_size=4).map(tuple)
    return Telling(
        kind=kind,
        language=draw(st.sampled_from(LANGUAGES)),
        zone=draw(st.sampled_from(["Europe/Athens", "UTC", "no zone"])),
        shop=shop,
        order_number=draw(WRITTEN),
        parcels=draw(st.integers(0, 10_000)),
        cash=draw(
            st.none()
            | st.just(Money(amount="24.90", currency="EUR"))
            | st.just(Money(amount="1", currency="QQQ"))
        ),
        link=draw(st.none() | EVIL | st.just("https://dromos.example.org/t#s")),
        window=window() if draw(st.booleans()) else None,
        was=window() if draw(st.booleans()) else None,
        why=draw(maybe | st.just("later")),
        stops_left=draw(st.none() | st.integers(0, 200)),
        substatus=draw(
            st.none() | st.sampled_from(["Delivered_005", "Exception_012", "AttemptFail_002"]) | EVIL
        ),
        taken_by=draw(maybe),
        recipient_name=draw(maybe),
        opt_out_link=draw(maybe),
        several=draw(parts) if kind == "digest" else (),
        now_ms=NOW_MS,
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tellings())
def test_nothing_that_people_wrote_becomes_markup_or_a_header(telling: Telling) -> None:
    rendered = render(telling)
    read = Read(rendered.html)
    assert read.tags <= TAGS
    assert not [key for key, _ in read.attributes if key.startswith("on")]
    for link in links(read):
        assert re.match(r"https?://|tel:\+?[0-9]+$|mailto:[^?&,:;]+@[^?&,:;]+$", link), link
    styles = [value for key, value in read.attributes if key == "style"]
    assert not [style for style in styles if re.search(r"url\(|expression|@import", style)]
    assert rendered.html.count("<style>") == rendered.html.count("</style>") == 1
    for header in (rendered.subject, rendered.sms):
        assert line(header) == header or header.endswith(telling.link or "")
    for said in (rendered.text, rendered.push, rendered.html):
        assert "\r" not in said
        assert "\x00" not in said
        assert "\u202e" not in said
        said.encode()


@pytest.mark.parametrize("wrote", ["<b>Anna</b> & 'Co' \"x\"", "{shop}", "a &lt; b"])
def test_what_people_wrote_is_shown_as_they_wrote_it(wrote: str) -> None:
    telling = replace(samples("en")["left with a neighbour"], recipient_name=wrote, taken_by=wrote)
    telling = replace(telling, shop=replace(telling.shop, name=wrote))
    rendered = render(telling)
    assert Read(rendered.html).words.count(wrote) >= 5
    assert rendered.text.count(wrote) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_and_text_say_the_same(language: Language) -> None:
    for name, telling in samples(language).items():
        rendered, content = render(telling), content_of(telling)
        shown, text = Read(rendered.html).words, " ".join(rendered.text.split())
        said = [content.shop, *content.opening, content.headline, content.because, *content.lines]
        said += [
            fact.value for fact in (*content.facts, *content.contact, content.next, content.remark) if fact
        ]
        said += [tap.text for tap in (*content.answers, content.action, content.stop) if tap]
        said += [part for scale in content.scales for part in (scale.question, scale.low, scale.high)]
        said += [content.before.value] if content.before else []
        for part in content.parts:
            said += [*part.opening, part.headline, part.next.value if part.next else ""]
        for each in said:
            words = " ".join(each.split())
            assert words in text, name
            assert words in shown, name
        hours = re.compile(r"\b\d\d:\d\d\b")
        assert set(hours.findall(text)) == set(hours.findall(shown)), name
        followed = {link for link in links(Read(rendered.html)) if link.startswith("http")}
        scales = {tap.link for scale in content.scales for tap in scale.taps}
        assert followed - scales == set(re.findall(r"https://\S+", rendered.text)), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_a_document_that_mail_clients_and_screen_readers_understand(language: Language) -> None:
    for telling in samples(language).values():
        rendered = render(telling)
        read = Read(rendered.html)
        assert rendered.html.startswith("<!doctype html><html ")
        assert ("lang", language) in read.attributes
        assert ("content", "light dark") in read.attributes
        assert rendered.html.count("<h1") == 1
        assert rendered.html.count('class="button"') <= 1, "one clear button"
        assert len(rendered.html.encode()) < 60_000, "beyond about 100 KB mailboxes cut"
        preheader = rendered.html.partition("<body")[2].partition("</div>")[0]
        assert telling.order_number in preheader


@settings(deadline=None)
@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_any_shops_colour_is_readable(colour: str) -> None:
    def ratio(one: str, other: str) -> float:
        first, second = parsed(one), parsed(other)
        assert first is not None
        assert second is not None
        return contrast(first, second)

    shown = accent(colour, LIGHT_CARD, DARK_CARD)
    assert shown.band == colour
    assert ratio(shown.band, shown.on_band) >= 4.5
    assert ratio(shown.button, shown.on_button) >= 4.5
    assert ratio(shown.dark_button, shown.on_dark_button) >= 4.5
    assert ratio(shown.button, LIGHT["card"]) >= 1.6
    assert ratio(shown.dark_button, DARK["card"]) >= 1.6


def test_on_a_strong_colour_text_is_white_and_on_a_light_one_dark() -> None:
    strong, light = (accent(colour, LIGHT_CARD, DARK_CARD) for colour in ("#0b5fff", "#f2c14e"))
    assert (strong.on_band, strong.button, strong.on_button) == ("#ffffff", "#0b5fff", "#ffffff")
    assert (light.on_band, light.button, light.on_button) == (LIGHT["ink"], "#f2c14e", LIGHT["ink"])


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_our_own_colours_are_readable(palette: dict[str, str]) -> None:
    pairs = [(text, ground) for text in ("ink", "muted") for ground in ("ground", "card", "sunken")]
    pairs += [("good", "good-soft"), ("bad", "bad-soft"), ("ink", "bad-soft"), ("muted", "bad-soft")]
    for text, ground in pairs:
        one, other = parsed(palette[text]), parsed(palette[ground])
        assert one is not None
        assert other is not None
        assert contrast(one, other) >= 4.5, (text, ground)


@pytest.mark.parametrize("colour", [None, "", "red", "#fff", "#12345g", "#0b5fff;background:url(x)"])
def test_what_is_no_colour_is_none(colour: str | None) -> None:
    telling = samples("en")["announced"]
    plain = replace(telling, shop=replace(telling.shop, colour=None))
    assert render(replace(telling, shop=replace(telling.shop, colour=colour))).html == render(plain).html


def test_a_logo_stands_beside_the_shops_name() -> None:
    telling = samples("en")["announced"]
    shop = replace(telling.shop, logo_url="https://shop.example.org/logo.png?a=1&b=2")
    read = Read(render(replace(telling, shop=shop)).html)
    assert ("src", "https://shop.example.org/logo.png?a=1&b=2") in read.attributes
    assert ("alt", "") in read.attributes, "the name is written beside it"
    assert "img" not in Read(render(telling).html).tags


def test_the_preview_shows_every_message_in_every_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[Any]
) -> None:
    out = tmp_path / "notices" / "index.html"
    monkeypatch.setattr("sys.argv", ["preview", "--out", str(out)])
    main()
    assert capsys.readouterr().out.strip() == str(out)
    read = Read(out.read_text(encoding="utf-8"))
    framed = [value for key, value in read.attributes if key == "srcdoc"]
    assert framed == [render(samples(lang)[name]).html for name in samples("en") for lang in LANGUAGES]
    assert read.words.count("× ucs-2") >= 2 * len(samples("en"))
