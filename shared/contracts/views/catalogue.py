"""Every view: what it holds, its key, who writes and who reads it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from shared.contracts.views import live, party, people, stage, work


@dataclass(frozen=True)
class View:
    """A value in Redis, or with `channel` what is published there; `kept` says when it goes away."""

    name: str
    title: str
    body: type[msgspec.Struct]
    example: msgspec.Struct
    key: str
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    kept: str
    channel: bool = False


VIEWS: tuple[View, ...] = (
    View(
        name=stage.NAME,
        title="Where a shipment stands",
        body=stage.StageView,
        example=stage.EXAMPLE,
        key="<namespace>:g<generation>:{<partition>}:stage:<shipment>",
        writers=("projector.stages",),
        readers=("gateway", "portal"),
        kept="35 days after its end, 400 while it has none",
    ),
    View(
        name=party.NAME,
        title="The recipient as his own page shows him",
        body=party.PartyView,
        example=party.EXAMPLE,
        key="<namespace>:g<generation>:{<partition>}:party:<shipment>",
        writers=("projector.stages",),
        readers=("gateway", "portal"),
        kept="35 days after its end, 400 while it has none",
    ),
    View(
        name=people.LINK,
        title="A recipient's link",
        body=people.LinkView,
        example=people.LINK_EXAMPLE,
        key="<namespace>:g<generation>:link:<hex SHA-256 of the secret>",
        writers=("projector.stages",),
        readers=("gateway", "portal"),
        kept="a day longer than the link is good",
    ),
    View(
        name=people.MERCHANT,
        title="A merchant, without keys",
        body=people.MerchantView,
        example=people.MERCHANT_EXAMPLE,
        key="<namespace>:g<generation>:merchant:<merchant>",
        writers=("projector.stages",),
        readers=("gateway", "portal"),
        kept="until the record in `merchants` is removed",
    ),
    View(
        name=live.NAME,
        title="Who may be shown what of a courier now",
        body=live.LiveView,
        example=live.EXAMPLE,
        key="<namespace>:g<generation>:{<partition>}:live:<courier>",
        writers=("projector.couriers",),
        readers=("gateway", "portal", "projector.couriers"),
        kept="until the courier goes off duty",
    ),
    View(
        name="live_batch",
        title="What changed on a partition's live views",
        body=live.LiveBatch,
        example=live.BATCH_EXAMPLE,
        key="<namespace>:g<generation>:{<partition>}:live",
        writers=("projector.couriers",),
        readers=("gateway",),
        kept="not at all: published",
        channel=True,
    ),
    View(
        name=work.OUTCOME,
        title="What became of a command",
        body=work.Outcome,
        example=work.OUTCOME_EXAMPLE,
        key="<namespace>:outcome:<command>",
        writers=("projector.stages",),
        readers=("ingest", "portal"),
        kept="10 minutes",
    ),
    View(
        name="heartbeat",
        title="A worker is alive",
        body=work.Heartbeat,
        example=work.HEARTBEAT_EXAMPLE,
        key="<namespace>:heartbeat:<part>",
        writers=(
            "shipments",
            "projector.stages",
            "projector.couriers",
            "projector.lists",
            "estimator",
            "notifier",
        ),
        readers=("cli", "portal"),
        kept="10 seconds",
    ),
    View(
        name="canary",
        title="What became of the canary's last fix",
        body=work.Canary,
        example=work.CANARY_EXAMPLE,
        key="<namespace>:canary",
        writers=("canary",),
        readers=("cli", "portal"),
        kept="2 minutes",
    ),
)
