"""Where phones post: raw ASGI, since every position of every courier passes here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from starlette.types import Receive, Scope, Send

from services.ingest.core.credentials import presented
from services.ingest.core.protocols.phone import (
    MAX_READINGS,
    PhoneProtocol,
    PhoneRequest,
    Result,
    unreadable,
)
from services.ingest.core.query import EMPTY, parse
from services.ingest.core.reading import Decoded, Reason
from services.ingest.core.records import NOTHING, PARKED, Entry, entry
from services.ingest.core.scrub import scrub
from services.ingest.http import ClientGone, pick, read_body
from services.ingest.intake import Intake
from services.ingest.problems import Problem, too_large, unauthorised
from shared import logs, trace
from shared.contracts.devices import Device

log = logs.get(__name__)

MAX_QUERY_BYTES = 8_192


class PhoneDoor:
    """All protocols that share one path."""

    def __init__(self, intake: Intake, protocols: Sequence[PhoneProtocol]) -> None:
        self._intake, self._protocols = intake, tuple(protocols)
        self._carriers = frozenset(c for p in protocols for c in p.carriers)
        self._methods = frozenset(m for p in protocols for m in p.methods)
        self._challenge = "Basic" if "basic" in self._carriers and "query" not in self._carriers else "Bearer"
        self._label = protocols[0].path.rpartition("/")[2]
        self._types = {p.name: p.media_type.encode() for p in protocols}

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, path_secret: str | None = None
    ) -> None:
        try:
            protocol, body = await self._take_in(scope, receive, path_secret)
        except Problem as problem:
            self._intake.metrics.requests.add(self._label, str(problem.status))
            await problem.response()(scope, receive, send)
            return
        except ClientGone:
            return
        self._intake.metrics.requests.add(protocol.name, "200")
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", self._types[protocol.name]),
                    (b"content-length", b"%d" % len(body)),
                    (b"cache-control", b"no-store"),
                ],
            }
        )
        await send({"type": "http.response.body", "body": body})

    async def _take_in(
        self, scope: Scope, receive: Receive, path_secret: str | None
    ) -> tuple[PhoneProtocol, bytes]:
        """Everything from the request to the acknowledgement; returns the protocol and its answer."""
        intake = self._intake
        if scope["method"] not in self._methods:
            allowed = ", ".join(sorted(self._methods))
            detail = f"Use {allowed}."
            raise Problem(405, "method", "Method not allowed", detail, headers={"allow": allowed})
        intake.check_read_up()
        received_ms = intake.now_ms()
        headers = pick(scope["headers"])
        trace.take_up(_text(headers.get(b"traceparent")))
        raw_query: bytes = scope["query_string"]
        if len(raw_query) > MAX_QUERY_BYTES:
            detail = f"A query has at most {MAX_QUERY_BYTES} bytes."
            raise Problem(414, "query_too_long", "Query too long", detail)
        query = parse(raw_query) if raw_query else EMPTY
        credentials = presented(
            headers.get(b"authorization"), path=path_secret, query=query.secret, carriers=self._carriers
        )
        device = intake.device_keys.find(credentials.secret, received_ms) if credentials else None
        if credentials is None or device is None:
            intake.metrics.refused.add("secret")
            raise unauthorised(self._challenge)
        intake.limit_device(device.device)
        if device.hub is not None:
            detail = "This device is a hub's scanner: it reports on shipments and posts no positions."
            raise Problem(403, "scanner", "Not a courier's device", detail)
        intake.take_places()
        try:
            body = await read_body(
                receive,
                headers,
                max_bytes=intake.settings.ingest_max_body_bytes,
                timeout_s=intake.settings.ingest_body_timeout_s,
            )
        finally:
            intake.leave()
        request = PhoneRequest(
            scope["method"],
            query,
            (_text(headers.get(b"content-type")) or "").strip().lower(),
            body,
            received_ms,
            credentials.user,
            {"x-limit-u": _text(headers.get(b"x-limit-u")), "x-limit-d": _text(headers.get(b"x-limit-d"))},
        )
        protocol = next(p for p in self._protocols if p.takes(request))
        results = await self._write(device, protocol, request, credentials.secret)
        return protocol, protocol.answer(results)

    async def _write(
        self, device: Device, protocol: PhoneProtocol, request: PhoneRequest, secret: str
    ) -> list[Result]:
        intake = self._intake
        decoded = self._decode(protocol, request)
        if not decoded.claimed_by(device.device):
            intake.metrics.refused.add("other_device")
            if intake.throttle.due(f"claim {device.device}"):
                log.warning("ingest.other_device_claimed", device=device.device, protocol=protocol.name)
            raise unauthorised(self._challenge)
        count = len(decoded.readings)
        if count > MAX_READINGS:
            raise too_large(f"A request holds at most {MAX_READINGS} positions: send them in parts.")
        if count > 1:
            intake.limit_device(device.device, count)
        strip = partial(scrub, secret=secret, is_secret=intake.knows_secret)
        entries: list[Entry] = []
        results: list[Result] = []
        for reading in decoded.readings:
            made = entry(device, protocol.name, reading, request.received_ms, strip)
            if made is not None:
                entries.append(made)
                if made.topic is PARKED:
                    await asyncio.sleep(0)  # parking looks at the message's text: others get their turn
            results.append(NOTHING if made is None else made.result)
        if entries:
            intake.take_places(len(entries))
            try:
                await intake.append(device.courier, entries)
            finally:
                intake.leave(len(entries))
        if entries and trace.sampled():
            log.info("positions.taken", device=device.device, courier=device.courier, count=len(entries))
        metrics = intake.metrics
        for result in results:
            metrics.readings.add(protocol.name, result.result)
            if result.reason is not None:
                metrics.parked.add(result.reason)
        return results

    def _decode(self, protocol: PhoneProtocol, request: PhoneRequest) -> Decoded:
        """A decoder that fails is a defect; a 500 would make the phone repeat the message for ever and hold
        back all newer ones, so it is parked and can be redriven."""
        try:
            return protocol.decode(request)
        except Exception as error:
            if self._intake.throttle.due("decoder"):
                log.error("ingest.decoder_failed", protocol=protocol.name, error=type(error).__name__)
            raw = request.query.raw or request.body
            detail = f"the decoder of {protocol.name} failed"
            return Decoded([unreadable(raw, detail, Reason.DECODER_FAILED)])


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")
