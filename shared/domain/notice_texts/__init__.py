"""The texts of notices: what is told, in the reader's language, as mail, SMS and messenger text. Pure."""

from shared.domain.notice_texts.render import render
from shared.domain.notice_texts.sms import Segments, segments
from shared.domain.notice_texts.telling import Rendered, Shop, Telling

__all__ = ["Rendered", "Segments", "Shop", "Telling", "render", "segments"]
