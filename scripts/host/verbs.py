"""The verbs of scripts/appliance: what each is for, its arguments, what it does."""

from __future__ import annotations

import argparse
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
from host.bundle import verb as bundle
from host.ending import DONE, FAILED, REFUSED, Failed, Refused, plain
from host.upgrade import verb as upgrade
from host.volumes import verb as volumes


class Verb(NamedTuple):
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]
    """Returns an exit code where the end has more than one; raises Refused or Failed."""


VERBS: Final[dict[str, Verb]] = {
    "preflight": Verb(
        "look whether this machine is as the appliance needs it", preflight.arguments, preflight.run
    ),
    "install": Verb(
        "make configuration, secrets, certificates, .env and timers; keep what is there",
        install.arguments,
        install.run,
    ),
    "apply": Verb("make what runs be what the configuration says", apply.arguments, apply.run),
    "status": Verb(
        "tell how services, certificate, backups and collecting are", status.arguments, status.run
    ),
    "rotate-keys": Verb(
        "bring stored secrets under new keys while everything runs",
        rotate_keys.arguments,
        rotate_keys.run,
    ),
    "bundle": Verb(
        "make one signed archive of a release, for where no network is, or check one",
        bundle.arguments,
        bundle.run,
    ),
    "upgrade": Verb(
        "go on to a later release, or back by itself where that fails",
        upgrade.arguments,
        upgrade.run,
    ),
    "backup": Verb(
        "make an encrypted, signed backup, and remove what is too old", backup.arguments, backup.run
    ),
    "drill": Verb(
        "restore the newest backup aside, compare every table, throw it away",
        drill.arguments,
        drill.run,
    ),
    "restore": Verb("put a backup in the place of the data", restore.arguments, restore.run),
    "maintenance": Verb(
        "announce that Plumbline closes, close it for all but some, open it again",
        maintenance.arguments,
        maintenance.run,
    ),
    "doctor": Verb("ask every part how it is, and tell what to do", doctor.arguments, doctor.run),
    "support-bundle": Verb(
        "gather what helps whoever helps, with nothing personal in it",
        support_bundle.arguments,
        support_bundle.run,
    ),
    "egress": Verb(
        "open the destinations that the configuration leads to", egress.arguments, egress.run
    ),
    "egress-test": Verb(
        "show that the way out leads where it may and nowhere else",
        egress_test.arguments,
        egress_test.run,
    ),
    "volumes": Verb(
        "encrypt what is written, and tell whether it is", volumes.arguments, volumes.run
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
exit codes: 0 done, 1 refused and nothing changed, 2 not understood, 3 begun and not finished, 4 looked, and not all
is as it should be
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
        verb.arguments(commands.add_parser(name, help=verb.help, description=verb.help))
    return made


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
    except KeyboardInterrupt:
        print(f"appliance {options.verb}: stopped by you.", file=sys.stderr)
        return FAILED
