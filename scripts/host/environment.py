"""The file .env, which Compose reads: what the configuration says; what else the operator added stays."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Mapping
from urllib.parse import urlsplit

from host import sizes
from host.configuration import Configuration
from host.settings import SETTINGS, Key
from host.sizes import SIZES

PROJECT: Final = Path(__file__).resolve().parents[2]
HEADER: Final = (
    "# Written by scripts/appliance install from its configuration; lines of your own are kept."
)
DERIVED: Final = (
    *("PLUMBLINE_PORT", "PLUMBLINE_SYSLOG_HOST", "PLUMBLINE_SYSLOG_PORT"),
    *("PLUMBLINE_MAIL_HOST", "PLUMBLINE_MAIL_PORT", "PLUMBLINE_MAIL_CA_FILE"),
)
FORMER: Final = ("PLUMBLINE_SYSLOG_INTERNAL",)
OWNED: Final = frozenset(
    {
        *DERIVED,
        *FORMER,
        *sizes.variables(SIZES["50"]),
        *(setting.variable for setting in SETTINGS if setting.variable),
    }
)
"""What the configuration alone says; lines of the operator's own for these would be a second truth."""


def variables(configuration: Configuration) -> dict[str, str]:
    """Everything that compose.yaml is told by .env."""
    own_port = urlsplit(configuration["site", "url"]).port
    found = {
        # What stands in the configuration by its own name goes above what the size says.
        **sizes.variables(SIZES[configuration["size", "developers"]]),
        **configuration.variables(),
        "PLUMBLINE_PORT": configuration["site", "port"] or str(own_port or 443),
    }
    for section, usual in (("syslog", 6514), ("mail", 587)):
        if server := configuration[section, "server"]:
            address = urlsplit(f"//{server}")
            found |= {
                f"PLUMBLINE_{section.upper()}_HOST": address.hostname or "",
                f"PLUMBLINE_{section.upper()}_PORT": str(address.port or usual),
            }
    if configuration["mail", "authority"]:
        # Else the server's certificate is of an authority that everybody knows.
        found["PLUMBLINE_MAIL_CA_FILE"] = "/run/secrets/mail_ca.pem"
    return found


def known_variables(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def keys_folder(known: Mapping[str, str]) -> Path:
    """Where secrets are; an installation that was not installed anew since had them among its data."""
    data = Path(known.get("PLUMBLINE_DATA") or "/var/lib/plumbline")
    return Path(known.get("PLUMBLINE_KEYS") or data / "secrets")


def with_variables(lines: list[str], own: Mapping[str, str]) -> str:
    """The lines of .env with these variables; what the configuration does not say stays as it is."""
    kept = [
        line
        for line in lines
        if not line.startswith("# Written by scripts/appliance")
        and line.partition("=")[0].strip() not in OWNED | set(own)
    ]
    return "\n".join([HEADER, *(f"{name}={value}" for name, value in own.items()), *kept, ""])


def adopted(known: Mapping[str, str]) -> dict[Key, str]:
    """The settings that an installation without a configuration file had in its .env and folders."""
    found = {
        setting.key: known[setting.variable] for setting in SETTINGS if known.get(setting.variable)
    }
    if not found:
        return {}
    data = Path(known.get("PLUMBLINE_DATA", "/var/lib/plumbline"))
    own_port = urlsplit(known.get("PLUMBLINE_URL", "")).port or 443
    if known.get("PLUMBLINE_PORT", str(own_port)) != str(own_port):
        found["site", "port"] = known["PLUMBLINE_PORT"]
    if host := known.get("PLUMBLINE_SYSLOG_HOST"):
        found["syslog", "server"] = f"{host}:{known.get('PLUMBLINE_SYSLOG_PORT', 6514)}"
        found["syslog", "authority"] = str(data / "secrets/sealer/syslog_ca.pem")
    if (data / "own-certificate").exists():
        found["tls", "certificate"] = str(data / "secrets/nginx/server.crt")
        found["tls", "key"] = str(data / "secrets/nginx/server.key")
    allowed = data / "secrets/nginx/metrics_allow.conf"
    if allowed.exists():
        networks = re.findall(r"^\s*allow\s+([^\s;]+);", allowed.read_text(), re.MULTILINE)
        found["metrics", "allow"] = " ".join(networks)
    return found
