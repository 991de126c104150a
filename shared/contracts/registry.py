"""All topics, views and frames by name."""

from __future__ import annotations

from shared.contracts import (
    courier_claims,
    courier_commands,
    courier_positions,
    courier_routes,
    courier_stops,
    couriers,
    devices,
    link_openings,
    links,
    merchants,
    notice_commands,
    notice_outcomes,
    shipment_commands,
    shipment_events,
    shipment_milestones,
    shipment_parties,
    shipment_state,
)
from shared.contracts.dead_letters import dead_letter_topic
from shared.contracts.topic import Topic

LIVE_TOPICS: tuple[Topic, ...] = (
    courier_positions.TOPIC,
    courier_commands.TOPIC,
    courier_routes.TOPIC,
    courier_stops.TOPIC,
    courier_claims.TOPIC,
    shipment_commands.TOPIC,
    shipment_events.TOPIC,
    shipment_state.TOPIC,
    shipment_parties.TOPIC,
    shipment_milestones.TOPIC,
    couriers.TOPIC,
    devices.TOPIC,
    links.TOPIC,
    link_openings.TOPIC,
    merchants.TOPIC,
    notice_commands.TOPIC,
    notice_outcomes.TOPIC,
)

DEAD_LETTER_TOPICS: tuple[Topic, ...] = tuple(dead_letter_topic(t.name) for t in LIVE_TOPICS)

TOPICS: dict[str, Topic] = {t.name: t for t in LIVE_TOPICS + DEAD_LETTER_TOPICS}
