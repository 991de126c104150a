"""Asking the notifier: commands about a shipment's notices, written down."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from services.portal.api.context import Portal
from services.portal.store.notices import NoticeLists
from shared.contracts import notice_commands
from shared.contracts.common import Actor
from shared.contracts.notice_commands import NoticeCommand
from shared.contracts.topic import build
from shared.domain.command_ids import command_id


@dataclass(frozen=True, slots=True)
class About:
    """The shipment that a command is about, and whose it is."""

    shipment: str
    tenant: str
    merchant: str


def recipient(shipment: str) -> Actor:
    """The shipment's recipient, of whom no more is known than that."""
    return Actor(kind="recipient", id=shipment)


async def about(portal: Portal, shipment: str) -> About | None:
    """The shipment, of the views or else of the lists, which have it for longer; None: there is none such."""
    stage = await portal.views.stage(shipment)
    if stage is not None:
        return About(shipment, stage.tenant, stage.merchant)
    found = await NoticeLists(portal.lists).shop_of(shipment) if portal.lists is not None else None
    return About(shipment, *found) if found is not None else None


async def ask[T: NoticeCommand](
    portal: Portal, kind: type[T], of: About, actor: Actor, *, once: str | None = None, **said: Any
) -> str:
    """Write a command down; returns its id. `once` names it, so that the same asked again is the same.

    Raises:
        LogUnavailable: not acknowledged.
    """
    tag = str(kind.__struct_config__.tag)
    command = build(
        kind,
        id=command_id(actor.kind, actor.id, tag, of.shipment, once or secrets.token_hex(16)),
        tenant=of.tenant,
        merchant=of.merchant,
        shipment=of.shipment,
        at_ms=portal.now_ms(),
        actor=actor,
        **said,
    )
    await portal.log.append(notice_commands.TOPIC, of.shipment, command, id=command.id)
    portal.metrics.commands.labels(tag, "pending").inc()
    return command.id
