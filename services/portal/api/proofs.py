"""Pictures and signatures taken at the door: taken in from the courier's phone, shown by short-lived
addresses to the recipient, the shop and the desk."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.requests import ClientDisconnect

from services.portal.api.commands import OptionalKeyHeader
from services.portal.api.context import Portal, PortalDep
from services.portal.api.courier import DeviceDep
from services.portal.api.guard import CallerDep, PathId, stage_of
from services.portal.api.link_page import TicketDep, good_link, link_of_ticket
from services.portal.api.problems import Problem, not_found, responses, unavailable
from services.portal.core import proofs
from services.portal.core.proofs import Proof
from services.portal.imaging import Picture, Unusable
from services.portal.schemas.common import ID_PATTERN, from_ms
from services.portal.schemas.proofs import ProofShown, ProofTaken
from shared import logs
from shared.contracts.views.stage import StageView
from shared.ports.objects import NoSuchObject, Objects
from shared.tickets import TicketRefused

router = APIRouter(tags=["proofs"])
log = logs.get(__name__)

UPLOAD = "/v1/courier/proofs"
BODY_S = 120.0
DAYS_A_REPEAT_MAY_SPAN = 2

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Of a picture that is opened by itself: no script, no form, nothing loaded, whatever it is taken for."""

_BODY = {"type": "string", "format": "binary"}
_REQUEST = {
    "requestBody": {
        "required": True,
        "description": "The picture itself, at most 10 MiB and 40 megapixels. Its kind is told by its bytes.",
        "content": {kind: {"schema": _BODY} for kind in ("image/jpeg", "image/png", "image/webp")},
    }
}


@router.post(
    UPLOAD,
    status_code=201,
    summary="Hand in a picture or a signature",
    response_model=ProofTaken,
    responses={
        200: {"model": ProofTaken, "description": "Taken in before by the same request."},
        **responses(401, 403, 404, 408, 409, 413, 422, 429, 503),
    },
    openapi_extra=_REQUEST,
)
async def take_proof(
    portal: PortalDep,
    device: DeviceDep,
    request: Request,
    response: Response,
    shipment: Annotated[str, Query(pattern=ID_PATTERN)],
    kind: Annotated[
        Literal["photo", "signature"] | None,
        Query(description="Unless told, a PNG is a signature and anything else a photo."),
    ] = None,
    key: OptionalKeyHeader = None,
) -> ProofTaken:
    """Before the report that names it. The picture is decoded and encoded anew, so that its place, its
    camera and whatever else came with it is gone; it is shown under this shipment alone."""
    await portal.proof_limit.hit(request, f"device/{device.device}")
    objects = _objects(portal)
    now_ms = portal.now_ms()
    plan, stage = portal.plans.get(device.courier), await portal.views.stage(shipment)
    if not proofs.may_upload(device.courier, device.tenant, plan, stage, shipment, now_ms):
        _count(portal, "not_his")
        raise not_found("shipment on your route")
    if portal.uploads.locked():
        raise unavailable("Too many pictures come in just now. Send it again in a few seconds.")
    async with portal.uploads:
        raw = await _body(request)
        bits = (
            proofs.request_bits(portal.passes.seal, device.courier, shipment, key, raw)
            if key
            else secrets.token_bytes(16)
        )
        wanted = proofs.new_id(now_ms, bits)
        before = await _lately(objects, shipment, now_ms)
        for known in before:
            if proofs.same_upload(known.id, wanted):
                _count(portal, "repeated")
                response.status_code = 200
                return ProofTaken(proof=known.id, kind=known.kind)
            if key and proofs.same_request(known.id, wanted):
                raise Problem(
                    422, "key_used", "This Idempotency-Key was used for another picture: send a new one."
                )
        if len(before) >= proofs.MOST_OF_A_SHIPMENT:
            _count(portal, "too_many")
            raise Problem(
                409,
                "too_many_proofs",
                f"This shipment has {proofs.MOST_OF_A_SHIPMENT} pictures already: name some of those.",
                more={"reason": "too_many_proofs"},
            )
        picture = await _picture(portal, raw, kind)
        proof = Proof(wanted, picture.kind)
        await objects.put(proofs.key_of(shipment, proof), picture.data)
    _count(portal, "taken")
    portal.metrics.proof_bytes.inc(len(picture.data))
    log.info(
        "proof.taken",
        shipment=shipment,
        kind=picture.kind,
        bytes=len(picture.data),
        width_px=picture.width_px,
        height_px=picture.height_px,
    )
    return ProofTaken(proof=proof.id, kind=proof.kind)


@router.get(
    "/v1/link/proofs",
    summary="The pictures that the recipient's page shows",
    response_model=list[ProofShown],
    response_model_exclude_none=True,
    responses=responses(401, 404, 429, 503),
)
async def link_proofs(portal: PortalDep, request: Request, _: TicketDep) -> list[ProofShown]:
    """Of this link's shipment, in the order of its history. Their addresses are good for five minutes, and
    only as long as the link is."""
    link = await link_of_ticket(portal, request)
    stage = await portal.views.stage(link.shipment)
    if stage is None:
        raise unavailable("The shipment is being read up. Ask again in a few seconds.")
    return await _shown(portal, stage, link.link)


@router.get(
    "/v1/shipments/{shipment}/proofs",
    summary="The pictures of a shipment",
    response_model=list[ProofShown],
    response_model_exclude_none=True,
    responses=responses(401, 404, 422, 429, 503),
)
async def shipment_proofs(portal: PortalDep, caller: CallerDep, shipment: PathId) -> list[ProofShown]:
    """What its reports have named, in the order of its history, each with an address for five minutes."""
    return await _shown(portal, await stage_of(portal, caller, shipment), None)


@router.get(
    "/v1/proofs/{token}",
    summary="A picture, by its short-lived address",
    responses={
        200: {
            "description": "The picture.",
            "content": {kind: {"schema": _BODY} for kind in proofs.MEDIA_TYPES.values()},
        },
        **responses(404, 422, 429, 503),
    },
    response_class=Response,
)
async def proof(portal: PortalDep, request: Request, token: str) -> Response:
    """One answer for an address that is made up, past its time, of a link that is gone, or of a picture that
    is kept no longer."""
    await portal.link_limit.hit(request)
    try:
        given = portal.passes.verify(token, now_ms=portal.now_ms())
        if given.link is not None:
            await good_link(portal, given.link, given.shipment)
        kept = Proof(given.proof, given.kind)
        if not proofs.kept(given.proof[:8], portal.settings.proof_days, portal.now_ms()):
            raise NoSuchObject
        data = await _objects(portal).get(proofs.key_of(given.shipment, kept))
    except (TicketRefused, NoSuchObject):
        raise _gone(portal) from None
    except Problem as problem:
        if problem.status == 404:
            raise _gone(portal) from None
        raise
    portal.metrics.proofs_shown.labels("shown").inc()
    return Response(
        data,
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            "Content-Disposition": f'inline; filename="proof{proofs.SUFFIXES[given.kind]}"',
        },
        media_type=proofs.MEDIA_TYPES[given.kind],
    )


async def forget(portal: Portal, shipment: str) -> int:
    """Delete every picture of the shipment, named in a report or not; how many.

    Raises:
        ObjectsUnavailable: some may be left; asking again goes on.
    """
    if portal.objects is None:
        return 0
    days = await portal.objects.folders(proofs.ROOT)
    found = await asyncio.gather(*(portal.objects.listed(proofs.folder_of(day, shipment)) for day in days))
    keys = [stored.key for folder in found for stored in folder]
    await portal.objects.delete(keys)
    portal.metrics.proofs_removed.labels("forgotten").inc(len(keys))
    return len(keys)


def _objects(portal: Portal) -> Objects:
    if portal.objects is None:
        raise unavailable("Pictures can't be kept or read just now. Ask again in a few seconds.")
    return portal.objects


def _gone(portal: Portal) -> Problem:
    portal.metrics.proofs_shown.labels("gone").inc()
    return Problem(404, "not_found", "There is no picture at this address, or no longer: ask for a new one.")


def _count(portal: Portal, result: str) -> None:
    portal.metrics.proofs.labels(result).inc()


async def _body(request: Request) -> bytes:
    """The whole body; larger ones are ended by `BodyLimit`."""
    try:
        async with asyncio.timeout(BODY_S):
            return await request.body()
    except TimeoutError:
        raise Problem(
            408,
            "too_slow",
            f"The picture did not come within {BODY_S:.0f} s: send it again.",
            headers={"Connection": "close"},
        ) from None
    except ClientDisconnect:  # nobody hears this; a phone in a lift is no error of ours
        raise Problem(400, "cut_off", "The picture did not come whole: send it again.") from None


async def _picture(portal: Portal, raw: bytes, kind: proofs.Kind | None) -> Picture:
    began = time.perf_counter()
    try:
        picture = await portal.imaging.made(raw, kind)
    except Unusable as error:
        _count(portal, "unusable")
        status = 413 if error.code == "too_many_pixels" else 422
        raise Problem(status, error.code, error.detail, more={"reason": error.code}) from None
    portal.metrics.proof_seconds.observe(time.perf_counter() - began)
    return picture


async def _lately(objects: Objects, shipment: str, now_ms: int) -> list[Proof]:
    """What was taken in for the shipment today and yesterday."""
    days = proofs.days_back(now_ms, DAYS_A_REPEAT_MAY_SPAN)
    found = await asyncio.gather(*(objects.listed(proofs.folder_of(day, shipment)) for day in days))
    return [proof for folder in found for stored in folder if (proof := proofs.of_key(stored.key))]


async def _shown(portal: Portal, stage: StageView, link: str | None) -> list[ProofShown]:
    named = proofs.named_in(stage.history)
    if not named:
        return []
    objects, now_ms = _objects(portal), portal.now_ms()
    days = proofs.days_named(stage.history, portal.settings.proof_days, now_ms)
    folders = await asyncio.gather(*(objects.listed(proofs.folder_of(d, stage.shipment)) for d in days))
    there = {p.id: p for folder in folders for stored in folder if (p := proofs.of_key(stored.key))}
    answers: list[ProofShown] = []
    for seq, id in named:
        kept = there.get(id)
        if kept is None:
            answers.append(ProofShown(seq=seq, proof=id))
            continue
        token, expires_ms = portal.passes.sign(stage.shipment, kept, link, now_ms=now_ms)
        answers.append(
            ProofShown(
                seq=seq,
                proof=id,
                kind=kept.kind,
                url=f"/v1/proofs/{token}",
                expires_at=from_ms(expires_ms),
            )
        )
    return answers
