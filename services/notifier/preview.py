"""A page with every message in every language, to be read before it is sent to anybody:
`python -m services.notifier.preview`."""

from __future__ import annotations

import argparse
from pathlib import Path

from shared.contracts.common import Language
from shared.domain.notice_texts import Rendered, Telling, render, segments
from shared.domain.notice_texts.markup import Html, joined, lines, tag
from shared.domain.notice_texts.samples import samples
from shared.domain.notice_texts.sms import capitals

LANGUAGES: tuple[Language, ...] = ("el", "ru", "en")
_STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;padding:24px;max-width:1500px}
h2{margin:48px 0 12px;padding-top:12px;border-top:1px solid #8886}
.row{display:grid;grid-template-columns:repeat(auto-fit,minmax(340px,1fr));gap:20px}
iframe{width:100%;height:640px;border:1px solid #8886;border-radius:12px}
.short{border:1px solid #8886;border-radius:12px;padding:10px 14px;margin:8px 0;overflow-wrap:anywhere}
.short small{opacity:.75}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:14px/1.5 ui-monospace,monospace}
nav{columns:18rem}
"""


def page() -> str:
    """The gallery as one document that needs nothing beside it."""
    told = {language: samples(language) for language in LANGUAGES}
    names = list(told["en"])
    head = tag(
        "head",
        {},
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"name": "viewport", "content": "width=device-width,initial-scale=1"}),
        tag("title", {}, "Notices"),
        tag("style", {}, Html(_STYLE)),
    )
    links = [tag("div", {}, tag("a", {"href": f"#{at}"}, name)) for at, name in enumerate(names)]
    sections = [
        _section(at, name, [told[language][name] for language in LANGUAGES]) for at, name in enumerate(names)
    ]
    body = tag("body", {}, tag("h1", {}, "Notices"), tag("nav", {}, *links), *sections)
    return f"<!doctype html>{tag('html', {'lang': 'en'}, head, body)}\n"


def _section(at: int, name: str, tellings: list[Telling]) -> Html:
    columns = [_column(telling, render(telling)) for telling in tellings]
    return tag("section", {}, tag("h2", {"id": str(at)}, name), tag("div", {"class": "row"}, *columns))


def _column(telling: Telling, rendered: Rendered) -> Html:
    said = [
        tag("p", {}, tag("strong", {}, rendered.subject)),
        tag("iframe", {"srcdoc": rendered.html, "title": rendered.subject, "loading": "lazy", "sandbox": ""}),
        _short("SMS", rendered.sms, counted=True),
    ]
    if telling.language == "el":
        words, space, link = rendered.sms.rpartition(" ")
        said.append(_short("SMS, capitals", f"{capitals(words)}{space}{link}", counted=True))
    said.append(_short("Messenger", rendered.push))
    text = tag("details", {}, tag("summary", {}, "Plain text"), tag("pre", {}, rendered.text))
    return tag("div", {"lang": telling.language}, *said, text)


def _short(name: str, text: str, counted: bool = False) -> Html:
    size = segments(text)
    cost = f" · {size.count} × {size.encoding}, {size.units} units" if counted else ""
    return tag(
        "div", {"class": "short"}, tag("small", {}, f"{name}{cost}"), Html("<br>"), joined(lines(text))
    )


def main() -> None:
    """Write the page, and say where it lies."""
    parser = argparse.ArgumentParser(description="Write a page with every notice in every language.")
    parser.add_argument("--out", type=Path, default=Path(".artifacts/notices/index.html"))
    out: Path = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(), encoding="utf-8")
    print(out)


if __name__ == "__main__":
    main()
