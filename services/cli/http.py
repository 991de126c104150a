"""The portal's and ingest's HTTP APIs, their refusals told as failures with what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from services.cli.config import CliSettings
from services.cli.output import Failure

if TYPE_CHECKING:
    import httpx

Role = Literal["admin", "merchant"]

NO_KEY = {
    "admin": "Set DROMOS_ADMIN_TOKEN to the portal's token.",
    "merchant": "Set DROMOS_MERCHANT_KEY to the shop's API key (`dromos merchant key SHOP` makes one), or"
    " DROMOS_ADMIN_TOKEN.",
}
REFUSED = {
    401: "Look whether {variable} holds the key you mean; `dromos merchant key SHOP` makes a new one.",
    403: "Set DROMOS_ADMIN_TOKEN: this is for the administrator.",
    429: "Wait {retry} s and try again.",
    503: "Wait a few seconds and try again, the same command: nothing is done twice.",
}

_KEY = re.compile(r"[!-~]+")  # what a header can hold, without blanks


class Api:
    """One server. `variable` is the setting that says where it is."""

    def __init__(
        self,
        name: str,
        address: str,
        variable: str,
        timeout_s: float,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        import httpx  # most of a second, for those who ask a server

        self._name, self._address, self._variable = name, address, variable
        self._client = httpx.Client(base_url=address, timeout=timeout_s, transport=transport)

    def ask(
        self,
        method: str,
        path: str,
        *,
        key: str,
        key_variable: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON object; empty where there is no body. `form` and `file` (its field and content)
        are sent instead of a JSON body.

        Raises:
            Failure: a key that can't be one, no answer, or a refusal.
        """
        import httpx

        key = key.strip()  # a file written on Windows ends its lines with \r
        if not _KEY.fullmatch(key):
            raise Failure(
                f"{key_variable} holds no key: it is empty, or has blanks or letters that no key has.",
                f"Set {key_variable} again, to the key as it was shown.",
            )
        try:
            answer = self._client.request(
                method,
                path,
                json=dict(body) if body is not None else None,
                data=dict(form) if form is not None else None,
                files={file[0]: ("file", file[1])} if file is not None else None,
                params=dict(params or {}),
                headers={"Authorization": f"Bearer {key}", **(headers or {})},
            )
        except httpx.InvalidURL as error:
            raise Failure(f"{self._address!r} is no address: {error}", f"Mend {self._variable}.") from error
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # its text repeats what was to be sent
            raise Failure(
                "The request can't be sent: a name or a key in it has signs that no header can hold.",
                "Write names and keys in plain letters, digits and hyphens.",
            ) from None
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise Failure(
                f"{self._name} does not answer at {self._address}: {reason}",
                f"Start the system with `dromos up`, or say where {self._name} is with {self._variable}.",
            ) from error
        return self._read(answer, key_variable)

    def _read(self, answer: httpx.Response, key_variable: str) -> dict[str, Any]:
        try:
            said = answer.json() if answer.content else {}
        except ValueError:
            said = None
        if answer.is_success and isinstance(said, dict):
            return said
        problem = said if isinstance(said, dict) else {}
        reason = problem.get("detail") or f"{self._name} answered {answer.status_code}"
        details = {k: problem[k] for k in ("reason", "errors", "command") if problem.get(k)}
        then = REFUSED.get(answer.status_code, "").format(
            variable=key_variable, retry=answer.headers.get("Retry-After", "a few")
        )
        if answer.is_success or (answer.status_code >= 500 and answer.status_code != 503):
            then = f"See the log of {self._name}."
        raise Failure(reason, then, details={"status": answer.status_code, **details})

    def close(self) -> None:
        self._client.close()


class Portal:
    """The portal as the administrator or as a merchant."""

    def __init__(self, settings: CliSettings, role: Role, merchant: str | None = None) -> None:
        self._api = Api("the portal", settings.portal_address, "DROMOS_PORTAL", settings.timeout_s)
        admin, shop = settings.admin_token.get_secret_value(), settings.merchant_key.get_secret_value()
        as_shop = role == "merchant" and bool(shop) and merchant is None
        self._key, self._variable = (
            (shop, "DROMOS_MERCHANT_KEY") if as_shop else (admin, "DROMOS_ADMIN_TOKEN")
        )
        if not self._key:
            raise Failure("There is no key to show the portal.", NO_KEY[role])
        self._headers = {"Dromos-Merchant": merchant} if merchant and not as_shop else {}

    def __enter__(self) -> Portal:
        return self

    def __exit__(self, *exc: object) -> None:
        self._api.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        wait_s: float | None = None,
        idempotency_key: str | None = None,
        form: Mapping[str, str] | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> dict[str, Any]:
        """As `Api.ask`; `wait_s`: wait so long for the command's outcome."""
        headers = dict(self._headers)
        if wait_s is not None:
            headers["Prefer"] = f"wait={wait_s:g}"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        return self._api.ask(
            method,
            path,
            key=self._key,
            key_variable=self._variable,
            body=body,
            params=params,
            headers=headers,
            form=form,
            file=file,
        )


def report(
    settings: CliSettings, shipment: str, body: Mapping[str, Any], key: str, key_variable: str, wait_s: float
) -> dict[str, Any]:
    """Post a status report to ingest and wait for its outcome."""
    api = Api("ingest", settings.ingest_address, "DROMOS_INGEST", settings.timeout_s)
    try:
        return api.ask(
            "POST",
            f"/v1/shipments/{shipment}/events",
            key=key,
            key_variable=key_variable,
            body=body,
            headers={"Prefer": f"wait={wait_s:g}"},
        )
    finally:
        api.close()
