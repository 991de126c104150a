"""From what is to be told to messages ready to send."""

from __future__ import annotations

from shared.domain.notice_texts import clean
from shared.domain.notice_texts.mail import mail_html
from shared.domain.notice_texts.plain import mail_text, push_text, sms_text
from shared.domain.notice_texts.telling import Rendered, Telling
from shared.domain.notice_texts.writer import content_of


def render(telling: Telling) -> Rendered:
    """The message in all its forms, in the reader's language."""
    content = content_of(telling)
    return Rendered(
        subject=content.subject,
        text=mail_text(content),
        html=mail_html(content, telling.shop, telling.language),
        sms=sms_text(content, clean.address(telling.link), telling.shop.sms_capitals),
        push=push_text(content),
    )
