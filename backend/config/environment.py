"""The appliance's configuration: typed, from environment variables and secret files, checked before anything starts.

Environment variables carry addresses and names (PLUMBLINE_…). Secrets stand in files of their own in
`secrets_dir`; a process sees only the files that its role needs, so an absent file means "not my business".
"""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PLUMBLINE_", extra="forbid")

    mode: Mode = Mode.PRODUCTION
    url: str = "https://localhost"
    """The address that people open; its host is the only one accepted."""

    database_host: str = "postgres"
    database_port: int = 5432
    database_name: str = "plumbline"
    database_user: str = "web"
    database_ca_file: Path | None = None
    """Authority of the database's certificate; required in production (verify-full)."""

    broker_host: str = "valkey"
    broker_port: int = 6379
    broker_user: str = "default"
    broker_ca_file: Path | None = None
    """Authority of the broker's certificate; required in production."""

    release: str = ""
    """Of the images, as its bundle names it: version and commit; "dev" or empty where they were built here."""

    secrets_dir: Path = Path("/run/secrets")
    scratch_dir: Path = Path("/scratch")
    """Memory-backed space for clones; the worker refuses to clone anywhere else in production."""
    worker_heartbeat: Path | None = None
    """A file that the worker touches as long as it takes up work."""
    tombstones_dir: Path = Path("/tombstones")
    """Where the journal of tombstones stands: outside the database, so that no old backup takes it along."""
    certificates_dir: Path = Path("/certificates")
    """Copies of the installation's certificates, without keys, to tell how long they are good."""
    at_rest_dir: Path = Path("/run/at-rest")
    """Where the host tells, signed, what the data stand on."""
    frontend_dir: Path = Path(__file__).resolve().parents[2] / "frontend" / "dist"
    static_root: Path = Path(__file__).resolve().parents[2] / "static"
    docs_dir: Path = Path(__file__).resolve().parents[2] / "docs"
    audit_days: int = Field(730, ge=365)
    """How long the audit log is kept; the database itself keeps it for a year at least."""
    audit_heads_dir: Path | None = None
    """Where the sealer writes signed heads of the audit log; required of it."""
    proxy: str = ""
    """The allow-list proxy, the one way out, as http://host:port; empty: as the machine's own variables say."""
    egress_list: Path | None = None
    """What the host has opened, a destination a line, for reviewers to see; the proxy goes by a file of its own."""
    syslog_host: str = ""
    """Where the sealer sends signed heads of the audit log, by syslog over TLS; empty: nowhere."""
    syslog_port: int = 6514
    syslog_ca_file: Path | None = None
    """Authority of that server's certificate."""
    security_contact: str = ""
    """Where whoever finds a weakness tells it, mailto: or https:; empty: nobody is named."""
    mail_host: str = ""
    """The server that takes mail; empty: none is sent."""
    mail_port: int = 587
    """At 465 TLS begins at once, elsewhere by STARTTLS; without it nothing is said."""
    mail_from: str = ""
    """The address that mail comes from; given to the worker, which alone sends."""
    mail_user: str = ""
    """Who signs in there, with the secret mail_password; empty: nobody does."""
    mail_ca_file: str = ""
    """Authority of that server's certificate; empty: those that the system knows."""
    backups_kept_days: int = Field(35, ge=1, le=400)
    """After so many days the last backup is gone that still holds what was erased: certificates tell that day."""
    clock_offset: int = 0
    """Seconds from now to the day that the demo shows; refused in production."""

    def secret(self, name: str) -> SecretStr:
        """The content of one secret file, without the newline at its end.

        Raises FileNotFoundError or PermissionError, naming the file, where this process was not given it.
        """
        return SecretStr((self.secrets_dir / name).read_text().removesuffix("\n"))


ENVIRONMENT = Environment()
