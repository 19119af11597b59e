"""The verbs of scripts/appliance: what each is for, its arguments, what it does."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Callable, Final, NamedTuple

from host import (
    apply,
    backup,
    doctor,
    drill,
    egress,
    egress_test,
    install,
    maintenance,
    preflight,
    restore,
    rotate_keys,
    status,
    support_bundle,
)
from host.asvs import verb as asvs
from host.bundle import verb as bundle
from host.ending import DONE, FAILED, REFUSED, Failed, Refused, plain
from host.upgrade import verb as upgrade
from host.volumes import verb as volumes


class Verb(NamedTuple):
    help: str
    """A line in the list of all verbs."""
    about: str
    """What happens, below that line in the verb's own help."""
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]
    """Returns an exit code where the end has more than one; raises Refused or Failed."""


VERBS: Final[dict[str, Verb]] = {
    "preflight": Verb(
        "look whether this machine is as the appliance needs it",
        "Changes nothing. Ends with 1 where something is bad, with 4 where something is doubtful.",
        preflight.arguments,
        preflight.run,
    ),
    "install": Verb(
        "make configuration, secrets, certificates, .env and timers; keep what is there",
        "Looks as preflight does first, and refuses what is bad before anything changes. Starts no service. Run again,"
        " it adds what a new version needs, and renews certificates with less than 60 days left.",
        install.arguments,
        install.run,
    ),
    "apply": Verb(
        "make what runs be what the configuration says",
        "Tells which variables and services change, and does it without a question: services that are made anew are"
        " away for moments. Renews certificates with less than 60 days left.",
        apply.arguments,
        apply.run,
    ),
    "status": Verb(
        "tell how services, certificate, backups and collecting are",
        "Changes nothing. Ends with 4 where something is amiss; doctor tells what to do about it.",
        status.arguments,
        status.run,
    ),
    "rotate-keys": Verb(
        "bring stored secrets under new keys while everything runs",
        "Makes a new key, moves what is stored under the former one, and puts that away in host/former below the keys."
        " Takes two minutes a key. Stopped at any point, it goes on when it is run again.",
        rotate_keys.arguments,
        rotate_keys.run,
    ),
    "bundle": Verb(
        "make one signed archive of a release, for where no network is, or check one",
        "With --check it only looks. With --key and --output it builds the images of the last commit, which needs"
        " Docker and the network.",
        bundle.arguments,
        bundle.run,
    ),
    "upgrade": Verb(
        "go on to a later release, or back by itself where that fails",
        "Run it in the folder of the release that is to come. Backs up, tries the migrations on a copy, then closes the"
        " appliance, migrates, and opens it. What fails before it is open again goes back to the former release by"
        " itself. Interrupted, the same line goes on.",
        upgrade.arguments,
        upgrade.run,
    ),
    "backup": Verb(
        "make an encrypted, signed backup, and remove what is too old",
        "Everything goes on meanwhile. One that fails leaves those before as they are.",
        backup.arguments,
        backup.run,
    ),
    "drill": Verb(
        "restore the newest backup aside, compare every table, throw it away",
        "Touches neither data nor backup. Ends with 4 where the backup does not restore.",
        drill.arguments,
        drill.run,
    ),
    "restore": Verb(
        "put a backup in the place of the data",
        "Stop nginx, web, worker, beat and sealer before. It is restored beside the present data and compared; only"
        " then it takes their place, in one step, and they are gone. What fails before that leaves them as they were.",
        restore.arguments,
        restore.run,
    ),
    "maintenance": Verb(
        "announce that Plumbline closes, close it for all but some, open it again",
        "Holds until off, over restarts and upgrades. What systems send is still taken, and collecting goes on.",
        maintenance.arguments,
        maintenance.run,
    ),
    "doctor": Verb(
        "ask every part how it is, and tell what to do",
        "Changes nothing. Ends with 4 where something is amiss. Checks the whole audit log, which may take a while.",
        doctor.arguments,
        doctor.run,
    ),
    "asvs": Verb(
        "look at what the self-assessment by OWASP's ASVS asks of the host",
        "Asks the front door as an attacker would, looks at containers, files and the signed results of the build, and"
        " hands what it finds to the application. Changes nothing else. Ends with 4 where something is amiss.",
        asvs.arguments,
        asvs.run,
    ),
    "support-bundle": Verb(
        "gather what helps whoever helps, with nothing personal in it",
        "Tells its parts, asks, and writes one archive that you alone can read. Sends nothing anywhere.",
        support_bundle.arguments,
        support_bundle.run,
    ),
    "egress": Verb(
        "open the destinations that the configuration leads to",
        "Shows what would be opened, with the reason, and closed; asks where something new is to be opened. Nothing is"
        " restarted.",
        egress.arguments,
        egress.run,
    ),
    "egress-test": Verb(
        "show that the way out leads where it may and nowhere else",
        "Tries every open destination from every service, and what must not be open. Ends with 4 where anything is not"
        " as it should be.",
        egress_test.arguments,
        egress_test.run,
    ),
    "volumes": Verb(
        "encrypt what is written, and tell whether it is",
        "Services start only where it is, or where somebody answers for it: attest.",
        volumes.arguments,
        volumes.run,
    ),
}


DESCRIPTION: Final = """\
The operator's command. Needs Python 3.9 or newer and openssl, and nothing of the project's own packages.

    scripts/appliance install --url https://plumbline.example

writes the configuration, /etc/plumbline/appliance.conf, and makes what compose.yaml needs besides itself. What is there
already is kept, so that running it again is harmless: it renews certificates that end soon. After a change of the
configuration, scripts/appliance apply says what it touches and does it.
"""
EXIT_CODES: Final = """\
exit codes: 0 done, 1 refused and nothing changed, 2 not understood, 3 begun and not finished (what stands now is told),
4 looked, and not all is as it should be
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="appliance",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = made.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, verb in VERBS.items():
        about = f"{verb.help[0].upper()}{verb.help[1:]}. {verb.about}"
        verb.arguments(
            commands.add_parser(name, help=verb.help, description=about, epilog=EXIT_CODES)
        )
    return made


def trouble(error: OSError) -> str:
    """What the system refused where no verb expected it: a full disk, a file of somebody else's."""
    what = (
        f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror or error}."
    )
    if isinstance(error, PermissionError) and os.geteuid() != 0:
        return f"{what} Run this as root."
    return f"{what} Put that right and run this again: what was done before it is kept."


def main() -> int:
    options = parser().parse_args()
    try:
        return VERBS[options.verb].run(options) or DONE
    except Refused as refused:
        print(plain(f"appliance {options.verb}: {refused}"), file=sys.stderr)
        return REFUSED
    except Failed as failed:
        print(plain(f"appliance {options.verb}: {failed}"), file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"appliance {options.verb}: {trouble(error)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(f"appliance {options.verb}: stopped by you.", file=sys.stderr)
        return FAILED
