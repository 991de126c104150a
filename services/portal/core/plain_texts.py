"""What the pages without a script say, in the readers' languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["el", "ru", "en"]


@dataclass(frozen=True, slots=True)
class StopTexts:
    """Ending messages of one channel, and beginning them again."""

    title: str
    ask: str
    stop: str
    stopped: str
    still: str
    resume: str
    resumed: str
    note: str


@dataclass(frozen=True, slots=True)
class LostTexts:
    title: str
    ask: str
    order: str
    order_hint: str
    contact: str
    contact_hint: str
    send: str
    sent: str
    sent_detail: str


UNKNOWN: dict[Language, tuple[str, str]] = {
    "el": (
        "Ο σύνδεσμος δεν είναι πλήρης",
        "Ανοίξτε τον ξανά από το μήνυμα, ολόκληρο.",
    ),
    "ru": ("Ссылка неполная", "Откройте её ещё раз из сообщения, целиком."),
    "en": ("This link is not whole", "Open it again from the message, all of it."),
}

LATER: dict[Language, tuple[str, str]] = {
    "el": (
        "Δοκιμάστε ξανά σε λίγο",
        "Αυτή τη στιγμή δεν γίνεται. Περιμένετε μερικά λεπτά και δοκιμάστε ξανά.",
    ),
    "ru": (
        "Попробуйте немного позже",
        "Сейчас не получилось. Подождите несколько минут и попробуйте ещё раз.",
    ),
    "en": ("Try again a little later", "It can't be done just now. Wait a few minutes and try again."),
}
"""Too many have asked, or something is away."""

_EL_NOTE = "Ισχύει για όλες τις αποστολές που σας φέρνει η ίδια μεταφορική."
_RU_NOTE = "Это касается всех посылок, которые вам везёт эта служба доставки."
_EN_NOTE = "This is for all parcels that this carrier brings you."

STOP: dict[tuple[Language, str], StopTexts] = {
    ("el", "email"): StopTexts(
        title="Διακοπή των e-mail",
        ask="Να μη σας στέλνουμε άλλα e-mail για τις παραδόσεις σας;",
        stop="Διακοπή των e-mail",
        stopped="Δεν θα λάβετε άλλα e-mail",
        still="Ένα που ήδη έφυγε μπορεί να φτάσει ακόμη. Η παράδοση γίνεται κανονικά.",
        resume="Θέλω ξανά e-mail",
        resumed="Θα λαμβάνετε πάλι e-mail",
        note=_EL_NOTE,
    ),
    ("el", "sms"): StopTexts(
        title="Διακοπή των SMS",
        ask="Να μη σας στέλνουμε άλλα SMS για τις παραδόσεις σας;",
        stop="Διακοπή των SMS",
        stopped="Δεν θα λάβετε άλλα SMS",
        still="Ένα που ήδη έφυγε μπορεί να φτάσει ακόμη. Η παράδοση γίνεται κανονικά.",
        resume="Θέλω ξανά SMS",
        resumed="Θα λαμβάνετε πάλι SMS",
        note=_EL_NOTE,
    ),
    ("ru", "email"): StopTexts(
        title="Отключить письма",
        ask="Больше не присылать вам писем о доставке?",
        stop="Отключить письма",
        stopped="Писем больше не будет",
        still="Письмо, которое уже ушло, ещё может прийти. На доставку это не влияет.",
        resume="Присылать снова",
        resumed="Письма будут приходить снова",
        note=_RU_NOTE,
    ),
    ("ru", "sms"): StopTexts(
        title="Отключить SMS",
        ask="Больше не присылать вам SMS о доставке?",
        stop="Отключить SMS",
        stopped="SMS больше не будет",
        still="SMS, которое уже ушло, ещё может прийти. На доставку это не влияет.",
        resume="Присылать снова",
        resumed="SMS будут приходить снова",
        note=_RU_NOTE,
    ),
    ("en", "email"): StopTexts(
        title="Stop e-mails",
        ask="Shall we send you no more e-mails about your deliveries?",
        stop="Stop e-mails",
        stopped="You will get no more e-mails",
        still="One that is on its way may still arrive. The delivery itself goes on.",
        resume="I want e-mails again",
        resumed="You will get e-mails again",
        note=_EN_NOTE,
    ),
    ("en", "sms"): StopTexts(
        title="Stop text messages",
        ask="Shall we send you no more text messages about your deliveries?",
        stop="Stop text messages",
        stopped="You will get no more text messages",
        still="One that is on its way may still arrive. The delivery itself goes on.",
        resume="I want text messages again",
        resumed="You will get text messages again",
        note=_EN_NOTE,
    ),
}

LOST: dict[Language, LostTexts] = {
    "el": LostTexts(
        title="Χάσατε τον σύνδεσμο;",
        ask="Γράψτε τον αριθμό της παραγγελίας και το e-mail ή το τηλέφωνο που δώσατε στο κατάστημα. "
        "Θα σας τον στείλουμε εκεί.",
        order="Αριθμός παραγγελίας",
        order_hint="Όπως στο μήνυμα του καταστήματος",
        contact="E-mail ή τηλέφωνο",
        contact_hint="Αυτό που έχει το κατάστημα",
        send="Στείλτε μου τον σύνδεσμο",
        sent="Ελέγξτε τα μηνύματά σας",
        sent_detail="Αν η παραγγελία και το στοιχείο ταιριάζουν, ο σύνδεσμος φτάνει σε λίγα λεπτά. "
        "Αν δεν έρθει τίποτα, ρωτήστε το κατάστημα.",
    ),
    "ru": LostTexts(
        title="Потеряли ссылку?",
        ask="Напишите номер заказа и почту или телефон, которые вы дали магазину. Туда мы и отправим ссылку.",
        order="Номер заказа",
        order_hint="Как в сообщении магазина",
        contact="Почта или телефон",
        contact_hint="Те, что есть у магазина",
        send="Прислать ссылку",
        sent="Проверьте сообщения",
        sent_detail="Если заказ и контакт совпадают, ссылка придёт через несколько минут. "
        "Если ничего не придёт, спросите в магазине.",
    ),
    "en": LostTexts(
        title="Lost your link?",
        ask="Write the order's number and the e-mail address or telephone that you gave to the shop. "
        "We will send the link there.",
        order="Order number",
        order_hint="As in the shop's message",
        contact="E-mail or telephone",
        contact_hint="The one that the shop has",
        send="Send me the link",
        sent="Look at your messages",
        sent_detail="If order and contact belong together, the link arrives within a few minutes. "
        "If nothing comes, ask the shop.",
    ),
}
