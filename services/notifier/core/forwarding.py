"""What a shop is written when its customer has written: his words, and how to answer. Text alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.contracts.common import Language
from shared.domain.notice_texts import clean


@dataclass(frozen=True, slots=True)
class Forward:
    """`way` is how he wrote; `by_mail`: an answer to this mail goes on to him."""

    language: Language
    order_number: str
    name: str | None = field(repr=False)
    text: str | None = field(repr=False)
    way: str
    attachments: bool
    by_mail: bool


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    wrote: str
    somebody: str
    nothing: str
    not_kept: str
    answer_mail: str
    answer_desk: str
    email: str
    sms: str


_WORDS: dict[Language, _Words] = {
    "el": _Words(
        subject="Παραγγελία {order}: έγραψε ο πελάτης",
        wrote="{name} έγραψε ({way}) για την παραγγελία {order}:",
        somebody="Ο πελάτης",
        nothing="(χωρίς κείμενο)",
        not_kept="Τα συνημμένα δεν φυλάχτηκαν.",
        answer_mail="Απαντήστε σε αυτό το μήνυμα: η απάντηση φτάνει στον πελάτη με τον ίδιο τρόπο ({way}).",
        answer_desk="Απαντήστε από τη σελίδα της αποστολής ή μέσω API.",
        email="e-mail",
        sms="SMS",
    ),
    "ru": _Words(
        subject="Заказ {order}: покупатель написал",
        wrote="{name} пишет ({way}) о заказе {order}:",
        somebody="Покупатель",
        nothing="(без текста)",
        not_kept="Вложения не сохранены.",
        answer_mail="Ответьте на это письмо: ответ дойдёт до покупателя тем же путём ({way}).",
        answer_desk="Ответьте на странице отправления или через API.",
        email="письмо",
        sms="SMS",
    ),
    "en": _Words(
        subject="Order {order}: the customer has written",
        wrote="{name} wrote ({way}) about order {order}:",
        somebody="The customer",
        nothing="(no text)",
        not_kept="Attachments were not kept.",
        answer_mail="Answer this mail: your answer reaches the customer on the same way ({way}).",
        answer_desk="Answer on the shipment's page or through the API.",
        email="e-mail",
        sms="SMS",
    ),
}


def written(about: Forward) -> tuple[str, str]:
    """(subject, text)."""
    words = _WORDS[about.language]
    order, way = clean.line(about.order_number), words.email if about.way == "email" else words.sms
    name = clean.line(about.name) if about.name else words.somebody
    parts = [
        words.wrote.format(name=name, way=way, order=order),
        clean.paragraphs(about.text) if about.text else words.nothing,
    ]
    if about.attachments:
        parts.append(words.not_kept)
    parts.append((words.answer_mail if about.by_mail else words.answer_desk).format(way=way))
    return clean.subject(words.subject.format(order=order)), "\n\n".join(parts) + "\n"


def wrote(order_number: str, language: Language) -> str:
    """That somebody has written, without his words."""
    return _WORDS[language].subject.format(order=order_number)
