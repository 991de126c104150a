"""Settings of `notifier`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from shared.adapters import mime
from shared.adapters.smtp import Server
from shared.config import CommonSettings
from shared.domain.outbound import Allowed
from shared.domain.webhooks import Secrets
from shared.tickets import MIN_KEY_LENGTH


class Settings(CommonSettings):
    """By which servers it sends, and as whom; and what links in messages lead to."""

    part: str = "notifier"
    notifier_port: int = Field(default=0, ge=0, le=65_535)
    """Probes and metrics, for this machine alone; 0: none."""
    public_url: str = "http://127.0.0.1:8080"
    """Where recipients' browsers reach the portal: what links in messages begin with."""
    ticket_key: SecretStr = Field(min_length=MIN_KEY_LENGTH)
    """The portal's: links, marks of contacts and the one click that ends messages follow from it."""
    contact_key: SecretStr = SecretStr("")
    """The portal's: makes the marks of contacts; empty: the ticket key's last."""
    link_days: int = Field(default=14, ge=1, le=60)
    """How long a link in a message is good; it is over anyway some days after the delivery."""
    notice_lease_s: int = Field(default=120, ge=4)
    """How long a notifier may take to send a message; if it has not said by then how that went, another one
    takes it up."""
    webhook_key: SecretStr = SecretStr("")
    """The portal's: webhooks' secrets follow from it; empty: none are sent."""
    webhook_allow: str = ""
    """`host:port` that webhooks may reach though it is not public, and without TLS; comma-separated."""
    smtp_url: str = Field(default="", repr=False)
    """The mail server, `smtp://host:25` (encrypted where it offers that), `smtp+starttls://host:587`,
    `smtps://host:465`; empty: no mail is sent."""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_ca_file: Path | None = None
    """Certificates that the mail server's may be signed with, beside those that the machine trusts."""
    mail_from: str = "notices@dromos.localhost"
    """The address that messages come from, under whatever name."""
    mail_domain: str = "dromos.localhost"
    """Of ids of messages, and of the addresses that answers and servers' reports go to."""
    mail_in_host: str = "127.0.0.1"
    """Where mail for `mail_domain` is taken: the server that it comes to relays it there, in clear."""
    mail_in_port: int = Field(default=0, ge=0, le=65_535)
    """0: none is taken; answers then go to the shop's own address, and reports to `mail_from`."""
    sms_url: str = ""
    """The SMS gateway, which speaks Twilio's API of messages, such as https://api.twilio.com; empty: no SMS
    are sent."""
    sms_account: str = ""
    sms_token: SecretStr = SecretStr("")
    """The account's; while it is being changed several separated by commas: the first is used, each may sign
    receipts."""
    sms_from: str = ""
    """A number or a name of ours, or the id of a messaging service (MG...)."""
    messengers_file: Path | None = None
    """A JSON object of merchants and the messenger's address (apprise's) at which each is told at once what
    needs it; the addresses are secrets. Shops that are not in it hear nothing there."""
    messengers: str = "tgram,whatsapp,viber,line,threema,discord,slack,gchat,wxteams"
    """Those that may be written to, by apprise's names, separated by commas; empty: none. These have servers
    of their own. Where an address says the server, as in `matrix` or `json`, whoever writes it lets the
    notifier call any machine that it can reach."""

    @field_validator("webhook_key")
    @classmethod
    def _webhook_key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            Secrets(value.get_secret_value())
        return value

    @field_validator("webhook_allow")
    @classmethod
    def _webhook_allow(cls, value: str) -> str:
        Allowed(value)
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        if value:
            Server.at(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _address(cls, value: str) -> str:
        return mime.address(value)

    @field_validator("mail_domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        return mime.address(f"x@{value}").partition("@")[2]

    @field_validator("sms_url")
    @classmethod
    def _gateway(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise ValueError("an address such as https://api.twilio.com")
        return value.rstrip("/")

    @property
    def messenger_schemes(self) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, self.messengers.split(","))))
