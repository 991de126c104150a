"""A message without markup: an e-mail's plain body, an SMS, a messenger's text."""

from __future__ import annotations

from shared.domain.notice_texts import clean
from shared.domain.notice_texts.content import Content, Fact, Scale, Tap
from shared.domain.notice_texts.sms import capitals, plain, segments


def capital(text: str) -> str:
    """With a capital first letter; what follows stays as it is."""
    return text[:1].upper() + text[1:]


def mail_text(content: Content) -> str:
    """The plain body: all that the HTML says, in the same order."""
    blocks = [f"{content.shop}\n{' · '.join(content.opening)}", content.headline, *_news(content)]
    blocks += content.lines
    blocks += [_part(part) for part in content.parts]
    blocks += [_fact(content.remark), _fact(content.next)]
    blocks += [_scale(scale) for scale in content.scales]
    blocks += ["\n".join(_tap(tap) for tap in content.answers)]
    blocks += [_tap(content.action), content.note or ""]
    blocks += ["\n".join(_fact(fact) for fact in content.facts)]
    blocks += ["-- \n" + "\n".join([content.shop, *map(_fact, content.contact), content.because])]
    blocks += [_tap(content.stop)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def push_text(content: Content) -> str:
    """What a messenger shows: the news, what is next, where to look; links stay plain."""
    blocks = [f"{content.shop} · {' · '.join(content.opening)}", content.headline, *_news(content)]
    blocks += [f"{part.order}: {part.state}" for part in content.parts]
    blocks += content.lines[:1]
    blocks += [_fact(content.remark), content.next.value if content.next else ""]
    blocks += [_fact(content.contact[0])] if content.next and content.contact else []
    blocks += [_tap(tap) for tap in content.answers]
    blocks += [_tap(content.action)]
    return "\n".join(block for block in blocks if block)


def sms_text(content: Content, link: str | None, in_capitals: bool) -> str:
    """Opening, news, link, in this order; the link comes last, where no full stop sticks to it. Where
    something went wrong the shop's telephone is in it as well, if that makes no part more or there is no
    link."""
    said = f"{content.brief}: {content.short}"
    whole = _sms(said, link, in_capitals)
    if content.call is None:
        return whole
    called = _sms(f"{said} {content.call}", link, in_capitals)
    return called if link is None or segments(called).count == segments(whole).count else whole


def _sms(said: str, link: str | None, in_capitals: bool) -> str:
    words = plain(clean.line(said))
    if in_capitals:
        words = capitals(words)
    return f"{words} {link}" if link is not None else words


def _news(content: Content) -> list[str]:
    news = [f"{content.expected} {content.lead.sentence}."] if content.lead else []
    return [*news, _fact(content.before)] if content.before else news


def _part(part: Content) -> str:
    rows = [" · ".join(part.opening), part.headline, *_news(part), _fact(part.remark), _fact(part.next)]
    return "\n".join(row for row in [*rows, _tap(part.action)] if row)


def _scale(scale: Scale) -> str:
    return f"{scale.question}\n{scale.low}, {scale.high}"


def _fact(fact: Fact | None) -> str:
    return f"{fact.label}: {fact.value}" if fact else ""


def _tap(tap: Tap | None) -> str:
    return f"{tap.text}:\n{tap.link}" if tap else ""
