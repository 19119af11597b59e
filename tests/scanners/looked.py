"""What each scanner finds of a host on this machine. Whatever it could not look at raises CouldNotLook."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.scanners import environments

HARMLESS: Final = {"OK", "INFO", "LOW"}
"""Of testssl.sh's words: what is as it should be, what is only told, and what it would have better."""

WAIVED: Final = {
    # Mozilla's intermediate leaves the order to clients, which know what they are fast at.
    "cipher_order": "NOT a cipher order configured",
    # The installation's own authority lasts and keeps no list; an uploaded certificate brings its own.
    "cert_revocation": "Neither CRL nor OCSP URI provided",
    # GOST is nothing that is offered or looked for.
    "engine_problem": "No engine or GOST support",
}
"""Of testssl.sh's findings, by how each begins: what is so by intention."""


class CouldNotLook(Exception):
    """The scanner did not come to its end; what it said."""


@dataclass(frozen=True)
class Target:
    host: str
    port: int
    authority: Path
    """PEM of what signed its certificate: no public authority did."""


def by_sslyze(target: Target, scratch: Path) -> list[str]:
    """Where it differs from Mozilla's configuration *intermediate*."""
    report = scratch / "sslyze.json"
    done = subprocess.run(
        [
            *(str(environments.program("sslyze")), f"--json_out={report}", "--mozilla_config=intermediate"),
            *(f"--certinfo_ca_file={target.authority}", f"--sni={target.host}"),
            f"127.0.0.1:{target.port}",
        ],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    (result,) = json.loads(report.read_text())["server_scan_results"] if report.exists() else [{}]
    attempts = (result.get("scan_result") or {}).values()
    if result.get("scan_status") != "COMPLETED" or not attempts:
        raise CouldNotLook(done.stdout + done.stderr)
    if unfinished := [a["error_trace"] for a in attempts if a["status"] == "ERROR"]:
        raise CouldNotLook(str(unfinished))
    verdict = done.stdout.partition("COMPLIANCE AGAINST TLS CONFIGURATION")[2]
    if "OK - Compliant" in verdict and done.returncode == 0:
        return []
    found = [line.strip() for line in verdict.splitlines() if line.strip().startswith("*")]
    if not found:
        raise CouldNotLook(done.stdout + done.stderr)
    return found


def by_testssl(target: Target, scratch: Path) -> list[str]:
    """Everything that testssl.sh calls medium or worse. A handshake that a busy machine lost is looked at once more."""
    try:
        return _by_testssl(target, scratch / "testssl.json")
    except CouldNotLook as error:
        if "connect problem" not in str(error):
            raise
    return _by_testssl(target, scratch / "again.json")


def _by_testssl(target: Target, report: Path) -> list[str]:
    program = shutil.which("testssl") or shutil.which("testssl.sh")
    if program is None:
        raise CouldNotLook("testssl.sh is missing: apt-get install testssl.sh")
    done = subprocess.run(
        [
            *(program, "--quiet", "--color", "0", "--warnings", "batch", "--ip", "127.0.0.1"),
            *("--add-ca", str(target.authority), "--jsonfile", str(report)),
            f"{target.host}:{target.port}",
        ],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    if not report.exists():
        raise CouldNotLook(done.stdout + done.stderr)
    lines: list[dict[str, str]] = json.loads(report.read_text())
    looked = {line["id"] for line in lines}
    lines = [line for line in lines if not _is_waived(line)]
    broken = [line for line in lines if line["severity"] in {"FATAL", "WARN"}]
    if broken or not {"heartbleed", "TLS1_3", "BEAST", "cert_chain_of_trust"} <= looked:
        raise CouldNotLook(f"{broken or sorted(looked)}\n{done.stdout[-2000:]}{done.stderr}")
    return [
        f"{line['id']}: {line['severity']} {line['finding']}"
        for line in lines
        if line["severity"] not in HARMLESS
    ]


def _is_waived(line: dict[str, str]) -> bool:
    expected = WAIVED.get(line["id"])
    return expected is not None and line["finding"].startswith(expected)


def by_observatory(target: Target) -> tuple[int, str, dict[str, Any]]:
    """Points, grade, and each test's result."""
    folder = environments.observatory()
    script = folder / "node_modules/@mdn/mdn-http-observatory/src/scan.js"
    names = environments.TOP / "tests/scanners/observatory/here.cjs"
    done = subprocess.run(
        ["node", "--require", str(names), str(script), f"{target.host}:{target.port}"],
        env=os.environ | {"NODE_EXTRA_CA_CERTS": str(target.authority)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    if done.returncode:
        raise CouldNotLook(done.stdout + done.stderr)
    found = json.loads(done.stdout)
    results = {name: test["result"] for name, test in found["tests"].items()}
    return found["scan"]["score"], found["scan"]["grade"], results


def by_gixy(configuration: Path) -> list[str]:
    """What is dangerous in nginx's configuration, with everything that it includes."""
    done = subprocess.run(
        [str(environments.program("gixy")), "--format", "json", str(configuration)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    try:
        found = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise CouldNotLook(done.stdout + done.stderr) from None
    if done.stderr.strip() or bool(found) != bool(done.returncode):
        raise CouldNotLook(f"{done.returncode}: {done.stdout}{done.stderr}")
    return [f"{one['plugin']}: {one['summary']} {one.get('reason', '')}" for one in found]
