"""What a host tells of an appliance on which all is well."""

from datetime import datetime
from typing import Any

from backend import clock
from backend.audit import documents
from backend.audit.sealing import sign_documents
from backend.governance.asvs import assessing, looks
from backend.governance.asvs.catalogue import Claim, Source, claims
from backend.governance.asvs.promises import promises
from backend.governance.models import Assessment, AssessmentFile
from tests.audit.chained import a_head

COMMIT = "0123456789abcdef0123456789abcdef01234567"
RELEASE = f"0.1.0-{COMMIT[:12]}"


def all_claims() -> list[Claim]:
    return [*claims().values(), *(promise.claim for promise in promises())]


def named(source: Source) -> list[str]:
    """By whatever claim."""
    return sorted(
        {proof.name for claim in all_claims() for proof in claim.proofs if proof.source is source}
    )


def evidence(commit: str = COMMIT) -> dict[str, Any]:
    """Every test that is named, and one below each folder and file, passed."""
    tests = {}
    for name in named(Source.BUILD):
        if name.startswith("step:"):
            continue
        file = name if ".py" in name else f"{name}/test_all.py"
        tests[file if "::" in file else f"{file}::test_it"] = {"passed": 1}
    steps = ("ruff", "types", "imports", "migrations", "frontend", "vitest", "pytest", "e2e")
    return {
        "product": "plumbline",
        "format": 1,
        "commit": commit,
        "made": "2026-11-20T10:00:00+00:00",
        "steps": dict.fromkeys((*steps, "appliance"), "passed"),
        "tests": tests,
    }


def a_look(*, at: datetime | None = None, **values: Any) -> looks.Look:
    found: dict[str, Any] = {
        "looked_at": at or clock.now(),
        "findings": [
            {"name": name, "found": "as it should be", "is_good": True}
            for name in named(Source.HOST)
        ],
        "release": {
            "version": "0.1.0",
            "commit": COMMIT,
            "made": "2026-11-20T09:00:00+00:00",
            "sums": "ab" * 32,
            "key": "cd" * 32,
        },
        "evidence": evidence(),
    }
    return looks.Look.model_validate(found | values)


def bad(name: str) -> dict[str, Any]:
    """Findings of a host to which this one is amiss."""
    findings = a_look().model_dump(mode="json")["findings"]
    for one in findings:
        if one["name"] == name:
            one.update(is_good=False, found="it is open", todo="Close it.")
    return {"findings": findings}


def a_small_one() -> Assessment:
    """Made and signed, of no requirement: for tests of who may read it."""
    now = clock.now()
    content: dict[str, Any] = {
        "assessed_at": now.isoformat(),
        "running": None,
        "host_looked_at": None,
        "evidence": {"made": None, "reason": "built here"},
        "compared_with": None,
        "changes": [],
        "requirements": [],
        "promises": [],
    }
    document = documents.prepare(kind=assessing.KIND, content=content)
    made = Assessment.objects.create(
        cause="command", asked_at=now, finished_at=now, document=document, counts={"pass": 0}
    )
    for kind in AssessmentFile.Kind:
        AssessmentFile.objects.create(assessment=made, kind=kind, content=b"told")
    sign_documents(head=a_head())
    return made
