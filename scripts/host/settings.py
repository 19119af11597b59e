"""What can be configured: every setting once, and what does not go together."""

from __future__ import annotations

from typing import Callable, Final, Mapping, NamedTuple, Optional

from host import values
from host.sizes import SIZES, needed_beside_clones

Key = tuple[str, str]
"""Section and name."""


class Setting(NamedTuple):
    section: str
    name: str
    default: str
    """As it stands in the file; empty where nothing is set."""
    parse: Callable[[str], str]
    """Returns the value as it is kept. Raises ValueError with what it must be."""
    about: str
    variable: str = ""
    """The variable in .env that it becomes as it stands, where it has a value."""

    @property
    def key(self) -> Key:
        return self.section, self.name


SETTINGS: Final = (
    Setting(
        *("site", "url", "", values.site),
        "The address that people open: https://HOST or https://HOST:PORT.",
        "PLUMBLINE_URL",
    ),
    Setting(
        *("site", "port", "", values.port),
        "The port to publish, where it is not the address's own.",
    ),
    Setting(
        *("site", "bind", "0.0.0.0", values.address),
        "The address of this machine to publish on; 0.0.0.0 is all.",
        "PLUMBLINE_BIND",
    ),
    Setting(
        *("site", "security_contact", "", values.contact),
        "Where whoever finds a weakness tells it: mailto:ADDRESS or https://…; it stands in /.well-known/security.txt.",
        "PLUMBLINE_SECURITY_CONTACT",
    ),
    Setting(
        *("data", "folder", "/var/lib/plumbline", values.folder),
        "Where the database's files, journals and heads of the audit log are kept.",
        "PLUMBLINE_DATA",
    ),
    Setting(
        *("data", "keys", "/etc/plumbline/keys", values.folder),
        "Where keys, passwords and certificates are kept, so that no copy of the data holds what opens them.",
        "PLUMBLINE_KEYS",
    ),
    Setting(
        *("tls", "certificate", "", values.file),
        "PEM of your own certificate with its chain; without one the installation's own authority issues it.",
    ),
    Setting(*("tls", "key", "", values.file), "PEM of that certificate's key."),
    Setting(
        *("tls", "authority", "", values.file),
        "PEM of the authority at the end of that chain, where it is one of your own that this machine does not know.",
    ),
    Setting(
        *("balancer", "trusted", "", values.words(values.balancers)),
        "Addresses or networks of balancers before this one, whose word about a caller's address is taken.",
        "PLUMBLINE_TRUSTED_PROXIES",
    ),
    Setting(
        *("balancer", "proxy_protocol", "off", values.one_of("on", "off")),
        "on: they tell it by the PROXY protocol, not by X-Forwarded-For, and nobody gets in without it.",
        "PLUMBLINE_PROXY_PROTOCOL",
    ),
    Setting(
        *("syslog", "server", "", values.server),
        "HOST or HOST:PORT where heads of the audit log go, by syslog over TLS; the port is 6514 where none is said.",
    ),
    Setting(*("syslog", "authority", "", values.file), "PEM of the authority of that server."),
    Setting(
        *("mail", "server", "", values.server),
        "HOST or HOST:PORT of the server that takes mail: STARTTLS at 587, or where said; TLS at once at 465.",
    ),
    Setting(
        *("mail", "from", "", values.mail_address),
        "The address that mail comes from.",
        "PLUMBLINE_MAIL_FROM",
    ),
    Setting(
        *("mail", "user", "", values.user),
        "Who signs in at that server, where it asks for somebody.",
        "PLUMBLINE_MAIL_USER",
    ),
    Setting(
        *("mail", "password", "", values.file),
        "A file with that user's password, which is copied for the worker alone; after a change: apply.",
    ),
    Setting(
        *("mail", "authority", "", values.file),
        "PEM of the authority of that server's certificate, where it is one of your own.",
    ),
    Setting(
        *("size", "developers", "50", values.one_of(*SIZES)),
        f"For up to so many developers ({', '.join(SIZES)}): the services' limits and Postgres go by it.",
    ),
    Setting(
        *("size", "clone_space", "", values.size),
        "Memory for clones of repositories, where the largest does not fit into what the size gives.",
        "PLUMBLINE_CLONE_SPACE",
    ),
    Setting(
        *("size", "worker_memory", "", values.size),
        "Limit of the worker's memory, clones included, where it is not the size's.",
        "PLUMBLINE_WORKER_MEMORY",
    ),
    Setting(
        *("kept", "audit_days", "730", values.number(365, 36500)),
        "How long the audit log is kept, in days.",
        "PLUMBLINE_AUDIT_DAYS",
    ),
    Setting(
        *("kept", "backups_days", "35", values.number(1, 400)),
        "How old the oldest backup gets, in days; certificates of erasure tell that day.",
        "PLUMBLINE_BACKUPS_KEPT_DAYS",
    ),
    Setting(
        *("backup", "to", "", values.backup_place),
        "Where backups go: a folder of another disk, or sftp://USER@HOST[:PORT]/FOLDER; else below [data] folder.",
        "PLUMBLINE_BACKUPS_TO",
    ),
    Setting(
        *("backup", "recipients", "", values.words(values.recipient)),
        "Public keys of age (age1…) whose owners can open backups; their private halves do not belong here.",
        "PLUMBLINE_BACKUPS_RECIPIENTS",
    ),
    Setting(
        *("outside", "proxy", "", values.proxy),
        "Your own proxy to everything outside this machine: http://HOST:PORT.",
    ),
    Setting(
        *("outside", "also", "", values.words(values.server)),
        "Hosts, or HOST:PORT, that the services may reach besides those of connections and identity providers.",
    ),
    Setting(
        *("outside", "direct", "", values.words(values.server)),
        "Hosts that are reached without your proxy.",
    ),
    Setting(
        *("metrics", "allow", "", values.words(values.network)),
        "Addresses or networks that may read numbers for Prometheus, with the token web/metrics_token of the keys.",
    ),
    Setting(
        *("metrics", "publish", "", values.listener),
        "ADDRESS:PORT of this machine where they are told; without it a free port that this machine alone reaches.",
        "PLUMBLINE_METRICS",
    ),
)
BY_KEY: Final = {setting.key: setting for setting in SETTINGS}
SECTIONS: Final = tuple(dict.fromkeys(setting.section for setting in SETTINGS))


class Contradiction(NamedTuple):
    key: Key
    """The setting at whose line it is told."""
    told: Callable[[Mapping[Key, str]], Optional[str]]
    """What to do about it, where these values do not go together."""


def _needs(section: str, name: str, beside: str, why: str) -> Contradiction:
    return Contradiction(
        (section, name),
        lambda found: (
            f"needs {beside} beside it: {why}."
            if found[section, name] and not found[section, beside]
            else None
        ),
    )


def _together(section: str, one: str, other: str, why: str) -> tuple[Contradiction, Contradiction]:
    return _needs(section, one, other, why), _needs(section, other, one, why)


def _needed(found: Mapping[Key, str]) -> str | None:
    return (
        None if found["site", "url"] else "is missing: say at which https:// address people come."
    )


def _worker_fits(found: Mapping[Key, str]) -> str | None:
    size = SIZES[found["size", "developers"]]
    space = found["size", "clone_space"] or size.clone_space
    memory = found["size", "worker_memory"] or size.worker_memory
    least = values.megabytes(space) + needed_beside_clones(size)
    if values.megabytes(memory) >= least:
        return None
    return f"must be at least {least}m: clones of {space} count against it."


def _balancer_to_believe(found: Mapping[Key, str]) -> str | None:
    if found["balancer", "proxy_protocol"] == "off" or found["balancer", "trusted"]:
        return None
    return "needs trusted beside it: nobody's word would be taken."


def _proxy_to_pass_by(found: Mapping[Key, str]) -> str | None:
    if found["outside", "proxy"] or not found["outside", "direct"]:
        return None
    return "says nothing without proxy: everything is reached directly."


CONTRADICTIONS: Final = (
    Contradiction(("site", "url"), _needed),
    *_together("tls", "certificate", "key", "certificate and key belong together"),
    *_together("syslog", "server", "authority", "the server must be verified"),
    *_together("mail", "server", "from", "mail goes by a server and comes from an address"),
    *_together("mail", "user", "password", "who signs in has a password"),
    _needs("mail", "user", "server", "there is nobody to sign in with"),
    _needs("mail", "authority", "server", "there is nobody to verify"),
    Contradiction(("balancer", "proxy_protocol"), _balancer_to_believe),
    Contradiction(("size", "worker_memory"), _worker_fits),
    Contradiction(("outside", "direct"), _proxy_to_pass_by),
)
