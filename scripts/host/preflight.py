"""Whether this machine, and what lies around it, is as the appliance needs it. Changes nothing."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Final, Optional, Sequence
from urllib.parse import urlsplit

from host import configuration, disks, facts, verdicts
from host.at_rest import Verdict, judge, judge_swap
from host.configuration import Configuration
from host.ending import AMISS, DONE, REFUSED, Refused
from host.environment import variables
from host.sizes import SIZES, needed_memory
from host.verdicts import BAD, GOOD, WARNING, Finding

ACCEPTABLE: Final = (
    *("architecture", "cores", "memory", "disk", "data-disk", "clock", "certificate"),
    *("github", "jira"),
)
"""What an operator may know better; the rest would not run, or would not be safe."""


def arguments(command: argparse.ArgumentParser) -> None:
    configuration.argument(command)
    command.add_argument("--github", metavar="URL", help="a GitHub Enterprise Server to be reached")
    command.add_argument("--jira", metavar="URL", help="a Jira to be reached")
    command.add_argument(
        "--authority", type=Path, metavar="PEM", help="their authority, where it is your own"
    )
    command.add_argument("--json", action="store_true", help="for programs")
    accept_argument(command)


def accept_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--accept",
        action="append",
        default=[],
        choices=ACCEPTABLE,
        metavar="NAME",
        help=f"take what is amiss there for a warning; one of {', '.join(ACCEPTABLE)}",
    )


def run(options: argparse.Namespace) -> int:
    written = options.config.exists()
    found = configuration.load(options.config) if written else configuration.DEFAULTS
    for name in ("github", "jira"):
        url = getattr(options, name)
        if url and (urlsplit(url).scheme, bool(urlsplit(url).hostname)) != ("https", True):
            raise Refused(f"--{name} must be https://HOST, not {url!r}.")
    if options.authority and not options.authority.is_file():
        raise Refused(f"--authority: there is no file {options.authority}.")
    findings = [
        *looked(found),
        *outside(found, {"github": options.github, "jira": options.jira}, options.authority),
    ]
    findings = verdicts.accepting(findings, options.accept)
    if options.json:
        print(json.dumps([finding._asdict() for finding in findings], indent=2))
    else:
        if not written:
            print(
                f"There is no {options.config} yet: looked with what holds where nothing is said.\n"
            )
        print(table(findings))
    return exit_code(findings)


def exit_code(findings: Sequence[Finding]) -> int:
    told = {finding.verdict for finding in findings}
    return REFUSED if BAD in told else AMISS if WARNING in told else DONE


def looked(found: Configuration) -> list[Finding]:
    """Everything about this machine that the configuration asks for."""
    size = SIZES[found["size", "developers"]]
    given = variables(found)
    machine, engine = facts.machine(), facts.engine()
    root = engine.root or Path("/var/lib/docker")
    most_used = max(share.cpus for share in size.shares.values())
    findings = [
        verdicts.system(machine),
        verdicts.architecture(machine),
        verdicts.cores(machine, size.cores, most_used),
        verdicts.memory(machine, needed_memory(size, given["PLUMBLINE_WORKER_MEMORY"])),
        verdicts.engine(engine),
        verdicts.compose(engine),
        verdicts.disk("disk", facts.disk(root), size.disk),
        verdicts.disk("data-disk", facts.disk(found.data), 1),
        verdicts.clock(facts.clock()),
        verdicts.at_rest(at_rest(found.data, root)),
        verdicts.secrets(facts.secrets_amiss(found.keys, found.data)),
    ]
    if not found["site", "url"]:
        return findings
    host = urlsplit(found["site", "url"]).hostname or ""
    # An installation that is about to be brought up to date may have its secrets among its data.
    folders = (found.keys, found.data / "secrets")
    port = facts.port(found["site", "bind"], int(given["PLUMBLINE_PORT"]), *folders)
    return [
        *findings,
        verdicts.port(port),
        verdicts.name(facts.name(host)),
        verdicts.certificate(certificate(found, host), time.time()),
    ]


def at_rest(data: Path, root: Path) -> dict[str, Verdict]:
    """What everything that is written stands on."""
    seen = disks.facts()
    return {
        "data": judge(str(data), seen),
        "database": judge(str(root), seen),
        "swap": judge_swap(disks.swaps(), seen),
    }


def certificate(found: Configuration, host: str) -> Optional[facts.Certificate]:
    """The one that the operator gave, if any."""
    file, key = found.path("tls", "certificate"), found.path("tls", "key")
    return facts.certificate(file, key, host) if file and key else None


def outside(
    found: Configuration, urls: dict[str, Optional[str]], authority: Optional[Path]
) -> list[Finding]:
    findings = []
    for name, url in urls.items():
        if url:
            host = urlsplit(url).hostname
            proxy = "" if host in found.words("outside", "direct") else found["outside", "proxy"]
            findings.append(verdicts.reached(name, facts.reached(url, authority, proxy)))
    return findings


def table(findings: Sequence[Finding]) -> str:
    """A line for each with what was found and needed; below it what is to be done."""
    rows = [("verdict", "", "found", "needed")]
    rows += [(each.verdict, each.name, each.found, each.needed) for each in findings]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(text.ljust(widths[column]) for column, text in enumerate(row)).rstrip()
        for row in rows
    ]
    indent = " " * (widths[0] + widths[1] + 4)
    for number, finding in reversed(list(enumerate(findings, start=1))):
        if finding.verdict != GOOD and finding.todo:
            lines.insert(number + 1, f"{indent}→ {finding.todo}")
    return "\n".join(lines)
