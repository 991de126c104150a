"""A message as HTML that mail clients show well: tables for the frame, styles on each element, one button."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shared.contracts.common import Language
from shared.domain.notice_texts import clean, look
from shared.domain.notice_texts.colours import Accent, accent
from shared.domain.notice_texts.content import Content, Fact, Scale, Tap, Tone
from shared.domain.notice_texts.look import FONT, LIGHT, WIDTH
from shared.domain.notice_texts.markup import Html, joined, lines, tag
from shared.domain.notice_texts.plain import capital
from shared.domain.notice_texts.telling import Shop

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{4,24}")
_EMAIL = re.compile(r"[^\s@<>\"'?&,:;]+@[^\s@<>\"'?&,:;]+")
_TABLE = {"role": "presentation", "cellpadding": "0", "cellspacing": "0", "border": "0"}
_MARKS: Mapping[Tone, str] = {"good": "✓", "bad": "!"}
_BROKEN = "word-break:break-word;overflow-wrap:anywhere"  # no long word widens the page
_GAP = "\u200c\u00a0" * 60  # keeps what follows out of the line that mailboxes show beside the subject


def mail_html(content: Content, shop: Shop, language: Language) -> str:
    """The whole document."""
    colours = accent(shop.colour, look.LIGHT_CARD, look.DARK_CARD)
    card = [_band(content, shop, colours), _row(_opening(content), "26px 36px 0"), *_body(content, colours)]
    frame = _table(
        {
            "class": "card round",
            "style": f"background-color:{LIGHT['card']};border-radius:18px;overflow:hidden",
        },
        *card,
    )
    outer = _table(
        {"style": f"max-width:{WIDTH}px;width:100%", "width": str(WIDTH), "align": "center"},
        _row(frame, "0", side=False),
        _row(_foot(content), "24px 36px 32px"),
    )
    ground = _table(
        {"class": "ground", "width": "100%", "style": f"background-color:{LIGHT['ground']}"},
        tag("tr", {}, tag("td", {"class": "edge", "align": "center", "style": "padding:28px 12px 0"}, outer)),
    )
    body = tag(
        "body",
        {
            "class": "ground",
            "style": f"margin:0;padding:0;background-color:{LIGHT['ground']};-webkit-text-size-adjust:100%",
        },
        _preheader(content),
        tag(
            "div",
            {"role": "article", "aria-label": content.subject, "lang": language, "style": _BROKEN},
            ground,
        ),
    )
    return f"<!doctype html>{tag('html', {'lang': language, 'dir': 'ltr'}, _head(content, colours), body)}\n"


def _head(content: Content, colours: Accent) -> Html:
    return tag(
        "head",
        {},
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"name": "viewport", "content": "width=device-width,initial-scale=1"}),
        tag("meta", {"name": "color-scheme", "content": "light dark"}),
        tag("meta", {"name": "supported-color-schemes", "content": "light dark"}),
        tag("meta", {"name": "format-detection", "content": "telephone=no,date=no,address=no,email=no"}),
        tag("title", {}, content.subject),
        tag("style", {}, Html(look.sheet(colours))),
    )


def _preheader(content: Content) -> Html:
    said = " · ".join([*content.opening, content.headline])
    style = "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px"
    return tag("div", {"style": style, "aria-hidden": "true"}, said, _GAP)


def _band(content: Content, shop: Shop, colours: Accent) -> Html:
    """The shop's name on its colour; a logo lies on white, whatever it was drawn for."""
    name = tag(
        "td",
        {
            "valign": "middle",
            "style": f"{FONT}font-size:19px;line-height:26px;font-weight:700;color:{colours.on_band}",
        },
        content.shop,
    )
    cells = [name]
    logo = clean.address(shop.logo_url)
    if logo is not None:
        # Its sides keep their proportion; programs that know no greatest width go by the attribute.
        style = "display:block;height:auto;width:auto;max-height:40px;max-width:120px;border:0"
        plate = tag(
            "td",
            {"bgcolor": "#ffffff", "style": "background-color:#ffffff;border-radius:10px;padding:6px"},
            tag("img", {"src": logo, "alt": "", "height": "40", "style": style}),
        )
        cells = [plate, tag("td", {"width": "16"}, Html("&nbsp;")), name]
    inner = tag("table", dict(_TABLE), tag("tr", {}, *cells))
    return tag(
        "tr",
        {},
        tag(
            "td",
            {
                "class": "side",
                "bgcolor": colours.band,
                "style": f"background-color:{colours.band};padding:20px 36px",
            },
            inner,
        ),
    )


def _opening(content: Content) -> Html:
    """Order and cash, side by side; on a narrow screen each on a line of its own."""
    order, *cash = content.opening
    dot = tag("span", {"class": "dot"}, " · ")
    style = f"color:{LIGHT['ink']};white-space:nowrap"
    bold = [joined(dot, tag("strong", {"class": "ink own", "style": style}, said)) for said in cash]
    return _text(joined(order, *bold), "muted", 15)


def _body(content: Content, colours: Accent) -> list[Html]:
    rows = [_row(_headline(content), "10px 36px 0")]
    if content.tone in _MARKS:
        rows.insert(0, _row(_mark(content.tone), "18px 36px 4px"))
    if content.lead is not None:
        rows.append(_row(_lead(content, colours), "20px 36px 0"))
    rows += [_row(_text(lines(said), "ink", 16), "16px 36px 0") for said in content.lines]
    rows += [_row(_part(part, colours), "20px 36px 0") for part in content.parts]
    if content.before is not None and content.lead is None:
        rows.append(
            _row(_text(f"{content.before.label}: {content.before.value}", "muted", 15), "12px 36px 0")
        )
    if content.remark is not None:
        rows.append(_row(_remark(content.remark), "16px 36px 0"))
    if content.next is not None:
        rows.append(_row(_next(content), "20px 36px 0"))
    rows += [_row(_scale(scale, colours), "24px 36px 0") for scale in content.scales]
    if content.answers:
        rows.append(_row(_answers(content.answers, colours), "24px 36px 0"))
    if content.action is not None:
        action = _link(content.action) if content.scales else _button(content.action, colours)
        rows.append(_row(action, "26px 36px 0"))
    if content.note is not None:
        rows.append(_row(_text(content.note, "muted", 14), "16px 36px 0"))
    if content.facts:
        rows.append(_row(_facts(content.facts), "24px 36px 0"))
    return [*rows, _row(Html("&nbsp;"), "0 36px 8px")]


def _mark(tone: Tone) -> Html:
    """A sign that says at a glance how it stands; the words say it too."""
    style = (
        f"width:44px;height:44px;border-radius:22px;background-color:{LIGHT[f'{tone}-soft']};"
        f"{FONT}font-size:22px;line-height:44px;font-weight:700;color:{LIGHT[tone]}"
    )
    cell = {"class": f"{tone} {tone}-soft", "width": "44", "height": "44", "align": "center", "style": style}
    return tag("table", {**_TABLE, "aria-hidden": "true"}, tag("tr", {}, tag("td", cell, _MARKS[tone])))


def _headline(content: Content) -> Html:
    style = f"margin:0;{FONT}font-size:26px;line-height:33px;font-weight:700;color:{LIGHT['ink']}"
    return tag("h1", {"class": "ink", "style": style}, content.headline)


def _lead(content: Content, colours: Accent) -> Html:
    """The window, as large as what people open the mail for; what had been told before, struck through."""
    assert content.lead is not None
    rows = [
        _text(joined(content.expected, " ", content.lead.day), "muted", 15)
        if content.lead.hours is not None
        else _text(content.expected, "muted", 15)
    ]
    style = f"{FONT}font-size:32px;line-height:40px;font-weight:700;color:{LIGHT['ink']}"
    big = content.lead.hours if content.lead.hours is not None else capital(content.lead.day)
    rows.append(tag("div", {"class": "ink big", "style": style}, big))
    if content.before is not None:
        was = tag("s", {}, content.before.value)
        rows.append(_text(joined(f"{content.before.label}: ", was), "muted", 15))
    return _box(joined(*rows), "sunken", "button-rule", colours.button)


def _part(part: Content, colours: Accent) -> Html:
    """One order of a digest."""
    title = tag(
        "div",
        {
            "class": "ink",
            "style": f"{FONT}font-size:17px;line-height:25px;font-weight:700;color:{LIGHT['ink']}",
        },
        part.headline,
    )
    rows = [_opening(part), title]
    if part.lead is not None:
        rows.append(_text(capital(f"{part.expected} {part.lead.sentence}."), "ink", 16))
    if part.before is not None:
        rows.append(_text(joined(f"{part.before.label}: ", tag("s", {}, part.before.value)), "muted", 15))
    rows += [_text(joined(f"{f.label}: ", lines(f.value)), "ink", 15) for f in (part.remark, part.next) if f]
    if part.action is not None:
        rows.append(tag("div", {"style": "padding-top:6px"}, _link(part.action)))
    bad = part.tone == "bad"
    return _box(
        joined(*rows), "sunken", "bad-rule" if bad else "button-rule", LIGHT["bad"] if bad else colours.button
    )


def _remark(remark: Fact) -> Html:
    return _text(joined(tag("strong", {}, f"{remark.label}: "), lines(remark.value)), "ink", 16)


def _next(content: Content) -> Html:
    """What is next, with the number to call: most of these end in a call."""
    assert content.next is not None
    style = f"{FONT}font-size:14px;line-height:20px;font-weight:700;color:{LIGHT['bad']};padding-bottom:2px"
    rows = [
        tag("div", {"class": "bad", "style": style}, content.next.label),
        _text(content.next.value, "ink", 16),
    ]
    rows += [
        tag(
            "div", {"style": "padding-top:8px"}, _link(Tap(fact.value, f"tel:{_digits(fact.value)}"), size=17)
        )
        for fact in content.contact[:1]
        if _PHONE.fullmatch(fact.value)
    ]
    return _box(joined(*rows), "bad-soft", "bad-rule", LIGHT["bad"])


def _scale(scale: Scale, colours: Accent) -> Html:
    """Numbers to tap, 40 px each; on a narrow screen they go on in a second row."""
    style = (
        "display:inline-block;box-sizing:border-box;width:40px;height:44px;margin:0 6px 6px 0;"
        f"{FONT}font-size:16px;line-height:40px;font-weight:700;text-align:center;text-decoration:none;color:{LIGHT['ink']};"
        f"border:2px solid {colours.button};border-radius:10px"
    )
    numbers = [
        tag("a", {"class": "ink button-rule", "href": tap.link, "style": style}, tap.text)
        for tap in scale.taps
    ]
    question = (
        f"{FONT}font-size:16px;line-height:24px;font-weight:700;color:{LIGHT['ink']};padding-bottom:10px"
    )
    return joined(
        tag("div", {"class": "ink", "style": question}, scale.question),
        tag("div", {"style": "font-size:0;line-height:0"}, *numbers),
        _text(f"{scale.low} · {scale.high}", "muted", 14),
    )


def _answers(answers: tuple[Tap, ...], colours: Accent) -> Html:
    first, *others = answers
    rows = [_button(first, colours)]
    style = (
        f"display:inline-block;{FONT}font-size:16px;line-height:22px;font-weight:700;color:{LIGHT['ink']};"
        f"text-decoration:none;text-align:center;padding:12px 26px"
    )
    for tap in others:
        cell = {
            "class": "rule",
            "align": "center",
            "style": f"border:2px solid {LIGHT['line']};border-radius:12px",
        }
        link = tag("a", {"class": "ink", "href": tap.link, "style": style}, tap.text)
        rows.append(tag("div", {"style": "height:12px;line-height:12px;font-size:0"}, Html("&nbsp;")))
        rows.append(tag("table", {**_TABLE, "class": "wide"}, tag("tr", {}, tag("td", cell, link))))
    return joined(*rows)


def _button(tap: Tap, colours: Accent) -> Html:
    style = (
        f"display:inline-block;{FONT}font-size:17px;line-height:24px;font-weight:700;color:{colours.on_button};"
        f"text-decoration:none;text-align:center;padding:13px 28px;border:1px solid {colours.button};"
        "border-radius:12px"
    )
    cell = {
        "class": "button",
        "align": "center",
        "bgcolor": colours.button,
        "style": f"background-color:{colours.button};border-radius:12px;mso-padding-alt:13px 28px",
    }
    link = tag("a", {"class": "button on-button", "href": tap.link, "style": style}, tap.text)
    return tag("table", {**_TABLE, "class": "wide"}, tag("tr", {}, tag("td", cell, link)))


def _facts(facts: tuple[Fact, ...]) -> Html:
    rows = []
    for fact in facts:
        style = (
            f"{FONT}font-size:15px;line-height:22px;padding:10px 16px 10px 0;"
            f"border-top:1px solid {LIGHT['line']};"
        )
        label = tag(
            "th",
            {
                "class": "muted rule",
                "scope": "row",
                "align": "left",
                "valign": "top",
                "width": "34%",
                "style": f"{style}font-weight:400;white-space:nowrap;color:{LIGHT['muted']}",
            },
            fact.label,
        )
        value = tag(
            "td",
            {"class": "ink rule", "align": "left", "style": f"{style}font-weight:600;color:{LIGHT['ink']}"},
            fact.value,
        )
        rows.append(tag("tr", {}, label, value))
    return tag("table", {**_TABLE, "role": None, "width": "100%"}, *rows)


def _foot(content: Content) -> Html:
    """Who writes, how to reach them, why this came, how to end it."""
    rows = [tag("strong", {}, content.shop)]
    for fact in content.contact:
        rows.append(joined(f"{fact.label}: ", _reached(fact.value)))
    said = [_text(joined(*_broken(rows)), "muted", 14)]
    said.append(tag("div", {"style": "padding-top:12px"}, _text(content.because, "muted", 14)))
    if content.stop is not None:
        said.append(tag("div", {"style": "padding-top:4px"}, _link(content.stop, "muted", 14)))
    return joined(*said)


def _reached(value: str) -> Html:
    """A telephone number or an address, as what it is."""
    style = f"color:{LIGHT['muted']};text-decoration:underline;white-space:nowrap"
    if _PHONE.fullmatch(value):
        return tag("a", {"class": "muted", "href": f"tel:{_digits(value)}", "style": style}, value)
    if _EMAIL.fullmatch(value):
        return tag("a", {"class": "muted", "href": f"mailto:{value}", "style": style}, value)
    return joined(value)


def _digits(number: str) -> str:
    return re.sub(r"[^0-9+]", "", number)


def _link(tap: Tap, colour: str = "ink", size: int = 16) -> Html:
    style = (
        f"{FONT}font-size:{size}px;line-height:{size + 8}px;color:{LIGHT[colour]};text-decoration:underline"
    )
    return tag("a", {"class": colour, "href": tap.link, "style": style}, tap.text)


def _text(said: str, colour: str, size: int) -> Html:
    style = f"{FONT}font-size:{size}px;line-height:{round(size * 1.5)}px;color:{LIGHT[colour]}"
    return tag("div", {"class": colour, "style": style}, said)


def _box(inner: Html, ground: str, edge: str, colour: str) -> Html:
    style = (
        f"background-color:{LIGHT[ground]};border-left:4px solid {colour};"
        "border-radius:12px;padding:16px 20px"
    )
    cell = tag("td", {"class": f"{ground} {edge}", "style": style}, inner)
    return tag("table", {**_TABLE, "width": "100%"}, tag("tr", {}, cell))


def _broken(rows: list[Html]) -> list[Html]:
    broken: list[Html] = []
    for row in rows:
        broken += [Html("<br>"), row] if broken else [row]
    return broken


def _row(inner: Html, padding: str, side: bool = True) -> Html:
    cell = {"class": "side" if side else None, "style": f"padding:{padding}"}
    return tag("tr", {}, tag("td", cell, inner))


def _table(attributes: dict[str, str], *rows: Html) -> Html:
    return tag("table", {**_TABLE, "width": "100%", **attributes}, *rows)
