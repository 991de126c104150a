"""link and merchant views: the records of the topics `links` and `merchants`, without API keys."""

from __future__ import annotations

from shared.contracts import links
from shared.contracts.common import Contact, Id, Language, Policy
from shared.contracts.merchants import Branding
from shared.contracts.topic import Body

LINK = "link"
MERCHANT = "merchant"

LinkView = links.Link


class MerchantView(Body, frozen=True):
    """What the recipient's page and the gateway need of a merchant."""

    merchant: Id
    tenant: Id
    name: str
    contact: Contact = Contact()
    zone: str = "UTC"
    language: Language = "en"
    policy: Policy = Policy()
    branding: Branding = Branding()


LINK_EXAMPLE = links.TOPIC.messages[0].example
MERCHANT_EXAMPLE = MerchantView(
    merchant="bookshop",
    tenant="athens-couriers",
    name="Βιβλιοπωλείο Πλειάδες",
    contact=Contact(phone="+302100000000", email="help@example.org", hours="Mon-Fri 9-17"),
    zone="Europe/Athens",
    language="el",
)
