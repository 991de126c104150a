"""Who may do what to whose at the portal: every operation of its API by everybody who may ask.

The objects are the carrier `athens`'s: its shop `books` has the shipment s-a, which the courier eleni carries
on the route r-a. A line says what each of `WHO` is answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.unit.portal_kit import BOOK, SHOP

WHO = ("nobody", "toys", "books", "reader", "staff", "owner", "far", "admin", "phone")
"""Nobody; another shop of the carrier; the shop itself; three of the carrier's people; another carrier's
owner; the administrator; the courier's phone by its secret."""
STAFF_ROLES = ("reader", "staff", "owner")
SAFE = ("GET", "HEAD")

EVENT = {"event_id": "e-1", "substatus": "InTransit_002"}
PLAN = {"stops": [{"lon": 24.9, "lat": 60.1, "shipments": ["s-a"]}]}
DEVICE = {"device_id": "van-9", "courier_id": "nikos", "tenant": "athens"}
LEVELS = {
    "levels": [{"level": "standard", "name": "Standard", "slots": [{"start": "14:00", "end": "18:00"}]}]
}
HOOK = {"url": "https://shop.example.org/webhooks", "events": ["shipment.delivered"]}
COURIER = {"name": "Eleni", "phone": "+306900000001", "vehicle": "white van", "tenant": "athens"}
JOINING = {
    "secret": "A" * 22,
    "name": "Nikos",
    "email": "nikos@example.org",
    "password": "four words make one",
}
READER = {"email": "reader@example.org", "password": "τέσσερις λέξεις or four"}
SECRET = "not-a-secret-of-any-kind"


@dataclass(frozen=True)
class Row:
    """An operation as the OpenAPI document has it, and what is asked of it. Braces in `path` and `body` stand
    for what `prepared` has made."""

    operation: str
    path: str
    body: Any
    expected: dict[str, int]
    headers: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)

    @property
    def sent(self) -> dict[str, Any]:
        """The body as httpx takes it: JSON, or a form whose `file` is a file."""
        if not self.form:
            return {"json": self.body}
        fields = {name: value for name, value in self.form.items() if name != "file"}
        return {"data": fields, "files": {"file": ("orders.csv", self.form["file"].encode(), "text/csv")}}

    @property
    def method(self) -> str:
        return self.operation.partition(" ")[0]

    @property
    def changes(self) -> bool:
        return self.method not in SAFE

    @property
    def for_staff(self) -> bool:
        """Whether somebody may do it with a session, as things stand or otherwise."""
        return any(self.expected[who] < 400 or self.expected[who] == 409 for who in STAFF_ROLES)


def row(
    operation: str,
    said: str,
    path: str = "",
    body: Any = None,
    form: dict[str, str] | None = None,
    **headers: str,
) -> Row:
    """`said`: one status a column of `WHO`, or one for all; without `path` it is the operation's own."""
    statuses = [int(word) for word in said.split()]
    statuses *= len(WHO) if len(statuses) == 1 else 1
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    expected = dict(zip(WHO, statuses, strict=True))
    return Row(operation, path or operation.partition(" ")[2], body, expected, named, form or {})


# fmt: off
MATRIX: list[Row] = [
    #                                             nobo toys book read staf ownr far  admn phone
    row("POST /v1/shipments",                    "401 403 202 403 202 202 404 202 401",
        body=BOOK, Dromos_Merchant="books"),
    row("GET /v1/shipments/{shipment}",          "401 404 200 200 200 200 404 200 401", "/v1/shipments/s-a"),
    row("POST /v1/shipments/{shipment}/events",  "401 404 202 403 202 202 404 202 401",
        "/v1/shipments/s-a/events", EVENT),
    row("DELETE /v1/shipments/{shipment}/recipient", "401 404 200 403 200 200 404 200 401",
        "/v1/shipments/s-a/recipient"),
    row("POST /v1/shipments/{shipment}/links",   "401 404 201 403 201 201 404 201 401",
        "/v1/shipments/s-a/links", {}),
    row("DELETE /v1/shipments/{shipment}/links/{link_id}", "401 404 204 403 204 204 404 204 401",
        "/v1/shipments/s-a/links/{link}"),
    row("GET /v1/shipments/{shipment}/notices",  "401 404 200 200 200 200 404 200 401",
        "/v1/shipments/s-a/notices"),
    row("POST /v1/shipments/{shipment}/notices/link", "401 404 202 403 202 202 404 202 401",
        "/v1/shipments/s-a/notices/link"),
    row("POST /v1/shipments/{shipment}/notices/{notice}/release", "401 403 403 403 202 202 404 202 401",
        "/v1/shipments/s-a/notices/n-held/release"),
    row("POST /v1/shipments/{shipment}/notices/{notice}/discard", "401 403 403 403 202 202 404 202 401",
        "/v1/shipments/s-a/notices/n-held/discard"),
    row("POST /v1/shipments/{shipment}/notices/{notice}/redeliver", "401 404 202 403 202 202 404 202 401",
        "/v1/shipments/s-a/notices/n-hook/redeliver"),
    row("GET /v1/shipments/{shipment}/replies",  "401 404 200 200 200 200 404 200 401",
        "/v1/shipments/s-a/replies"),
    row("POST /v1/shipments/{shipment}/replies", "401 404 202 403 202 202 404 202 401",
        "/v1/shipments/s-a/replies", {"text": "It comes today."}),
    row("POST /v1/shipments/{shipment}/contacts", "401 404 202 403 202 202 404 202 401",
        "/v1/shipments/s-a/contacts", {"way": "call", "about": "when"}),
    row("GET /v1/strays",                        "401 403 403 200 200 200 200 200 401"),
    row("POST /v1/strays/{stray}/attach",        "401 403 403 403 202 202 404 202 401",
        "/v1/strays/x-a/attach", {"shipment": "s-a"}),
    row("DELETE /v1/strays/{stray}",             "401 403 403 403 204 204 404 204 401", "/v1/strays/x-a"),
    row("GET /v1/contacts/report",               "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/notices/held",                  "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/shipments/{shipment}/proofs",   "401 404 200 200 200 200 404 200 401",
        "/v1/shipments/s-a/proofs"),
    row("GET /v1/commands/{command}",            "401 404 200 404 404 404 404 200 401",
        "/v1/commands/{command}"),
    row("PUT /v1/routes/{courier}/{route}",      "401 422 202 403 202 202 422 202 401",
        "/v1/routes/eleni/r-a", PLAN),
    row("GET /v1/routes/{courier}/{route}",      "401 404 200 200 200 200 404 200 401",
        "/v1/routes/eleni/r-a"),
    row("POST /v1/routes/{courier}/{route}/set-out", "401 404 202 403 202 202 404 202 401",
        "/v1/routes/eleni/r-a/set-out"),
    row("POST /v1/routes/{courier}/{route}/close", "401 404 202 403 202 202 404 202 401",
        "/v1/routes/eleni/r-a/close"),
    row("POST /v1/couriers/{courier}/duty",      "401 409 202 403 202 202 404 202 401",
        "/v1/couriers/eleni/duty", {"on": True}),
    row("GET /v1/couriers/{courier}/track",      "401 403 403 200 200 200 404 200 401",
        "/v1/couriers/eleni/track"),
    row("PUT /v1/couriers/{courier_id}",         "401 403 403 403 200 200 403 200 401",
        "/v1/couriers/eleni", COURIER),
    row("GET /v1/couriers/{courier_id}",         "401 403 403 200 200 200 404 200 401", "/v1/couriers/eleni"),
    row("POST /v1/couriers/{courier_id}/phones", "401 403 403 403 201 201 404 201 401",
        "/v1/couriers/eleni/phones"),
    row("GET /v1/couriers",                      "401 403 403 200 200 200 200 200 401"),
    row("PUT /v1/merchants/{merchant}",          "401 403 403 403 403 200 403 200 401",
        "/v1/merchants/books", SHOP),
    row("GET /v1/merchants/{merchant}",          "401 403 403 200 200 200 404 200 401",
        "/v1/merchants/books"),
    row("POST /v1/merchants/{merchant}/keys",    "401 403 403 403 403 201 404 201 401",
        "/v1/merchants/books/keys"),
    row("DELETE /v1/merchants/{merchant}/keys/{key_id}", "401 403 403 403 403 204 404 204 401",
        "/v1/merchants/books/keys/{key}"),
    row("GET /v1/merchants/{merchant}/slots",    "401 404 200 200 200 200 404 200 401",
        "/v1/merchants/books/slots?postcode=00100"),
    row("GET /v1/merchants/{merchant}/service-levels", "401 404 200 200 200 200 404 200 401",
        "/v1/merchants/books/service-levels"),
    row("PUT /v1/merchants/{merchant}/service-levels", "401 403 403 403 403 200 404 200 401",
        "/v1/merchants/books/service-levels", LEVELS),
    row("GET /v1/merchants/{merchant}/notices",  "401 404 200 200 200 200 404 200 401",
        "/v1/merchants/books/notices"),
    row("PUT /v1/merchants/{merchant}/notices",  "401 403 403 403 403 200 404 200 401",
        "/v1/merchants/books/notices", {"quiet_from_h": 22}),
    row("GET /v1/merchants/{merchant}/notices/preview", "401 404 200 200 200 200 404 200 401",
        "/v1/merchants/books/notices/preview"),
    row("GET /v1/merchants/{merchant}/notices/preview/mail", "401 404 200 200 200 200 404 200 401",
        "/v1/merchants/books/notices/preview/mail"),
    row("GET /v1/merchants/{merchant}/deliveries", "401 404 200 200 200 200 404 200 401",
        "/v1/merchants/books/deliveries"),
    row("POST /v1/merchants/{merchant}/webhooks", "401 404 201 403 403 201 404 201 401",
        "/v1/merchants/books/webhooks", HOOK),
    row("GET /v1/merchants/{merchant}/webhooks", "401 404 200 200 200 200 404 200 401",
        "/v1/merchants/books/webhooks"),
    row("DELETE /v1/merchants/{merchant}/webhooks/{webhook}", "401 404 204 403 403 204 404 204 401",
        "/v1/merchants/books/webhooks/{webhook}"),
    row("POST /v1/merchants/{merchant}/webhooks/{webhook}/rotate", "401 404 200 403 403 200 404 200 401",
        "/v1/merchants/books/webhooks/{webhook}/rotate"),
    row("POST /v1/merchants/{merchant}/webhooks/{webhook}/enable", "401 404 200 403 403 200 404 200 401",
        "/v1/merchants/books/webhooks/{webhook}/enable"),
    row("POST /v1/merchants/{merchant}/webhooks/{webhook}/disable", "401 404 200 403 403 200 404 200 401",
        "/v1/merchants/books/webhooks/{webhook}/disable"),
    row("POST /v1/devices",                      "401 403 403 403 201 201 403 201 401", body=DEVICE),
    row("GET /v1/devices",                       "401 403 403 200 200 200 200 200 401"),
    row("POST /v1/devices/{device}/code",        "401 403 403 403 201 201 404 201 401",
        "/v1/devices/van-1/code"),
    row("POST /v1/devices/{device}/rotate",      "401 403 403 403 200 200 404 200 401",
        "/v1/devices/van-1/rotate"),
    row("DELETE /v1/devices/{device}",           "401 403 403 403 204 204 404 204 401", "/v1/devices/van-1"),

    # The desk's day.
    row("GET /v1/desk/today",                    "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/desk/fleet",                    "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/desk/couriers/{courier}/plan",  "401 403 403 200 200 200 404 200 401",
        "/v1/desk/couriers/eleni/plan"),
    row("PUT /v1/desk/couriers/{courier}/routes/{route}/order", "401 403 403 403 202 202 404 202 401",
        "/v1/desk/couriers/eleni/routes/r-a/order", {"stops": ["stop-s-a"], "version": 3}),
    row("POST /v1/desk/move",                    "401 403 403 403 202 202 404 202 401",
        body={"shipments": ["s-a"], "to": "nikos"}),
    row("GET /v1/shipments",                     "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/shipments/{shipment}/record",   "401 403 403 200 200 200 404 200 401",
        "/v1/shipments/s-a/record"),
    row("GET /v1/merchants",                     "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/shipments/{shipment}/answers",  "401 403 403 200 200 200 404 200 401",
        "/v1/shipments/s-a/answers"),
    row("GET /v1/answers",                       "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/answers/report",                "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/cases",                         "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/cases/count",                   "401 403 403 200 200 200 200 200 401"),
    row("POST /v1/cases/{shipment}/closings",    "401 403 403 403 201 201 404 201 401",
        "/v1/cases/s-a/closings", {"seq": 3, "word": "Called."}),
    row("DELETE /v1/cases/{shipment}/closings/{closing}", "401 403 403 403 204 204 404 204 401",
        "/v1/cases/s-b/closings/{closing}"),
    row("GET /v1/desk/promises",                 "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/shipments/{shipment}/promises", "401 403 403 200 200 200 404 200 401",
        "/v1/shipments/s-a/promises"),
    row("GET /v1/cash",                          "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/cash/entries",                  "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/cash/entries/{entry}/csv",      "401 403 403 200 200 200 404 200 401",
        "/v1/cash/entries/{entry}/csv"),
    row("POST /v1/cash/hand-in",                 "401 403 403 403 201 201 404 201 401",
        body={"courier_id": "eleni", "shipments": ["s-a"]}),
    row("POST /v1/cash/settle",                  "401 403 403 403 201 201 404 201 401",
        body={"merchant": "books", "shipments": ["s-b"]}),
    row("DELETE /v1/cash/entries/{entry}",       "401 403 403 403 200 200 404 200 401",
        "/v1/cash/entries/{entry}"),
    row("POST /v1/imports",                      "401 403 403 403 202 202 404 202 401",
        form={"merchant": "books", "file": "order,name,address\nGR-9,Maria,Aleksanterinkatu 15\n"}),
    row("GET /v1/imports",                       "401 403 403 200 200 200 200 200 401"),
    row("GET /v1/imports/template.csv",          "200"),
    row("GET /v1/imports/{import_id}",           "401 403 403 200 200 200 404 200 401",
        "/v1/imports/{import}"),
    row("POST /v1/imports/{import_id}/apply",    "401 403 403 403 409 409 404 409 401",
        "/v1/imports/{import}/apply", {}),
    row("DELETE /v1/imports/{import_id}",        "401 403 403 403 204 204 404 204 401",
        "/v1/imports/{import}"),

    row("GET /v1/people",                        "401 403 403 403 403 200 403 200 401",
        "/v1/people?tenant=athens"),
    row("POST /v1/people/invitations",           "401 403 403 403 403 201 403 201 401",
        body={"role": "staff", "name": "Nikos", "tenant": "athens"}),
    row("DELETE /v1/people/invitations/{invitation}", "401 403 403 403 403 204 404 204 401",
        "/v1/people/invitations/{invitation}"),
    row("PATCH /v1/people/{account}",            "401 403 403 403 403 200 404 200 401",
        "/v1/people/p-staff", {"role": "reader"}),
    row("POST /v1/people/{account}/password",    "401 403 403 403 403 201 404 201 401",
        "/v1/people/p-staff/password"),
    row("GET /v1/audit",                         "401 403 403 403 403 200 200 200 401"),
    row("GET /v1/status",                        "401 403 403 200 200 200 200 200 401"),

    # One's own session: whose it is says the cookie alone.
    row("GET /v1/desk/session",                  "401 401 401 200 200 200 200 401 401"),
    row("POST /v1/desk/logout",                  "401 401 401 204 204 204 204 401 401"),
    row("POST /v1/desk/totp",                    "401 401 401 200 200 200 200 401 401"),
    row("POST /v1/desk/totp/confirm",            "401 401 401 409 409 409 409 401 401",
        body={"code": "123456"}),
    row("DELETE /v1/desk/totp",                  "401 401 401 204 204 204 204 401 401",
        body={"password": READER["password"]}),
    row("POST /v1/desk/password",                "401 401 401 204 204 204 204 401 401",
        body={"old": READER["password"], "new": "five other words are better"}),

    # The courier's phone, by its secret alone.
    row("GET /v1/courier/day",                   "401 401 401 401 401 401 401 401 200"),
    row("POST /v1/courier/duty",                 "401 401 401 401 401 401 401 401 202", body={"on": True}),
    row("POST /v1/courier/routes/{route}/set-out", "401 401 401 401 401 401 401 401 202",
        "/v1/courier/routes/r-a/set-out", {}),
    row("PUT /v1/courier/routes/{route}/order",  "401 401 401 401 401 401 401 401 202",
        "/v1/courier/routes/r-a/order", {"stops": ["stop-s-a"]}),
    row("POST /v1/courier/proofs",               "401 401 401 401 401 401 401 401 422",
        "/v1/courier/proofs?shipment=s-a"),

    # Anybody: what is asked for is a secret in itself, and this one is none.
    row("POST /v1/desk/login",                   "200", body=READER),
    row("POST /v1/desk/invitation",              "404", body=JOINING),
    row("POST /v1/courier/enrolment",            "404", body={"code": "A" * 22}),
    row("POST /v1/link/ticket",                  "404", body={"secret": SECRET}),
    row("GET /v1/link/view",                     "401"),
    row("GET /v1/link/proofs",                   "401"),
    row("POST /v1/link/rating",                  "401", body={"question": "nps", "score": 9}),
    row("DELETE /v1/link/rating/{question}",     "401", "/v1/link/rating/nps"),
    row("GET /v1/link/notices",                  "401"),
    row("PUT /v1/link/notices",                  "401", body={"stop": ["email"]}),
    row("POST /v1/link/lost",                    "422"),
    row("GET /v1/notices/stop/{token}",          "404", f"/v1/notices/stop/{SECRET}"),
    row("POST /v1/notices/stop/{token}",         "404", f"/v1/notices/stop/{SECRET}"),
    row("POST /v1/notices/resume/{token}",       "404", f"/v1/notices/resume/{SECRET}"),
    row("POST /v1/sms/receipts/{shipment}/{notice}", "404", "/v1/sms/receipts/s-a/n-1"),
    row("POST /v1/sms/inbound",                  "404"),
    row("GET /v1/proofs/{token}",                "404", f"/v1/proofs/{SECRET}"),
    row("GET /healthz",                          "200"),
    row("GET /readyz",                           "200"),
    row("GET /metrics",                          "200"),
]
# fmt: on


def operations(document: dict[str, Any]) -> set[str]:
    """What the OpenAPI document has."""
    return {f"{method.upper()} {path}" for path, verbs in document["paths"].items() for method in verbs}


def missing(document: dict[str, Any]) -> list[str]:
    """What has to be added to the matrix, or taken from it, in words; empty when it is whole."""
    named = [each.operation for each in MATRIX]
    there = operations(document)
    said = [
        f"{operation} has no line in tests/unit/portal_matrix.py: add to MATRIX\n"
        f'    row("{operation}", "401 403 403 200 200 200 404 200 401", "<a path of the prepared objects>", '
        "<a body that is taken>),\n"
        f"with what it answers {', '.join(WHO)}, in this order."
        for operation in sorted(there - set(named))
    ]
    said += [f"{operation} is in MATRIX and not in the API: take it out" for operation in set(named) - there]
    said += [f"{operation} is twice in MATRIX" for operation in set(named) if named.count(operation) > 1]
    return said
