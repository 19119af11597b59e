"""The file .env, which Compose reads: what the options say; what the operator added stays."""

from __future__ import annotations

import argparse
from typing import Final
from urllib.parse import SplitResult, urlsplit

HEADER: Final = (
    "# Written by scripts/appliance install, which keeps what you add; no secret stands here."
)


def known_variables(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def with_variables(lines: list[str], own: dict[str, str]) -> str:
    """The lines of .env with these variables; all others stay as they are."""
    kept = [
        line
        for line in lines
        if not line.startswith("# Written by scripts/appliance")
        and line.partition("=")[0].strip() not in own
    ]
    return "\n".join([HEADER, *(f"{name}={value}" for name, value in own.items()), *kept, ""])


def variables(
    options: argparse.Namespace, address: SplitResult, known: dict[str, str]
) -> dict[str, str]:
    """What the options say, and where they say nothing what they said the last time."""
    url = f"https://{address.netloc}"
    former_port = known.get("PLUMBLINE_PORT") if known.get("PLUMBLINE_URL") == url else None
    return {
        "PLUMBLINE_URL": url,
        "PLUMBLINE_PORT": str(options.port or address.port or former_port or 443),
        "PLUMBLINE_BIND": options.bind or known.get("PLUMBLINE_BIND") or "0.0.0.0",
        "PLUMBLINE_DATA": str(options.data.resolve()),
        **syslog_variables(options.syslog),
    }


def syslog_variables(address: str | None) -> dict[str, str]:
    """With them the sealer's network has a way out."""
    if not address:
        return {}
    found = urlsplit(f"//{address}")
    return {
        "PLUMBLINE_SYSLOG_HOST": found.hostname or "",
        "PLUMBLINE_SYSLOG_PORT": str(found.port or 6514),
        "PLUMBLINE_SYSLOG_INTERNAL": "false",
    }
