"""Looking: each check is asked once, whatever rests on it."""

from collections.abc import Iterable, Mapping

import structlog
from django.db import transaction

from backend.governance.asvs.catalogue import Claim, Proof, Source
from backend.governance.asvs.checks import Check, Weak
from backend.governance.asvs.checks.known import checks
from backend.governance.asvs.judging import Outcome
from backend.governance.asvs.looks import latest, outcomes_of_build, outcomes_of_host

log = structlog.get_logger(__name__)
_REPORT = (
    "Read the worker's log about it (docker compose logs worker) and report it: see SECURITY.md."
)


def outcomes(claims: Iterable[Claim]) -> Mapping[Proof, Outcome]:
    """Of every proof that is named, as of now."""
    named = {proof for claim in claims for proof in claim.proofs}
    names = {source: {one.name for one in named if one.source is source} for source in Source}
    look = latest()
    return (
        outcomes_of_live(names[Source.LIVE])
        | outcomes_of_host(look, names[Source.HOST])
        | outcomes_of_build(look, names[Source.BUILD])
    )


def outcomes_of_live(names: Iterable[str]) -> dict[Proof, Outcome]:
    known = checks()
    return {Proof(Source.LIVE, name): asked(name, known.get(name)) for name in sorted(names)}


def asked(name: str, check: Check | None) -> Outcome:
    """What cannot be looked at is not good."""
    if check is None:
        return Outcome(False, "there is no such check", _REPORT)
    try:
        # One that fails within the database leaves nothing behind for the next.
        with transaction.atomic():
            return Outcome(True, check())
    except Weak as weak:
        return Outcome(False, weak.found, weak.todo)
    except Exception as error:
        log.warning("check_failed", check=name, error=type(error).__name__, exc_info=True)
        return Outcome(False, f"could not be looked at: {type(error).__name__}", _REPORT)
