"""Make what runs be what the configuration says: the plan first, then the files, then the services that it touches."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Mapping, NamedTuple

from host import configuration, egress
from host.certificates import write_certificates
from host.composition import Composition, environment_argument, nothing_in
from host.ending import Failed, Refused
from host.environment import PROJECT, known_variables, variables, with_variables
from host.install import (
    amiss_with_files,
    check,
    check_host,
    prepare,
    refuse_to_leave_data,
    write,
)
from host.keys import write_secrets
from host.programs import run as program
from host.services import ONCE
from host.volumes.status import judged, told


class Container(NamedTuple):
    id: str
    declared: str
    """Digest of the declaration that it was made by."""


def arguments(command: argparse.ArgumentParser) -> None:
    configuration.argument(command)
    only = command.add_mutually_exclusive_group()
    only.add_argument("--check", action="store_true", help="only say what would change")
    only.add_argument(
        "--certificates",
        action="store_true",
        help="only renew those that end soon, and take over your own where it is another one",
    )
    environment_argument(command)


def run(options: argparse.Namespace) -> None:
    found = configuration.load(options.config)
    check_host(found)
    file: Path = options.env_file
    lines = file.read_text().splitlines() if file.exists() else []
    if not lines:
        raise nothing_in(file)
    refuse_to_leave_data(found, known_variables(lines))
    if options.certificates:
        renew(found, Composition(PROJECT, file))
        return
    check(found)
    text = with_variables(lines, variables(found))
    with tempfile.NamedTemporaryFile("w", suffix=".env") as planned:
        planned.write(text)
        planned.flush()
        declared = digests(Composition(PROJECT, Path(planned.name)))
    before = containers(Composition(PROJECT, file))
    plan = changes(known_variables(lines), known_variables(text.splitlines()), declared, before)
    print("\n".join(plan) or "Everything is as the configuration says.")
    if options.check:
        return
    touched = prepare(found)
    write(file, text)
    # Services start on what was judged since the machine did.
    print(told(judged(found, known_variables(text.splitlines()))))
    running = Composition(PROJECT, file)
    try:
        start(running, before, touched)
        open_ways(running, found)
    except Refused as refused:
        raise Failed(
            f"The files are written; not all of it runs as they say: {refused}\n"
            "Look with: scripts/appliance status"
        ) from refused


def renew(found: configuration.Configuration, running: Composition) -> None:
    """Nothing else of the configuration, which somebody may be writing; and nothing is started that was stopped."""
    if (found.data / "upgrade.json").exists():
        raise Refused("an upgrade is under way: finish it, or upgrade --roll-back.")
    amiss = amiss_with_files(found)
    folders = write_secrets(found.keys.resolve())
    write_certificates(found.data.resolve(), folders, found, own_too=not amiss)
    touched = {name for name, folder in folders.items() if folder.changed}
    print(f"New for: {', '.join(sorted(touched))}." if touched else "No certificate ends soon.")
    stale = sorted(touched & running.running() - {"nginx"})  # which looks at its own by itself
    if stale:
        running("restart", *stale)
        running.up(*stale)
    if amiss:
        raise Failed(f"The services' own are in order; what browsers see stays as it is: {amiss}")


def changes(
    former: Mapping[str, str],
    new: Mapping[str, str],
    declared: Mapping[str, str],
    running: Mapping[str, Container],
) -> list[str]:
    """What an operator is told before anything happens, a line each."""
    told = [
        f"{name}: {former.get(name, 'nothing')} → {new.get(name, 'nothing')}"
        for name in sorted({*former, *new})
        if former.get(name) != new.get(name)
    ]
    for service, digest in sorted(declared.items()):
        container = running.get(service)
        if container is None:
            told.append(f"{service} is started")
        elif container.declared != digest:
            told.append(f"{service} is made anew")
    told += [f"{service} goes" for service in sorted(running.keys() - declared.keys())]
    return told


def open_ways(running: Composition, found: configuration.Configuration) -> None:
    """What the host's configuration opens and closes; what the services ask for waits until somebody has agreed."""
    asked = egress.change(found, running)
    if asked.agreed.wanted.keys() != asked.before:
        asked.agreed.show()
        egress.carry_out(asked.agreed, found, running)
    if asked.new:
        print(f"Not open yet: {', '.join(asked.new)}. To open them: scripts/appliance egress")


def digests(composition: Composition) -> dict[str, str]:
    """Of each service's declaration, as Compose notes it on what it makes."""
    lines = composition("config", "--hash", "*").decode().splitlines()
    return {words[0]: words[1] for words in (line.split() for line in lines)}


def containers(composition: Composition) -> dict[str, Container]:
    project = json.loads(composition("config", "--format", "json"))["name"]
    said = program(
        *("docker", "ps", "--all", "--no-trunc"),
        *("--filter", f"label=com.docker.compose.project={project}"),
        *("--filter", "label=com.docker.compose.oneoff=False"),
        "--format",
        '{{.Label "com.docker.compose.service"}} {{.ID}} {{.Label "com.docker.compose.config-hash"}}',
    )
    lines = (line.split() for line in said.decode().splitlines())
    return {words[0]: Container(*words[1:3]) for words in lines}


def start(composition: Composition, before: Mapping[str, Container], touched: set[str]) -> None:
    """Start what changed. What read its secrets before they changed, and was not made anew, is restarted."""
    composition.up()
    after = containers(composition)
    stale = [
        service
        for service in sorted(touched - {ONCE, "nginx"})  # which looks at its own by itself
        if service in before and after.get(service) == before[service]
    ]
    if stale:
        composition("restart", *stale)
        composition.up()
    print("Everything runs.")
