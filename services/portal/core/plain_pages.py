"""Pages without a script for who follows a link in a message: one heading, a sentence, a button. Pure."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape

STYLE = """
:root{color-scheme:light dark;--ground:#f3f4f1;--surface:#fff;--ink:#14181f;--muted:#59626f;--line:#c9cec9;
--accent:#0f6b5c;--on-accent:#fff;font:100%/1.5 "Noto Sans",system-ui,-apple-system,"Segoe UI",
Roboto,sans-serif}
@media (prefers-color-scheme:dark){:root{--ground:#0f1216;--surface:#181c22;--ink:#eef1f4;--muted:#a3adba;
--line:#4a535f;--accent:#4cc9b0;--on-accent:#10141a}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:anywhere}
main{max-width:34rem;margin:0 auto;padding:clamp(1rem,6vw,4rem) 1rem}
.card{background:var(--surface);border-radius:18px;padding:clamp(1.25rem,5vw,2.25rem);display:grid;gap:1.1rem}
h1{margin:0;font-size:clamp(1.4rem,5vw,1.75rem);line-height:1.25}
p{margin:0}
.muted{color:var(--muted)}
form{display:grid;gap:1.1rem;justify-items:start}
label{display:grid;gap:.3rem;width:100%;font-weight:600}
label small{font-weight:400;color:var(--muted)}
input{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:10px;
padding:.65rem .8rem;width:100%;min-height:2.75rem}
button{font:inherit;font-weight:600;color:var(--on-accent);background:var(--accent);border:0;border-radius:12px;
padding:.7rem 1.4rem;min-height:2.75rem;cursor:pointer}
button.quiet{color:var(--ink);background:none;border:1px solid var(--line)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
a{color:inherit}
"""

POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Its Content-Security-Policy: nothing is loaded, and forms go to us alone."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    hint: str
    autocomplete: str
    longest: int


@dataclass(frozen=True, slots=True)
class Ask:
    """A form: where it is posted, what its button says, and what is typed in. `hidden` goes with it."""

    action: str
    button: str
    fields: tuple[Field, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    quiet: bool = False


def page(language: str, title: str, *sentences: str, ask: Ask | None = None, note: str = "") -> str:
    """The document. Its texts are plain text."""
    said = "".join(f"<p>{escape(each)}</p>" for each in sentences)
    form = _form(ask) if ask is not None else ""
    below = f'<p class="muted">{escape(note)}</p>' if note else ""
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title><style>{STYLE}</style></head>'
        f'<body><main><div class="card"><h1>{escape(title)}</h1>{said}{form}{below}</div></main></body>'
        "</html>\n"
    )


def _form(ask: Ask) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in ask.hidden
    )
    fields = "".join(
        f"<label>{escape(each.label)}<small>{escape(each.hint)}</small>"
        f'<input name="{escape(each.name)}" required maxlength="{each.longest}" '
        f'autocomplete="{escape(each.autocomplete)}"></label>'
        for each in ask.fields
    )
    kind = ' class="quiet"' if ask.quiet else ""
    return (
        f'<form method="post" action="{escape(ask.action)}">{hidden}{fields}'
        f"<button{kind}>{escape(ask.button)}</button></form>"
    )
