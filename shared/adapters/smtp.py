"""E-mail over SMTP (RFC 5321) by aiosmtplib: a few connections, each reused for a short while."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from shared.adapters import mime
from shared.ports.mailer import Mail
from shared.ports.sending import Failed, Reason, Sending, Sent, Unsure

COMMAND_S = 20.0
IDLE_S = 15.0
CONNECTIONS = 4
_QUIT_S = 2.0
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463 §2


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. `security`: `tls` from the first byte, `starttls` or nothing goes, `auto` as the server
    offers it."""

    host: str
    port: int
    security: Literal["auto", "starttls", "tls"] = "auto"
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def at(cls, url: str, username: str = "", password: str = "") -> Server:
        """The server at `smtp://host:port`, `smtp+starttls://` or `smtps://`; a login in the address goes
        before the one told. A login leaves for another machine only encrypted.

        Raises:
            ValueError: it is no such address.
        """
        wrong = "an address such as smtp://127.0.0.1:8025, smtp+starttls://mail.example.org or smtps://..."
        try:
            parts = urlsplit(url)
            known = {"smtp": ("auto", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}
            security, port = known[parts.scheme]
            host, port = parts.hostname or "", parts.port or port
        except (ValueError, KeyError):
            raise ValueError(wrong) from None
        if not host or parts.path not in ("", "/"):
            raise ValueError(wrong)
        username = unquote(parts.username or "") or username
        password = unquote(parts.password or "") or password
        if username and security == "auto" and host not in mime.LOOPBACK:
            security = "starttls"
        return cls(host, port, security, username or None, password or None)  # type: ignore[arg-type]


class SmtpMailer:
    """`Mailer` that sends from the address `own`, a message a transaction. `name` is what we say in EHLO."""

    def __init__(
        self,
        server: Server,
        own: str,
        *,
        name: str | None = None,
        ca_file: Path | None = None,
        command_s: float = COMMAND_S,
        idle_s: float = IDLE_S,
        connections: int = CONNECTIONS,
    ) -> None:
        self._server, self._own, self._name = server, mime.address(own), name
        self._ca_file, self._command_s, self._idle_s = ca_file, command_s, idle_s
        self._slots = asyncio.Semaphore(connections)
        self._idle: dict[SMTP, asyncio.Task[None]] = {}

    async def send(self, mail: Mail) -> Sending:
        try:
            recipient = mime.address(mail.to)
            sender = mime.address(mail.bounce_to) if mail.bounce_to is not None else self._own
        except ValueError:
            return Failed(True, "", Reason.ADDRESS)
        content = bytes(mime.build(mail, self._own))
        async with self._slots:
            if (idle := self._take()) is not None:
                with contextlib.suppress(_Gone):  # closed while nobody used it
                    return await self._hand_over(idle, sender, recipient, content, mail.message_id)
            try:
                fresh = await self._connect()
                return await self._hand_over(fresh, sender, recipient, content, mail.message_id)
            except _Gone:
                return Failed(False, "", Reason.AWAY)
            except _NotOpen as error:
                return error.failed

    async def close(self) -> None:
        while (client := self._take()) is not None:
            await _quit(client)

    async def _connect(self) -> SMTP:
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            local_hostname=self._name,
            timeout=self._command_s,
            use_tls=server.security == "tls",
            start_tls={"auto": None, "starttls": True, "tls": False}[server.security],
            cert_bundle=None if self._ca_file is None else str(self._ca_file),
        )
        try:
            await client.connect()
        except SMTPResponseException as error:
            client.close()
            known = Reason.BUSY if 400 <= error.code < 500 else Reason.ACCOUNT
            raise _NotOpen(Failed(False, _code(error), known)) from error
        except (SMTPConnectError, SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            client.close()
            certificate = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
            raise _NotOpen(Failed(False, "", Reason.ACCOUNT if certificate else Reason.AWAY)) from error
        except SMTPException as error:  # no STARTTLS or no login where we need one
            client.close()
            raise _NotOpen(Failed(False, "", Reason.ACCOUNT)) from error
        except BaseException:
            client.close()
            raise
        return client

    async def _hand_over(
        self, client: SMTP, sender: str, recipient: str, content: bytes, message_id: str
    ) -> Sending:
        """One transaction (RFC 5321 §3.3).

        Raises:
            _Gone: the connection ended before the message was handed over.
        """
        handing_over, kept = False, False
        try:
            await client.mail(sender)
            await client.rcpt(recipient)
            handing_over = True
            await client.data(content)
            kept = True
            return Sent(message_id)
        except SMTPResponseException as error:
            if error.code == 421 and not handing_over:  # §3.8: it closes the connection
                raise _Gone from error
            kept = error.code != 421 and await _reset(client)
            return _refused(error)
        except (SMTPException, OSError) as error:
            if not handing_over:
                raise _Gone from error
            return Unsure("timeout" if isinstance(error, SMTPTimeoutError) else "cut")
        finally:
            if kept and client.is_connected:
                self._idle[client] = asyncio.create_task(self._expire(client), name="smtp-idle")
            else:
                client.close()

    def _take(self) -> SMTP | None:
        """A connection that is open as far as we know."""
        while self._idle:
            client, expiry = self._idle.popitem()
            expiry.cancel()
            if client.is_connected:
                return client
            client.close()
        return None

    async def _expire(self, client: SMTP) -> None:
        await asyncio.sleep(self._idle_s)
        if self._idle.pop(client, None) is not None:
            await _quit(client)


class _Gone(Exception):
    """There is no connection any more, and nothing was handed over."""


class _NotOpen(Exception):
    """There is no connection, and why."""

    def __init__(self, failed: Failed) -> None:
        self.failed = failed


async def _reset(client: SMTP) -> bool:
    """Ready the connection for another message; False: it is of no use."""
    try:
        await client.rset()
    except (SMTPException, OSError):
        return False
    return True


async def _quit(client: SMTP) -> None:
    try:
        async with asyncio.timeout(_QUIT_S):
            await client.quit()
    except (SMTPException, OSError):
        pass
    finally:
        client.close()


def _code(error: SMTPResponseException) -> str:
    """The reply's code and its enhanced one. The rest of it names the recipient."""
    found = _ENHANCED.match(error.message.strip())
    return f"{error.code} {found[0]}" if found else str(error.code)


def _refused(error: SMTPResponseException) -> Failed:
    """What a reply to MAIL, RCPT or DATA means for the message (RFC 5321 §4.2, RFC 3463 §3)."""
    code = _code(error)
    if not 500 <= error.code < 600:
        return Failed(False, code, Reason.BUSY)
    subject = code.partition(" 5.")[2].partition(".")[0]
    if subject in ("1", "2") and not isinstance(error, SMTPSenderRefused):  # addressing, mailbox
        return Failed(True, code, Reason.ADDRESS)
    match error:
        case SMTPRecipientRefused():
            return Failed(True, code, Reason.REFUSED if subject == "7" else Reason.ADDRESS)
        case SMTPDataError():
            return Failed(True, code, Reason.REFUSED)
    return Failed(False, code, Reason.ACCOUNT)
