"""`scripts/appliance upgrade`, run from the folder of the release that is to come."""

from __future__ import annotations

import argparse
import fcntl
import functools
from pathlib import Path

from host import configuration, preflight
from host.bundle.contents import version_in
from host.bundle.use import trusted
from host.ending import Refused
from host.environment import known_variables
from host.installed import Installed, recorded
from host.releases import must_not_be_older, path
from host.upgrade import database
from host.upgrade.journal import Journal, Stage, carry_out
from host.upgrade.steps import Upgrade

PROJECT = Path(__file__).resolve().parents[3]


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--bundle", type=Path, metavar="FILE", required=True, help="the release that is to come"
    )
    command.add_argument(
        "--check", action="store_true", help="say whether it could; change nothing"
    )
    command.add_argument(
        "--roll-back", action="store_true", help="give up an upgrade that was interrupted"
    )
    command.add_argument(
        "--without-backup", action="store_true", help="go on though there is no backup of now"
    )
    configuration.argument(command)
    preflight.accept_argument(command)
    command.add_argument(
        "--from",
        dest="former",
        type=Path,
        metavar="FOLDER",
        help="the running release's folder, where none is on record",
    )
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    data = _data(options)
    with (data / "upgrade.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("another upgrade is running.") from None
        _run(options, data)


def _data(options: argparse.Namespace) -> Path:
    """Where the running installation has its secrets; one without a configuration says it in .env."""
    if options.former and not options.config.exists():
        if not (options.former / ".env").is_file():
            raise Refused(f"--from: there is no {options.former}/.env.")
        lines = (options.former / ".env").read_text().splitlines()
        data = Path(known_variables(lines).get("PLUMBLINE_DATA", "/var/lib/plumbline"))
    else:
        data = configuration.load(options.config).data
    # Of any release: where names of what was erased are kept.
    if not (data / "tombstones").is_dir():
        raise Refused(f"nothing is installed in {data}.")
    return data.resolve()


def _run(options: argparse.Namespace, data: Path) -> None:
    journal = Journal(data / "upgrade.json")
    upgrade = _checked(options, data, journal)
    about = f"{upgrade.former.version} to {upgrade.target.version} ({upgrade.target.commit[:12]})"
    if options.check:
        database.must_have_room(upgrade.old)
        print(f"The upgrade from {about} can begin.")
        return
    if options.roll_back:
        _give_up(journal, upgrade)
        return
    if upgrade.with_backup and not journal.under_way and not upgrade.former_backs_up:
        raise Refused(
            "the former release makes no backups by itself: make one (its docs/operate.md), then say"
            " --without-backup."
        )
    journal.begin(upgrade.target.commit, upgrade.former)
    say = functools.partial(print, flush=True)
    carry_out(upgrade.steps(), journal, clear=upgrade.clear, go_back=upgrade.go_back, say=say)
    # Timers and the record are this folder's from now on.
    upgrade.install()
    print(f"Upgraded from {about}. {upgrade.former.folder} is not needed any more.")


def _checked(options: argparse.Namespace, data: Path, journal: Journal) -> Upgrade:
    """All that can be known before anything changes."""
    bundle = trusted(options.bundle, data, upgrade=True)
    about = bundle.manifest
    own = options.env_file.resolve()
    target = Installed(about.version, about.commit, PROJECT, own, about.made)
    former = journal.former or _former(options, data)
    if former.folder == PROJECT:
        raise Refused("unpack the new release into a folder of its own, and run it from there.")
    if not journal.under_way and former.commit == about.commit:
        raise Refused(f"{about.version} ({about.commit[:12]}) runs here already.")
    if not journal.under_way and not former.environment_file.exists():
        raise Refused(f"{former.environment_file} is missing: say --from FOLDER.")
    passed = path(former.version, target.version)
    must_not_be_older(target.made, former.made)
    return Upgrade(
        data=data,
        configuration=options.config,
        bundle=bundle,
        former=former,
        target=target,
        passed=passed,
        with_backup=not options.without_backup,
        accepted=options.accept,
    )


def _former(options: argparse.Namespace, data: Path) -> Installed:
    found = recorded(data)
    if options.former:
        folder = options.former.resolve()
        version = version_in((folder / "pyproject.toml").read_text())
        return Installed(version, "", folder, folder / ".env")
    if not found:
        raise Refused("what runs here is not on record: say --from FOLDER, where its .env is.")
    return found


def _give_up(journal: Journal, upgrade: Upgrade) -> None:
    changing = [step.name for step in upgrade.steps() if step.stage is not Stage.FINISHING]
    if not journal.under_way:
        raise Refused("no upgrade is under way.")
    if journal.done == changing:
        raise Refused("the new release has accepted work: run upgrade again to finish.")
    journal.fail(journal.failure or "given up by you")
    upgrade.go_back()
    journal.close()
    print(f"{upgrade.former.version} runs again, as before.")
