"""The verbs of scripts/appliance: what each is for, its arguments, what it does."""

from __future__ import annotations

import argparse
import sys
from typing import Callable, Final, NamedTuple

from host import install
from host.ending import DONE, FAILED, REFUSED, Failed, Refused


class Verb(NamedTuple):
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]
    """Returns an exit code where the end has more than one; raises Refused or Failed."""


VERBS: Final[dict[str, Verb]] = {
    "install": Verb(
        "make secrets, certificates and .env; keep what is there", install.arguments, install.run
    ),
}


DESCRIPTION: Final = """\
The operator's command. Needs Python 3.9 or newer and openssl, and nothing of the project's own packages.

    scripts/appliance install --url https://plumbline.example

makes what compose.yaml needs besides itself: secrets, certificates and .env. What is there already is kept, variables
that you added to .env and options of the last time too, so that running it again is harmless: it renews certificates
that end soon, and follows a changed address.
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
        print(f"appliance {options.verb}: {refused}", file=sys.stderr)
        return REFUSED
    except Failed as failed:
        print(f"appliance {options.verb}: {failed}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(f"appliance {options.verb}: stopped by you.", file=sys.stderr)
        return FAILED
