"""The page on the plain port: how a phone comes to trust this demo's certificate, in three languages."""

from __future__ import annotations

import html
from pathlib import Path
from typing import NamedTuple

CERTIFICATE = "/dromos-demo.crt"


class Texts(NamedTuple):
    """What the page says in one language; `{url}` is the demo's address."""

    language: str
    title: str
    why: str
    fetch: str
    android: tuple[str, ...]
    iphone: tuple[str, ...]
    then: str
    open: str
    careful: str
    careful_1: str
    careful_2: str


ENGLISH = Texts(
    "English",
    "Dromos demo on your phone",
    "A browser gives a page the phone's position over https only. This demo runs in your own network,"
    " where nobody hands out certificates, so it has made its own. Your phone has to be told to trust"
    " it, once.",
    "Get the certificate",
    (
        "Tap “Get the certificate”.",
        "Open Settings, search for “CA certificate” (under Security, Encryption and credentials), and"
        " choose “Install anyway”.",
        "Pick dromos-demo.crt among the downloads.",
    ),
    (
        "Open this page in Safari, tap “Get the certificate”, and allow the download.",
        "Settings, “Profile downloaded”: install it.",
        "Settings, General, About, Certificate Trust Settings: switch on “Dromos demo”.",
    ),
    "Then open the demo:",
    "Open {url}",
    "Before you do",
    "Whoever has the key of this certificate could pretend to your phone to be any site. The key lies"
    " in the demo's folder on the computer that you started it on. When you have seen enough, delete the"
    " certificate from the phone (where you installed it), and on the computer the folder .dromos/door.",
    "Apps that can't be told to trust it (Traccar Client, OwnTracks and others) may post to {plain}"
    " instead. This is not encrypted: everybody in this network could read positions and the phone's"
    " secret. Do it in your own network only.",
)
GREEK = Texts(
    "Ελληνικά",
    "Η επίδειξη του Dromos στο κινητό σας",
    "Ο φυλλομετρητής δίνει σε μια σελίδα τη θέση του κινητού μόνο μέσω https. Η επίδειξη τρέχει στο"
    " δικό σας δίκτυο, όπου κανείς δεν εκδίδει πιστοποιητικά, γι' αυτό έφτιαξε δικό της. Πρέπει να πείτε"
    " μία φορά στο κινητό σας να το εμπιστεύεται.",
    "Λήψη πιστοποιητικού",
    (
        "Πατήστε «Λήψη πιστοποιητικού».",
        "Ανοίξτε τις Ρυθμίσεις, αναζητήστε «Πιστοποιητικό CA» (Ασφάλεια, Κρυπτογράφηση και"
        " διαπιστευτήρια) και επιλέξτε «Εγκατάσταση ούτως ή άλλως».",
        "Διαλέξτε το dromos-demo.crt από τις λήψεις.",
    ),
    (
        "Ανοίξτε τη σελίδα αυτή στο Safari, πατήστε «Λήψη πιστοποιητικού» και επιτρέψτε τη λήψη.",
        "Ρυθμίσεις, «Ελήφθη προφίλ»: εγκαταστήστε το.",
        "Ρυθμίσεις, Γενικά, Πληροφορίες, Ρυθμίσεις αξιοπιστίας πιστοποιητικών: ενεργοποιήστε το «Dromos"
        " demo».",
    ),
    "Έπειτα ανοίξτε την επίδειξη:",
    "Άνοιγμα {url}",
    "Πριν το κάνετε",
    "Όποιος έχει το κλειδί αυτού του πιστοποιητικού θα μπορούσε να παραστήσει στο κινητό σας"
    " οποιονδήποτε ιστότοπο. Το κλειδί βρίσκεται στον φάκελο της επίδειξης, στον υπολογιστή όπου την"
    " ξεκινήσατε. Όταν τελειώσετε, διαγράψτε το πιστοποιητικό από το κινητό (εκεί όπου το εγκαταστήσατε)"
    " και από τον υπολογιστή τον φάκελο .dromos/door.",
    "Εφαρμογές που δεν μπορούν να το εμπιστευτούν (Traccar Client, OwnTracks και άλλες) μπορούν να"
    " στέλνουν στο {plain}. Αυτό δεν είναι κρυπτογραφημένο: όλοι σε αυτό το δίκτυο θα μπορούσαν να"
    " διαβάσουν τις θέσεις και το μυστικό του κινητού. Μόνο στο δικό σας δίκτυο.",
)
RUSSIAN = Texts(
    "Русский",
    "Демонстрация Dromos на вашем телефоне",
    "Браузер сообщает странице местоположение телефона только по https. Демонстрация работает в вашей"
    " собственной сети, где сертификаты никто не выдаёт, поэтому она сделала свой. Телефону нужно один"
    " раз сказать, что ему можно доверять.",
    "Скачать сертификат",
    (
        "Нажмите «Скачать сертификат».",
        "Откройте Настройки, найдите «Сертификат ЦС» (Безопасность, Шифрование и учётные данные) и"
        " выберите «Всё равно установить».",
        "Выберите dromos-demo.crt среди загрузок.",
    ),
    (
        "Откройте эту страницу в Safari, нажмите «Скачать сертификат» и разрешите загрузку.",
        "Настройки, «Профиль загружен»: установите его.",
        "Настройки, Основные, Об этом устройстве, Доверие сертификатам: включите «Dromos demo».",
    ),
    "Затем откройте демонстрацию:",
    "Открыть {url}",
    "Прежде чем это сделать",
    "Тот, у кого есть ключ этого сертификата, мог бы выдать себя вашему телефону за любой сайт. Ключ"
    " лежит в папке демонстрации на компьютере, где вы её запустили. Когда насмотритесь, удалите"
    " сертификат с телефона (там же, где установили), а на компьютере папку .dromos/door.",
    "Приложения, которым нельзя велеть ему доверять (Traccar Client, OwnTracks и другие), могут"
    " отправлять на {plain}. Это не зашифровано: любой в этой сети мог бы прочитать местоположения и"
    " секрет телефона. Делайте так только в своей сети.",
)
LANGUAGES = {"el": GREEK, "ru": RUSSIAN, "en": ENGLISH}

STYLE = """\
:root { color-scheme: light dark;
  --ground: #f3f4f1; --ink: #14181f; --accent: #0f6b5c; --on: #fff; --soft: #fdf0d8 }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0f1216; --ink: #eef1f4; --accent: #4cc9b0; --on: #10141a; --soft: #332816 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere }
main { max-width: 38rem; margin: 0 auto; padding: 1rem }
nav { display: flex; gap: 1rem; flex-wrap: wrap }
nav a { padding: .6rem 0 }
h1 { font-size: 1.4rem; line-height: 1.25 }
h2 { font-size: 1.05rem; margin-bottom: .3rem }
a { color: var(--accent) }
.button { display: inline-block; padding: .8rem 1.1rem; border-radius: 12px; background: var(--accent);
  color: var(--on); font-weight: 600; text-decoration: none }
.careful { background: var(--soft); border-radius: 12px; padding: .1rem 1rem .6rem; margin-top: 1.5rem }
li { margin: .35rem 0 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
"""


def page(language: str, url: str, plain_url: str) -> str:
    """Return the page in one of LANGUAGES; `url` is the demo's origin, `plain_url` this page's."""
    texts = LANGUAGES[language]
    said = {name: html.escape(text) for name, text in texts._asdict().items() if isinstance(text, str)}
    others = " ".join(
        f'<a href="/{code}.html" lang="{code}" hreflang="{code}"'
        + (' aria-current="page"' if code == language else "")
        + f">{html.escape(other.language)}</a>"
        for code, other in LANGUAGES.items()
    )
    where, plainly = html.escape(url), html.escape(f"{plain_url}/gps/")
    return f"""\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{said["title"]}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<nav aria-label="Language · Γλώσσα · Язык">{others}</nav>
<h1>{said["title"]}</h1>
<p>{said["why"]}</p>
<p><a class="button" href="{CERTIFICATE}" download>{said["fetch"]}</a></p>
<h2>Android</h2>
<ol>{_steps(texts.android)}</ol>
<h2>iPhone</h2>
<ol>{_steps(texts.iphone)}</ol>
<h2>{said["then"]}</h2>
<p><a class="button" href="{where}/demo">{said["open"].format(url=where)}</a></p>
<section class="careful">
<h2>{said["careful"]}</h2>
<p>{said["careful_1"]}</p>
<p>{said["careful_2"].format(plain=f"<b>{plainly}</b>")}</p>
</section>
</main>
</body>
</html>
"""


def _steps(steps: tuple[str, ...]) -> str:
    return "".join(f"<li>{html.escape(step)}</li>" for step in steps)


def write(folder: Path, url: str, plain_url: str) -> None:
    """Write the page in every language, and its style, into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        (folder / f"{language}.html").write_text(page(language, url, plain_url), encoding="utf-8")
    (folder / "style.css").write_text(STYLE, encoding="utf-8")
