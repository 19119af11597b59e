"""`scripts/appliance upgrade`, run from the folder of the release that is to come."""

from __future__ import annotations

import argparse
import fcntl
import functools
from pathlib import Path

from host.bundle.check import check
from host.bundle.contents import RELEASE_KEY, version_in
from host.ending import Refused
from host.installed import Installed, recorded
from host.releases import path
from host.upgrade import database
from host.upgrade.journal import Journal, Stage, carry_out
from host.upgrade.steps import Upgrade

PROJECT = Path(__file__).resolve().parents[3]


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--bundle", type=Path, required=True, help="the release that is to come")
    command.add_argument(
        "--check", action="store_true", help="say whether it could; change nothing"
    )
    command.add_argument(
        "--roll-back", action="store_true", help="give up an upgrade that was interrupted"
    )
    command.add_argument(
        "--without-backup", action="store_true", help="go on though there is no backup of now"
    )
    command.add_argument(
        "--data", type=Path, default=Path("/var/lib/plumbline"), help="where secrets are kept"
    )
    command.add_argument(
        "--from",
        dest="former",
        type=Path,
        metavar="FOLDER",
        help="the running release's folder, where none is on record",
    )
    command.add_argument("--env-file", type=Path, default=PROJECT / ".env", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> None:
    if not options.data.is_dir():
        raise Refused(f"{options.data} is no folder: say --data as at the installation.")
    with (options.data / "upgrade.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("another upgrade is running.") from None
        _run(options)


def _run(options: argparse.Namespace) -> None:
    journal = Journal(options.data / "upgrade.json")
    upgrade = _checked(options, journal)
    about = f"{upgrade.former.version} to {upgrade.target.version} ({upgrade.target.commit[:12]})"
    if options.check:
        database.must_have_room(upgrade.old)
        print(f"The upgrade from {about} can begin.")
        return
    if options.roll_back:
        _give_up(journal, upgrade)
    elif not journal.under_way and not options.without_backup:
        raise Refused(
            "back up first (docs/operate.md), then say --without-backup:"
            " this version makes none by itself."
        )
    journal.begin(upgrade.target.commit, upgrade.former)
    say = functools.partial(print, flush=True)
    carry_out(upgrade.steps(), journal, clear=upgrade.clear, go_back=upgrade.go_back, say=say)
    print(f"Upgraded from {about}. {upgrade.former.folder} is not needed any more.")


def _checked(options: argparse.Namespace, journal: Journal) -> Upgrade:
    """All that can be known before anything changes."""
    known = options.data / "release.pem"
    bundle = check(options.bundle, known if known.exists() else PROJECT / RELEASE_KEY)
    bundle.must_be(PROJECT)
    about = bundle.manifest
    target = Installed(about.version, about.commit, PROJECT, options.env_file.resolve())
    former = journal.former or _former(options)
    if former.folder == PROJECT:
        raise Refused("unpack the new release into a folder of its own, and run it from there.")
    if not former.environment_file.exists():
        raise Refused(f"{former.environment_file} is missing: say --from FOLDER.")
    passed = path(former.version, target.version)
    return Upgrade(data=options.data, bundle=bundle, former=former, target=target, passed=passed)


def _former(options: argparse.Namespace) -> Installed:
    found = recorded(options.data)
    if options.former:
        folder = options.former.resolve()
        version = version_in((folder / "pyproject.toml").read_text())
        return Installed(version, "", folder, folder / ".env")
    if not found:
        raise Refused("what runs here is not on record: say --from FOLDER, where its .env is.")
    return found


def _give_up(journal: Journal, upgrade: Upgrade) -> None:
    finishing = [step.name for step in upgrade.steps() if step.stage is Stage.FINISHING]
    begun = len(journal.done) >= len(upgrade.steps()) - len(finishing)
    if not journal.under_way:
        raise Refused("no upgrade is under way.")
    if begun:
        raise Refused("the new release has accepted work: run upgrade again to finish.")
    journal.fail(journal.failure or "given up by you")
