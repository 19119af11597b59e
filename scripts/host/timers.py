"""Units of systemd: the volume and the appliance at boot, and what the host does by the clock."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple, Optional

from host.backup_keys import FOLDER as BACKUP_KEYS
from host.programs import run

FOLDER: Final = Path("/etc/systemd/system")
RUNNING: Final = Path("/run/systemd/system")
"""Where it is, systemd runs this machine (sd_booted(3))."""


class Job(NamedTuple):
    name: str
    command: str
    """The verb and its options."""
    about: str
    when: str
    """By systemd.time(7)."""
    spread: str
    """Up to so much later, so that many installations do not ask the same storage at once."""
    writes: Optional[str]
    """Folder below the keys, which may lie where the host's own configuration is closed; None: nothing there."""


JOBS: Final = (
    Job("backup", "backup", "Plumbline: backup", "*-*-* 02:30", "15min", BACKUP_KEYS),
    Job("drill", "drill", "Plumbline: restore drill", "Sun *-*-* 05:00", "30min", BACKUP_KEYS),
    # Each week: what was missed three times is told by alerts, a month before anything ends.
    Job("renew", "apply --certificates", "Plumbline: certificates", "Sat *-*-* 04:00", "30min", ""),
    # After the drill of the day before, which it tells of.
    Job("asvs", "asvs", "Plumbline: self-assessment", "Mon *-*-* 05:30", "30min", None),
)
VOLUME: Final = Path("/etc/plumbline/volume.json")
VOLUME_KEY: Final = Path("/etc/plumbline/volume.key")
# The command acts on the whole host by the engine, which is as much as root; what is taken from it is what it never
# needs, so that a fault in it is not made worse.
HARDENED: Final = """\
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
SystemCallArchitectures=native
UMask=0077
"""
CLOSED: Final = """\
ProtectHome=read-only
ProtectSystem=full
PrivateTmp=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
"""
SERVICE: Final = """\
# Written by scripts/appliance install.
[Unit]
Description={about}
Requires=docker.service
After=docker.service network-online.target plumbline-start.service
Wants=network-online.target

[Service]
Type=oneshot
ExecStart={command} {words}
Nice=10
IOSchedulingClass=idle
TimeoutStartSec=12h
{hardened}"""
WRITES: Final = """\
# Those of backups are made at the first one.
ReadWritePaths=-{keys}
"""
TIMER: Final = """\
# Written by scripts/appliance install.
[Unit]
Description={about}, by the clock

[Timer]
OnCalendar={when}
RandomizedDelaySec={spread}
Persistent=yes

[Install]
WantedBy=timers.target
"""
# Before the engine, which starts containers by itself. Where a passphrase opens the volume there is no key here, and an
# operator opens it; until then no secret is there, and nothing starts.
OPEN: Final = """\
# Written by scripts/appliance install.
[Unit]
Description=Plumbline: volume
ConditionPathExists={volume}
ConditionPathExists={key}
After=local-fs.target
Before=docker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={command} volumes open --key-file {key}

[Install]
WantedBy=docker.service
"""
START: Final = """\
# Written by scripts/appliance install.
[Unit]
Description=Plumbline
ConditionPathExists={data}/at-rest
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
WorkingDirectory={project}
# Services believe what was judged since the machine started.
ExecStartPre={command} volumes status
ExecStart=/usr/bin/env docker compose up --detach --no-build --wait
ExecStop=/usr/bin/env docker compose stop
TimeoutStartSec=30min
{hardened}
[Install]
WantedBy=multi-user.target
"""


def units(project: Path, data: Path, keys: Path) -> dict[str, str]:
    """Every unit's file by its name."""
    command = project / "scripts/appliance"
    found = {
        "plumbline-start.service": START.format(
            project=project, data=data, command=command, hardened=HARDENED
        )
    }
    found["plumbline-volume.service"] = OPEN.format(volume=VOLUME, key=VOLUME_KEY, command=command)
    for job in JOBS:
        found[f"plumbline-{job.name}.service"] = SERVICE.format(
            about=job.about,
            command=command,
            words=job.command,
            hardened=HARDENED + CLOSED,
        )
        if job.writes is not None:
            found[f"plumbline-{job.name}.service"] += WRITES.format(keys=keys / job.writes)
        found[f"plumbline-{job.name}.timer"] = TIMER.format(
            about=job.about, when=job.when, spread=job.spread
        )
    return found


def install(files: dict[str, str]) -> str:
    """Write and enable them. Returns what to tell the operator, who has it to do where there is no systemd."""
    if not RUNNING.is_dir():
        jobs = ", ".join(f"scripts/appliance {job.command} ({job.when})" for job in JOBS)
        return (
            "This host runs no systemd: see to it yourself that at boot `docker compose up --detach` runs in this\n"
            f"folder, and by the clock {jobs}."
        )
    for name, text in files.items():
        (FOLDER / name).write_text(text)
        (FOLDER / name).chmod(0o644)
    run("systemctl", "daemon-reload")
    run("systemctl", "enable", "--now", *(name for name in files if name.endswith(".timer")))
    run("systemctl", "enable", *(name for name in files if "[Install]" in files[name]))
    return f"Units of systemd are in {FOLDER}: {', '.join(sorted(files))}."
