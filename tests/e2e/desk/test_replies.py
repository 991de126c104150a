"""A customer writes, the desk answers, a call is noted in two taps; mail without a shipment finds one."""

from __future__ import annotations

import smtplib
import uuid
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.desk.office import Office
from tests.e2e.looks import LOOKS
from tests.e2e.system import CENTRE, System
from tests.waiting import eventually

ALWAYS = {"quiet_from_h": 0, "quiet_to_h": 0, "ask_after_s": 0, "survey_after_s": 0, "daily_cap": 50}


class Parcel:
    """A shipment whose recipient was told of it."""

    def __init__(self, system: System) -> None:
        self.system, self.tag = system, uuid.uuid4().hex[:8]
        self.shop = f"talk-{self.tag}"
        self.key = system.merchant(self.shop)
        system.call("PUT", f"/v1/merchants/{self.shop}/notices", system.admin, ALWAYS)
        self.email = f"maria-{self.tag}@example.org"
        body = {
            "order_number": f"T-{self.tag}",
            "recipient": {"name": "Maria Papadopoulou", "email": self.email, "phone": "+306900000000"},
            "address": {
                "line": "Aleksanterinkatu 15",
                "city": "Helsinki",
                "lon": CENTRE[0],
                "lat": CENTRE[1],
            },
            "language": "en",
        }
        made = system.call("POST", "/v1/shipments", self.key, body, **{"Idempotency-Key": self.tag})
        self.shipment = str(made["shipment"])
        taken = {"event_id": f"{self.tag}-1", "substatus": "InTransit_002"}
        system.call("POST", f"/v1/shipments/{self.shipment}/events", self.key, taken)

    def mails(self) -> list[dict[str, Any]]:
        asked = {"to": self.email, "kind": "mail"}
        found = self.system.http.get(f"{self.system.mailbox}/messages", params=asked).json()["messages"]
        return [m for m in found if m["direction"] == "in"]

    def wrote(self, said: str) -> None:
        """Answers the first mail, as its program would."""
        first = eventually("a mail", lambda: self.mails() or None, 90)[0]
        url = f"{self.system.mailbox}/messages/{first['id']}/answer"
        assert self.system.http.post(url, json={"text": said}).is_success


@pytest.fixture(scope="module")
def parcel(system: System) -> Parcel:
    return Parcel(system)


def opened(system: System, browser: Browser, parcel: Parcel, **how: str) -> Office:
    office = Office.enter(system, browser, **how)
    office.page.goto(office.at(f"/desk/shipments/{parcel.shipment}"))
    office.see("talk")
    return office


def test_he_writes_the_desk_answers_and_a_call_is_two_taps(
    system: System, browser: Browser, parcel: Parcel
) -> None:
    parcel.wrote("Please ring the upper bell. <b>Thanks</b>")
    office = opened(system, browser, parcel)
    talk = office.page.get_by_test_id("talk")
    expect(talk.locator("li")).to_have_count(1, timeout=30_000)
    assert talk.locator("li .talk-words").inner_text() == "Please ring the upper bell. <b>Thanks</b>"
    office.page.get_by_test_id("answer").fill("We told the courier.")
    office.press("send-answer")
    expect(talk.locator("li[data-direction=out]")).to_have_count(1, timeout=30_000)
    answered = eventually("the answer at his mailbox", lambda: parcel.mails()[1:] or None, 60)
    assert "We told the courier." in answered[0]["text"]
    office.press("note-call")
    office.press("about-when")
    expect(talk.locator("li[data-way=call]")).to_have_count(1, timeout=30_000)
    assert office.problems == []
    office.page.goto(office.at("/desk/contacts"))
    row = office.see("contacts-over").locator("tr", has_text=f"Shop {parcel.shop}")
    assert "2" in row.inner_text().split("\n")[-1] or "200" in row.inner_text()


def lost(parcel: Parcel, said: str) -> None:
    """Somebody answers a message of the parcel, but to the address that all messages come from."""
    system, first = parcel.system, eventually("a mail", lambda: parcel.mails() or None, 90)[0]
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "who@example.org", "notices@dromos.localhost", "Hm"
    message["In-Reply-To"] = first["ref"]
    message.set_content(said)
    where = urlsplit(system.mail_in)
    with smtplib.SMTP(where.hostname or "", where.port or 25, "there.example", 10) as server:
        server.sendmail("who@example.org", ["notices@dromos.localhost"], message.as_bytes())


def test_mail_without_a_shipment_finds_one(system: System, browser: Browser, parcel: Parcel) -> None:
    said = f"My parcel {parcel.tag}?"
    lost(parcel, said)
    office = Office.enter(system, browser)
    office.page.goto(office.at("/desk/strays"))
    row = office.see("strays").locator("tr", has_text=said)
    expect(row.get_by_label("Shipment")).to_have_value(parcel.shipment)
    row.get_by_test_id("attach-stray").click()
    expect(row).to_have_count(0, timeout=30_000)
    office.page.goto(office.at(f"/desk/shipments/{parcel.shipment}"))
    expect(office.see("talk").locator("li", has_text=said)).to_have_count(1, timeout=30_000)
    assert office.problems == []


@pytest.mark.parametrize(("size", "language"), LOOKS)
def test_its_pages_in_each_language_and_size(
    system: System, browser: Browser, parcel: Parcel, artifacts: Path, language: str, size: str
) -> None:
    if (language, size) == ("el", "phone"):
        lost(parcel, "Where is my parcel? I ordered it a week ago, and nobody has told me anything.")
    office = opened(system, browser, parcel, language=language, size=size)
    # In the middle: on a telephone the views' bar lies over the window's end.
    office.page.get_by_test_id("note-call").evaluate("button => button.scrollIntoView({block: 'center'})")
    office.press("note-call")
    office.see("about-when")
    for name, path in (("talk", ""), ("strays", "/desk/strays"), ("contacts", "/desk/contacts")):
        if path:
            office.page.goto(office.at(path))
            office.see(name)
        office.fits(name)
        office.accessible(f"{name} in {language}")
        office.photograph(artifacts, f"{name}-{language}-{size}")
    assert office.problems == []
