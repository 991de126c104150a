"""Plain HTTP on the socket's port: /healthz, /readyz, and /metrics for this machine only."""

from __future__ import annotations

import ipaddress
from http import HTTPStatus
from typing import TYPE_CHECKING

from websockets.http11 import Request, Response

from services.gateway.fanout import Client

if TYPE_CHECKING:
    from services.gateway.server import Gateway


def answer(gateway: Gateway, client: Client, request: Request, *, proxied: bool) -> Response | None:
    """The answer to a probe; None: the request is for a websocket."""
    match request.path.partition("?")[0]:
        case "/healthz":
            return client.respond(HTTPStatus.OK, "ok\n")
        case "/readyz":
            if gateway.feed.ready and not gateway.draining:
                return client.respond(HTTPStatus.OK, "ready\n")
            why = "restarting" if gateway.draining else "the views can't be read"
            return client.respond(HTTPStatus.SERVICE_UNAVAILABLE, f"{why}\n")
        case "/metrics" if not proxied and _is_loopback(client.peer):
            return client.respond(HTTPStatus.OK, exposition(gateway))
        case "/metrics":
            return client.respond(HTTPStatus.NOT_FOUND, "not found\n")
    return None


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False


def exposition(gateway: Gateway) -> str:
    """This process's counters as Prometheus text format 0.0.4.

    Written from the counters that the hot path keeps as plain integers: a client library's counter costs
    more than what it would count. With several processes a scrape meets one of them; `process` names it."""
    board, fanout, feed = gateway.board, gateway.fanout, gateway.feed
    process = f'process="{gateway.settings.gateway_number}"'
    lines: list[str] = []

    def family(name: str, kind: str, text: str, *samples: tuple[str, float]) -> None:
        full = f"dromos_gateway_{name}"
        lines.extend((f"# HELP {full} {text}", f"# TYPE {full} {kind}"))
        for labels, value in samples:
            lines.append(f"{full}{{{process}{labels}}} {value}")

    family("connections", "gauge", "TCP connections.", ("", gateway.door.connections))
    family("sessions", "gauge", "Sessions that have been let in.", ("", len(fanout.clients)))
    family("rooms", "gauge", "Shipments watched.", ("", len(board.rooms)))
    family("stalled", "gauge", "Sessions whose buffer is not empty.", ("", len(fanout.stalled)))
    family("stale", "gauge", "1 while the views have not been read lately.", ("", int(feed.stale)))
    family("frames_delivered_total", "counter", "Frames written.", ("", fanout.delivered))
    family("frames_built_total", "counter", "Frames serialised.", ("", fanout.built))
    family("conflated_total", "counter", "Pictures a slow client was not sent.", ("", fanout.conflated))
    family("batches_total", "counter", "Live batches heard.", ("", feed.batches))
    family("gaps_total", "counter", "Gaps in their numbers.", ("", feed.gaps))
    family("passes_total", "counter", "Whole passes over the watched keys.", ("", feed.passes))
    family("pass_seconds", "gauge", "How long the last pass took.", ("", round(feed.pass_s, 6)))
    family("failures_total", "counter", "Reads of views that failed.", ("", feed.failures))
    family("loop_lag_seconds", "gauge", "How late the event loop has been.", ("", round(gateway.lag_s, 6)))
    closed = [(f',reason="{reason}"', float(count)) for reason, count in sorted(gateway.closed.items())]
    family("closed_total", "counter", "Sessions ended or refused, by reason.", *closed)
    return "\n".join(lines) + "\n"
