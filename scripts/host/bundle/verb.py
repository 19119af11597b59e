"""`scripts/appliance bundle`: make a bundle, or check one."""

from __future__ import annotations

import argparse
from pathlib import Path

from host.bundle.check import check, fingerprint
from host.bundle.contents import RELEASE_KEY
from host.bundle.make import make
from host.ending import Refused

PROJECT = Path(__file__).resolve().parents[3]


def arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--check", type=Path, metavar="FILE", help="check this bundle, make none")
    command.add_argument(
        "--release-key",
        type=Path,
        metavar="PEM",
        default=PROJECT / RELEASE_KEY,
        help="the public key that it must be signed by (scripts/release.pem)",
    )
    command.add_argument("--key", type=Path, metavar="PEM", help="the private key that signs it")
    command.add_argument("--output", type=Path, metavar="FILE", help="where the bundle goes")
    command.add_argument("--commit", default="HEAD", help="what it is made of (HEAD)")
    command.add_argument(
        "--evidence",
        type=Path,
        metavar="FILE",
        help="give the results of that commit's tests away with it: .test/evidence.json of scripts/test",
    )


def run(options: argparse.Namespace) -> None:
    if options.check:
        bundle = check(options.check, options.release_key)
        about = bundle.manifest
        print(
            f"Whole, and signed by {fingerprint(options.release_key)}:\n"
            f"Plumbline {about.version} of {about.made}, commit {about.commit}, for {about.platform}"
        )
        for name, image in sorted(about.images.items()):
            print(f"  {name:10} {image.id}")
        return
    if not options.key or not options.output:
        raise Refused("say --key and --output, or --check FILE.")
    if not options.key.is_file():
        raise Refused(f"--key: there is no file {options.key}.")
    output = options.output.resolve()
    about = make(
        project=PROJECT,
        commit=options.commit,
        key=options.key,
        output=output,
        results=options.evidence,
    )
    print(f"{output}: Plumbline {about.version}, {output.stat().st_size / 1e6:.0f} MB")
