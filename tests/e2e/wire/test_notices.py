"""From the message back to us, in the whole system: one click that ends messages, receipts and STOP of the
SMS gateway, a lost link, and an SMS that may have gone."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.system import System
from tests.waiting import eventually


@dataclass
class Told:
    """A shipment whose recipient is told, seen from his side and from the shop's."""

    system: System
    shipment: str
    order: str
    key: str
    email: str
    phone: str

    def event(self, substatus: str) -> None:
        body = {"event_id": uuid.uuid4().hex, "substatus": substatus}
        self.system.call("POST", f"/v1/shipments/{self.shipment}/events", self.key, body)

    def received(self, kind: str) -> list[dict[str, Any]]:
        params = {"kind": kind, "to": self.email if kind == "mail" else self.phone}
        answer = self.system.http.get(f"{self.system.mailbox}/messages", params=params)
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found

    def first(self, kind: str) -> dict[str, Any]:
        """The first message of this kind, in full."""
        number = eventually(f"a first {kind}", lambda: self.received(kind))[0]["id"]
        full: dict[str, Any] = self.system.http.get(f"{self.system.mailbox}/messages/{number}").json()
        return full

    def decisions(self) -> list[dict[str, Any]]:
        found = self.system.call("GET", f"/v1/shipments/{self.shipment}/notices", self.key)["notices"]
        return list(found)

    def was(self, **what: str) -> dict[str, Any]:
        """The decision that says this."""

        def look() -> dict[str, Any] | None:
            return next((d for d in self.decisions() if what.items() <= d.items()), None)

        return eventually(f"a notice {what}", look)


def told(system: System, shop: str, phone: str, *, email: str = "") -> Told:
    """A shipment of a shop that keeps no quiet hours."""
    key = system.merchant(shop)
    policy = {"quiet_from_h": 0, "quiet_to_h": 0}
    system.call("PUT", f"/v1/merchants/{shop}/notices", system.admin, policy)
    order = f"N-{uuid.uuid4().hex[:8]}"
    recipient = {"name": "Maria", "phone": phone, **({"email": email} if email else {})}
    body = {
        "order_number": order,
        "recipient": recipient,
        "address": {"line": "Aleksanterinkatu 15", "city": "Helsinki", "lon": 24.9441, "lat": 60.1689},
    }
    made = system.call("POST", "/v1/shipments", key, body, **{"Idempotency-Key": order})
    return Told(system, made["shipment"], order, key, email, phone)


@pytest.fixture
def tag() -> str:
    return uuid.uuid4().hex[:8]


def number(end: str = "9") -> str:
    """A telephone that nobody else has; what the mailbox does with it says its end."""
    return f"+3069{int(uuid.uuid4().hex[:6], 16) % 10**4:04d}{end:0>4}"


def test_a_message_leads_to_what_ends_it_and_begins_it_again(system: System, tag: str) -> None:
    it = told(system, "notices", number("9999"), email=f"maria-{tag}@example.org")
    it.event("InTransit_002")
    mail = it.first("mail")
    assert it.was(kind="announced", state="sent")["channel"] == "email"
    link = re.search(r'href="([^"]+)/t#([^"]+)"', mail["html"])
    assert link is not None
    assert link[1] == system.portal

    def wishes(change: Any = None) -> Any:
        ticket = system.http.post(f"{system.portal}/v1/link/ticket", json={"secret": link[2]}).json()
        method = "GET" if change is None else "PUT"
        headers = {"Authorization": f"Ticket {ticket['ticket']}"}
        return system.http.request(
            method, f"{system.portal}/v1/link/notices", headers=headers, json=change
        ).json()

    def stopped(*expected: bool) -> Any:
        return eventually(
            f"stopped {expected}",
            lambda: [each["stopped"] for each in wishes()["channels"]] == list(expected) or None,
        )

    assert mail["unsubscribe"]["one_click"]
    done = system.http.post(f"{system.mailbox}/messages/{mail['id']}/unsubscribe")
    assert done.status_code == 204
    stopped(True, False)

    it.event("AttemptFail_002")
    sms = it.first("sms")
    it.was(kind="attempt_failed", state="delivered", channel="sms")
    assert len(it.received("mail")) == 1
    system.http.post(f"{system.mailbox}/messages/{sms['id']}/answer", json={"text": "STOP"})
    stopped(True, True)

    before = len(it.received("mail")) + len(it.received("sms"))
    form = {"order": it.order.lower(), "contact": it.phone.removeprefix("+30")}
    wrong = system.http.post(f"{system.portal}/v1/link/lost", data=form | {"contact": "a@example.org"})
    right = system.http.post(f"{system.portal}/v1/link/lost", data={**form, "contact": it.phone})
    assert right.text == wrong.text
    it.was(kind="lost_link", state="sent")
    assert len(it.received("mail")) + len(it.received("sms")) == before + 1

    wishes({"resume": ["email", "sms"], "first": "sms", "language": "ru"})
    stopped(False, False)
    assert (wishes()["first"], wishes()["language"]) == ("sms", "ru")


def test_an_sms_that_may_have_gone_is_not_sent_again_and_a_receipt_settles_it(system: System) -> None:
    it = told(system, "notices", number("0006"))
    it.event("InTransit_002")
    held = it.was(kind="announced", state="held")
    it.was(notice=held["notice"], state="delivered")
    assert len(it.received("sms")) == 1
    listed = system.call("GET", "/v1/notices/held", system.admin)["notices"]
    assert held["notice"] not in {each["notice"] for each in listed}
    late = system.http.post(
        f"{system.portal}/v1/shipments/{it.shipment}/notices/{held['notice']}/release",
        headers={"Authorization": f"Bearer {system.admin}"},
    )
    assert (late.status_code, late.json()["reason"]) == (409, "conflict")
