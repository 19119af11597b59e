"""What compose.yaml needs besides itself: configuration, secrets, certificates and .env. What is there is kept."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
from pathlib import Path
from typing import Final, Mapping, Sequence

from host import configuration, preflight, timers, verdicts
from host.backup_keys import keys_of
from host.bundle.check import Bundle
from host.bundle.contents import RELEASE_KEY, version_in
from host.bundle.use import load, trusted
from host.certificates import own_certificate, write_certificates
from host.configuration import Configuration
from host.destinations import outside
from host.egress import keep
from host.ending import Refused
from host.environment import PROJECT, adopted, known_variables, variables, with_variables
from host.folders import Folder
from host.installed import Installed, record, recorded
from host.keys import write_secrets
from host.services import HOSTS_OWN, USERS
from host.settings import BY_KEY, Key
from host.verdicts import BAD, GOOD
from host.volumes.judgement import Record
from host.volumes.places import DOCKERS_OWN, database_setting
from host.volumes.status import judged, told

OPTIONS: Final[dict[str, Key]] = {
    "url": ("site", "url"),
    "port": ("site", "port"),
    "bind": ("site", "bind"),
    "data": ("data", "folder"),
    "keys": ("data", "keys"),
    "certificate": ("tls", "certificate"),
    "key": ("tls", "key"),
    "authority": ("tls", "authority"),
    "syslog": ("syslog", "server"),
    "syslog-ca": ("syslog", "authority"),
}
"""Options that write a setting into the configuration."""
PATHS: Final = ("data", "keys", "certificate", "key", "authority", "syslog-ca")
FILES: Final[tuple[Key, ...]] = (
    *(("tls", name) for name in ("certificate", "key", "authority")),
    ("syslog", "authority"),
    *(("mail", name) for name in ("password", "authority")),
)
"""Settings that name a file of the operator's."""


def arguments(command: argparse.ArgumentParser) -> None:
    configuration.argument(command)
    for name, key in OPTIONS.items():
        written = f"written as [{key[0]}] {key[1]}: {BY_KEY[key].about}"
        command.add_argument(f"--{name}", metavar="VALUE", help=written.replace("%", "%%"))
    command.add_argument(
        "--bundle", type=Path, metavar="FILE", help="load the images from it; no network is needed"
    )
    preflight.accept_argument(command)
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    lines = options.env_file.read_text().splitlines() if options.env_file.exists() else []
    known = known_variables(lines)
    text = new_text(options, known)
    found = configuration.checked(text, f"{options.config} with the options given")
    check(found)
    refuse_to_leave_data(found, known)
    refuse_beside_another(found.data.resolve())
    refuse_what_is_bad(found, options.accept)
    data = found.data.resolve()
    bundle = trusted(options.bundle, data) if options.bundle else None
    pinned = load(bundle) if bundle else {}
    prepare(found)
    write(options.config, text)
    keys = found.keys.resolve()
    files = make_database_folder(database_setting(data, known))
    own = {**variables(found), "PLUMBLINE_DATABASE_FILES": files, **pinned}
    if bundle:
        lines = [line for line in lines if not line.startswith("PLUMBLINE_IMAGE_")]
        write(data / "release.pem", (PROJECT / RELEASE_KEY).read_text())
    write(options.env_file, with_variables(lines, own))
    if not (data / "upgrade.json").exists():
        note_release(data, options.env_file, bundle)
        keys_of(
            data, keys
        )  # not while an upgrade may yet go back to a version that looks for them elsewhere
        if options.env_file == PROJECT / ".env":
            # An installation beside this folder's own, as tests make them, starts nothing by itself.
            print(timers.install(timers.units(PROJECT, data, keys)))
    print(
        f"The configuration is {options.config}; secrets and certificates are in {keys}, data in {data}, variables "
        f"in {options.env_file}."
    )
    encryption = judged(found, own)
    print(told(encryption))
    if not found["tls", "certificate"]:
        print(
            f"Browsers must trust {data}/authority.pem, or give a certificate of your own below [tls]."
        )
    built = "" if bundle else "  docker compose build\n"
    if not encryption.accepted:
        built += "  scripts/appliance volumes attest …    (or encrypt: see above; no service starts before)\n"
    print(
        "Next:\n"
        f"{built}"
        "  docker compose up -d --wait --no-build    (later changes of the configuration: scripts/appliance apply)\n"
        "  docker compose exec web python manage.py owner create --email YOUR-ADDRESS\n"
        "      makes the first account and prints the link with which its owner enrols\n"
        "  scripts/appliance egress\n"
        "      opens the way to each connection and identity provider, once you have added it\n"
        f"Take {keys}/sealer/audit_verify_key to another machine: with it anybody can verify the audit log."
    )


def refuse_what_is_bad(found: Configuration, accepted: Sequence[str]) -> None:
    """Preflight, but for what is put right here: owners and modes of secrets. Warnings are told and no more."""
    findings = [finding for finding in preflight.looked(found) if finding.name != "secrets"]
    amiss = [
        finding for finding in verdicts.accepting(findings, accepted) if finding.verdict != GOOD
    ]
    if amiss:
        print(preflight.table(amiss) + "\n")
    if bad := [finding.name for finding in amiss if finding.verdict == BAD]:
        raise Refused(f"Put right what is bad, and nothing was changed: {', '.join(bad)}.")


def prepare(found: Configuration) -> set[str]:
    """Folders, secrets and certificates. Returns the services whose files have another content than before."""
    data = found.data.resolve()
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    keys = found.keys.resolve()
    take_along(data / "secrets", keys, found)
    keys.mkdir(mode=0o711, parents=True, exist_ok=True)
    folders = write_secrets(keys)
    # Signed heads of the audit log; the sealer alone writes, and whoever keeps them elsewhere reads.
    (data / "heads").mkdir(mode=0o755, exist_ok=True)
    os.chown(data / "heads", USERS["sealer"], USERS["sealer"])
    if authority := found.path("syslog", "authority"):
        folders["sealer"].write("syslog_ca.pem", authority.read_bytes())
    give_mail(folders["worker"], found)
    make_journal(data)
    write_certificates(data, folders, found)
    allow_metrics(folders, found.words("metrics", "allow"))
    Record(data, keys).make(folders)
    keep(data, folders["egress"], outside(found))
    return {name for name, folder in folders.items() if folder.changed}


def note_release(data: Path, environment_file: Path, bundle: Bundle | None) -> None:
    """What runs here is on record, for a later upgrade."""
    former = recorded(data)
    commit, made = (former.commit, former.made) if former and former.folder == PROJECT else ("", "")
    if bundle:
        commit, made = bundle.manifest.commit, bundle.manifest.made
    version = version_in((PROJECT / "pyproject.toml").read_text())
    record(data, Installed(version, commit, PROJECT, environment_file.resolve(), made))


def new_text(options: argparse.Namespace, known: dict[str, str]) -> str:
    """The configuration with what the options say; the first one with what .env said before there was a file."""
    former = configuration.read(options.config) if options.config.exists() else ""
    settings = {} if former else adopted(known)
    given: dict[Key, str] = {}
    for name, key in OPTIONS.items():
        value = getattr(options, name.replace("-", "_"))
        if value is not None:
            given[key] = str(Path(value).resolve()) if name in PATHS and value else value
    url = ("site", "url")
    if url in given and given[url] not in (settings.get(url), configuration.judged(former)[0][url]):
        # Another address does not keep the former one's port.
        settings["site", "port"] = ""
    return configuration.written(former, settings | given)


def check(found: Configuration) -> None:
    """Everything else that can be known before anything changes."""
    check_host(found)
    if amiss := amiss_with_files(found):
        raise Refused(amiss)


def check_host(found: Configuration) -> None:
    if os.geteuid() != 0:
        raise Refused("must run as root: the secret files belong to the services' own users.")
    if not shutil.which("openssl"):
        raise Refused("openssl is missing: apt-get install openssl")
    if found.data.exists() and not found.data.is_dir():
        raise Refused(f"{found.data} is not a folder.")


def amiss_with_files(found: Configuration) -> str:
    """What to put right of the files that the operator gives; empty: nothing."""
    try:
        check_files(found)
    except Refused as refused:
        return str(refused)
    own = own_certificate(found)
    if not own or not own.problems:
        return ""
    told = "\n".join(f"  {problem}" for problem in own.problems)
    return f"The certificate below [tls] cannot be used.\n{told}"


def check_files(found: Configuration) -> None:
    for key in FILES:
        if found[key] and not Path(found[key]).is_file():
            raise Refused(f"[{key[0]}] {key[1]}: there is no file {found[key]}.")
        if found[key] and not Path(found[key]).read_bytes().strip():
            raise Refused(f"[{key[0]}] {key[1]}: {found[key]} is empty.")


def refuse_to_leave_data(found: Configuration, known: Mapping[str, str]) -> None:
    """Another folder begins with nothing: whoever meant to move the data would meet an empty installation."""
    former = Path(known.get("PLUMBLINE_DATA") or found.data)
    if (former / "release.json").exists() and not (found.data / "release.json").exists():
        raise Refused(
            f"[data] folder is {found.data}, and this installation's data are in {former}: move them first, as"
            " docs/operate.md has it below “Move an installation”."
        )


def refuse_beside_another(data: Path) -> None:
    """Two releases must not run on the same data: an older one does not know what a newer has migrated."""
    there = recorded(data)
    if not there or there.folder == PROJECT or (data / "upgrade.json").exists():
        return
    if there.environment_file.exists():
        raise Refused(
            f"{there.version} runs on {data}, from {there.folder}. For a newer release: scripts/appliance upgrade, in"
            f" its folder. If {there.folder} was only moved here, remove {there.environment_file}."
        )


def take_along(former: Path, keys: Path, found: Configuration) -> None:
    """Copy the secrets of an installation that had them among its data; running services keep what they have."""
    if keys == former or not former.is_dir() or (keys / "web").exists():
        return
    keys.mkdir(mode=0o711, parents=True, exist_ok=True)
    for name, user in {**USERS, **dict.fromkeys(HOSTS_OWN, 0)}.items():
        if not (former / name).is_dir():
            continue
        taken = Folder(keys / name, user)
        for file in sorted(path for path in (former / name).iterdir() if path.is_file()):
            taken.write(file.name, file.read_bytes())
    print(f"Keys were copied to {keys}. After docker compose up --detach: rm -r {former}")
    held = [f"[{key[0]}] {key[1]}" for key in FILES if former in Path(found[key]).parents]
    if held:
        print(
            f"Before that, keep elsewhere what the configuration has from there: {', '.join(held)}."
        )


def make_database_folder(files: str) -> str:
    if files != DOCKERS_OWN:
        Path(files).mkdir(mode=0o700, exist_ok=True)
        os.chown(files, USERS["postgres"], USERS["postgres"])
    return files


def make_journal(data: Path) -> None:
    """The folder of what was erased: only the worker writes it, web and migrate read. Digests stand there, no names."""
    folder = data / "tombstones"
    folder.mkdir(mode=0o755, exist_ok=True)
    folder.chmod(0o755)
    os.chown(folder, USERS["worker"], USERS["worker"])


def give_mail(worker: Folder, found: Configuration) -> None:
    """What the worker alone needs to send mail; what is said no longer goes."""
    for name, kept in (("password", "mail_password"), ("authority", "mail_ca.pem")):
        if file := found.path("mail", name):
            worker.write(kept, file.read_bytes())
        else:
            worker.remove(kept)


def allow_metrics(folders: dict[str, Folder], networks: list[str]) -> None:
    """Who may read /metrics, as nginx includes it; web wants a token besides."""
    if networks:
        folders["web"].keep("metrics_token", lambda: secrets.token_bytes(32).hex().encode())
    if networks or (folders["nginx"].path / "metrics_allow.conf").exists():
        allowed = "".join(f"allow {network};\n" for network in networks)
        folders["nginx"].write("metrics_allow.conf", allowed.encode())


def write(file: Path, text: str) -> None:
    """Replace the file as a whole, where it says something else."""
    if file.exists() and file.read_text() == text:
        return
    file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text)
    fresh.chmod(0o644)
    fresh.replace(file)
