"""shipment.parties: names, telephones, addresses and notes: the one topic with personal data of recipients.

Keyed `shipment/version`, partitioned by the shipment alone; the version is the id of the command that names
it. Deleting a person is a tombstone for each of his keys."""

from __future__ import annotations

import msgspec

from shared.contracts.common import Id, Language, Lat, Lon
from shared.contracts.topic import Event, Message, Topic


class Recipient(Event, frozen=True, kw_only=True, tag="recipient"):
    """Who gets the shipment, and where."""

    tenant: Id
    shipment: Id
    version: Id
    name: str
    line: str
    city: str
    lon: Lon
    lat: Lat
    postcode: str | None = None
    phone: str | None = None
    email: str | None = None
    floor: str | None = None
    bell: str | None = None
    note: str | None = None
    language: Language | None = None


class Note(Event, frozen=True, kw_only=True, tag="note"):
    """A remark that came with a report: free text, or who took the parcel; or what recipient and shop said to
    each other. `message_id` is that of the mail in which it was said, by which an answer is threaded."""

    tenant: Id
    shipment: Id
    version: Id
    text: str | None = None
    taken_by: str | None = None
    message_id: str | None = None


Party = Recipient | Note
DECODER: msgspec.json.Decoder[Party] = msgspec.json.Decoder(Party)


def party_key(shipment: str, version: str) -> str:
    return f"{shipment}/{version}"


TOPIC = Topic(
    name="shipment.parties",
    title="Personal data of recipients",
    key="shipment/version",
    partitioned_by="shipment",
    group="shipment",
    messages=(
        Message(
            Recipient,
            Recipient(
                tenant="athens-couriers",
                shipment="s-1",
                version="k-01",
                name="Maria Papadopoulou",
                line="Aleksanterinkatu 15",
                city="Helsinki",
                lon=24.9441,
                lat=60.1689,
                postcode="00100",
                phone="+306900000000",
                email="maria@example.org",
                floor="3",
                bell="Papadopoulou",
                language="el",
            ),
        ),
        Message(
            Note,
            Note(tenant="athens-couriers", shipment="s-1", version="k-02", text="Bell out of order."),
        ),
    ),
    producers=("portal", "ingest", "notifier"),
    consumers=("projector.stages", "portal", "projector.lists"),
    cleanup="compact",
    personal=True,
)
