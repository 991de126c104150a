"""What the mailbox is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """Ports, keys and addresses. `sms_replies` is where the gateway posts what people answer (a number's
    webhook), `mail_replies` the server that takes mail for our domain: without them nobody takes answers."""

    folder: Path
    smtp_port: int = 8025
    port: int = 8026
    account: str = "AC-local"
    token: str = field(default="local", repr=False)
    receipt_s: float = 0.7
    keep: int = 5_000
    """So many messages are kept; older ones go."""
    sms_replies: str | None = None
    mail_replies: str | None = None
    portal: tuple[str, str] | None = None
    """The portal's address from outside, and on this machine: what is posted to the one goes to the other,
    past a front door whose certificate is known to phones alone."""

    def reach(self, url: str) -> str:
        """Where a callback to `url` is posted to; it is signed for `url`."""
        if self.portal is None or not url.startswith(f"{self.portal[0]}/"):
            return url
        return self.portal[1] + url.removeprefix(self.portal[0])

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Options:
        """Read DROMOS_SMTP_PORT, DROMOS_MAILBOX_PORT, DROMOS_STATE_DIR, DROMOS_SMS_ACCOUNT, DROMOS_SMS_TOKEN
        and DROMOS_MAILBOX_RECEIPT_MS, _KEEP, _SMS_REPLIES, _MAIL_REPLIES (`smtp://host:port`); of the portal
        DROMOS_PUBLIC_URL and DROMOS_PORTAL_PORT."""
        public, portal = env.get("DROMOS_PUBLIC_URL"), env.get("DROMOS_PORTAL_PORT")
        return cls(
            folder=Path(env.get("DROMOS_STATE_DIR") or ".dromos") / "data" / "mailbox",
            smtp_port=int(env.get("DROMOS_SMTP_PORT") or cls.smtp_port),
            port=int(env.get("DROMOS_MAILBOX_PORT") or cls.port),
            account=env.get("DROMOS_SMS_ACCOUNT") or cls.account,
            token=env.get("DROMOS_SMS_TOKEN") or "local",
            receipt_s=int(env.get("DROMOS_MAILBOX_RECEIPT_MS") or 700) / 1000,
            keep=int(env.get("DROMOS_MAILBOX_KEEP") or cls.keep),
            sms_replies=env.get("DROMOS_MAILBOX_SMS_REPLIES") or None,
            mail_replies=env.get("DROMOS_MAILBOX_MAIL_REPLIES") or None,
            portal=(public.rstrip("/"), f"http://127.0.0.1:{portal}") if public and portal else None,
        )
