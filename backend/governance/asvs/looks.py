"""What the host tells: what it found of the appliance from outside, and what the release was signed with."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from django.conf import settings
from django.db import transaction
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from backend import clock
from backend.audit.events import record
from backend.governance.asvs.catalogue import Proof, Source
from backend.governance.asvs.judging import Outcome
from backend.governance.models import HostLook

LASTS: Final = timedelta(days=8)
"""The host looks each week. What it found longer ago is not how things are."""
AHEAD: Final = timedelta(minutes=5)
"""So far the host's clock may differ."""
KEPT: Final = 10
_COMMAND: Final = "On the host: scripts/appliance asvs"
_SIGNED: Final = "Install a release from a bundle that was made with the results of its tests."


class FromTheFuture(Exception):
    """The host's clock is ahead: what it saw would hide what it sees later."""


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Finding(_Told):
    name: str
    found: str
    is_good: bool
    todo: str = ""


class Release(_Told):
    version: str
    commit: str
    made: str
    sums: str
    """SHA-256 of SHA256SUMS, which the release's signature is over: of every file and image."""
    key: str
    """Fingerprint of the key that signed it."""


class Ran(_Told):
    passed: int = 0
    failed: int = 0
    skipped: int = 0


class Evidence(_Told):
    product: Literal["plumbline"]
    format: Literal[1]
    commit: str
    made: AwareDatetime
    steps: Mapping[str, str]
    tests: Mapping[str, Ran]


class Look(_Told):
    looked_at: AwareDatetime
    findings: list[Finding]
    release: Release | None
    evidence: Evidence | None
    evidence_reason: str = Field("", max_length=500)


@transaction.atomic
def note(told: Look) -> HostLook:
    """Put it on record, by the tables' owner. The host has verified signature and checksums, by the key it trusts."""
    if told.looked_at > clock.now() + AHEAD:
        raise FromTheFuture
    values = told.model_dump(mode="json", exclude={"looked_at"})
    look, _ = HostLook.objects.update_or_create(looked_at=told.looked_at, defaults=values)
    newest = HostLook.objects.order_by("-looked_at").values("pk")[:KEPT]
    HostLook.objects.exclude(pk__in=newest).delete()
    amiss = sorted(one.name for one in told.findings if not one.is_good)
    release = told.release and told.release.commit
    record(name="host_looked", subject=look, detail={"amiss": amiss, "release": release})
    return look


def latest() -> HostLook | None:
    return HostLook.objects.order_by("-looked_at").first()


def outcomes_of_host(
    look: HostLook | None, names: set[str], now: datetime | None = None
) -> dict[Proof, Outcome]:
    if look is None:
        unseen = Outcome(None, "the host has not looked yet", _COMMAND)
    else:
        found = {one["name"]: Finding(**one) for one in look.findings}
        age = (now or clock.now()) - look.looked_at
        told = (
            f"the host looked last on {look.looked_at:%Y-%m-%d}, longer ago than {LASTS.days} days"
        )
        if -AHEAD <= age <= LASTS:
            return {
                Proof(Source.HOST, name): (
                    Outcome(one.is_good, one.found, one.todo)
                    if (one := found.get(name))
                    else Outcome(None, "the host's command does not know this check", _COMMAND)
                )
                for name in names
            }
        unseen = Outcome(None, told, _COMMAND)
    return {Proof(Source.HOST, name): unseen for name in names}


def outcomes_of_build(look: HostLook | None, names: set[str]) -> dict[Proof, Outcome]:
    reason = why_no_evidence(look)
    if reason or look is None:
        return {Proof(Source.BUILD, name): Outcome(None, reason, _SIGNED) for name in names}
    evidence = Evidence.model_validate(look.evidence)
    return {Proof(Source.BUILD, name): _ran(evidence, name) for name in names}


def why_no_evidence(look: HostLook | None) -> str:
    """Empty where there are signed results of the very release that runs."""
    if look is None:
        return "the host has not told yet what this release was signed with"
    if look.evidence is None or look.release is None:
        return look.evidence_reason or "this release was not signed with results of its tests"
    told = f"{look.release['version']}-{look.release['commit'][:12]}"
    if told != settings.RELEASE:
        return f"the results are of release {told}, and {settings.RELEASE or 'another'} runs"
    if look.evidence["commit"] != look.release["commit"]:
        return "the results are of another commit than the release"
    return ""


def _ran(evidence: Evidence, name: str) -> Outcome:
    """What was named and did not run, or was skipped, proves nothing: it counts as failed."""
    if name.startswith("step:"):
        word = evidence.steps.get(name.removeprefix("step:"), "did not run")
        return Outcome(word == "passed", word, "" if word == "passed" else _SIGNED)
    ran = [one for test, one in evidence.tests.items() if _is_of(test, name)]
    passed, failed, skipped = (
        sum(getattr(one, word) for one in ran) for word in ("passed", "failed", "skipped")
    )
    if not passed and not failed and not skipped:
        return Outcome(False, "did not run when this release was built", _SIGNED)
    if failed or skipped:
        told = f"{failed} failed, {skipped} were skipped, {passed} passed"
        return Outcome(False, told, _SIGNED)
    return Outcome(True, f"{passed} passed")


def _is_of(test: str, name: str) -> bool:
    """Whether it is that one, or of that file or folder."""
    return test == name or test.startswith((f"{name}::", f"{name}/"))
