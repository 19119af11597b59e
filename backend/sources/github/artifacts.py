"""JUnit files among the artifacts of workflow runs, where a rule of the organisation wants them: read in memory.

An artifact is known by its id, which never means anything else, so none is stored twice. What is in it and is no
report is passed over, and so are artifacts of runs from forks.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Final

from django.utils import timezone

from backend.delivery.models import ArtifactRule, Repository, ResultUpload, WorkflowRun
from backend.delivery.records import WorkflowRunRecord
from backend.delivery.result_records import ARTIFACT_KEY, UploadRecord
from backend.delivery.store.test_results import KeyReused, TooMany, store_results
from backend.sources import hints, junit
from backend.sources.collected import Collected
from backend.sources.errors import Forbidden, NotFound, SourceError
from backend.sources.github.artifact_payloads import Artifact, Artifacts
from backend.sources.github.client import GitHub, next_page
from backend.sources.junit import archive
from backend.sources.models import Hint
from backend.sources.shapes import read

MAXIMUM_BYTES: Final = 50 * 1024 * 1024
"""Of an artifact as it is packed."""
MOST_ARTIFACTS: Final = 50
"""Of one run."""
MOST_NOTES: Final = 20
LATELY: Final = timedelta(days=31)
"""GitHub starts a run again up to 30 days after it was created; a first fill looks no further back."""


def arm(repository: Repository, runs: Iterable[WorkflowRunRecord]) -> None:
    """Have the artifacts of runs that finished lately looked at, where a rule is about the repository."""
    since = timezone.now() - LATELY
    finished = {
        run.external_id for run in runs if run.status == "completed" and run.updated_at > since
    }
    if finished and _wanted(repository):
        for run_id in sorted(finished):
            hints.arm(
                connection=repository.connection,
                kind=Hint.Kind.ARTIFACTS,
                container_external_id=repository.external_id,
                key=str(run_id),
            )


def collect_artifacts(repository: Repository, github: GitHub, run_id: int) -> Collected:
    """Store the reports in a run's artifacts that rules want. Raises SourceError."""
    patterns = _wanted(repository)
    run = (
        repository.workflow_runs.filter(external_id=run_id, status="completed")
        .order_by("-attempt")
        .first()
    )
    if not patterns or run is None:
        return Collected()
    done = Collected()
    try:
        for artifact in _listed(repository, github, run_id):
            if not _is_own(repository, artifact) or not _is_wanted(artifact, patterns):
                continue
            if not _is_stored(repository, artifact):
                _take(repository, github, run, artifact, done)
    except (Forbidden, NotFound) as error:
        done.notes.append(error.reason)
    if (more := len(done.notes) - MOST_NOTES) > 0:
        done.notes[MOST_NOTES:] = [f"And {more:,} more were passed over."]
    return done


def _wanted(repository: Repository) -> list[str]:
    """Globs over names of artifacts."""
    name = repository.name_with_owner.lower()
    rules = ArtifactRule.objects.values_list("repositories", "artifact")
    return [artifact for of, artifact in rules if fnmatchcase(name, of.lower())]


def _is_own(repository: Repository, artifact: Artifact) -> bool:
    """Not a fork's: what a run of a fork leaves behind, anybody may have written."""
    run = artifact.workflow_run
    return run is not None and run.head_repository_id == repository.external_id


def _is_wanted(artifact: Artifact, patterns: Sequence[str]) -> bool:
    return not artifact.expired and any(fnmatchcase(artifact.name, one) for one in patterns)


def _is_stored(repository: Repository, artifact: Artifact) -> bool:
    keys = ResultUpload.objects.filter(repository=repository)
    return keys.filter(key__startswith=f"{ARTIFACT_KEY}{artifact.id} ").exists()


def _listed(repository: Repository, github: GitHub, run_id: int) -> list[Artifact]:
    path = f"/repos/{repository.name_with_owner}/actions/runs/{run_id}/artifacts"
    answer = github.get(path, {"per_page": 100})
    found = read(Artifacts, answer.body).artifacts
    while (further := next_page(answer.headers)) and len(found) < MOST_ARTIFACTS:
        answer = github.get(further)
        found += read(Artifacts, answer.body).artifacts
    return found[:MOST_ARTIFACTS]


def _take(
    repository: Repository, github: GitHub, run: WorkflowRun, artifact: Artifact, done: Collected
) -> None:
    path = f"/repos/{repository.name_with_owner}/actions/artifacts/{artifact.id}/zip"
    if artifact.size_in_bytes > MAXIMUM_BYTES:
        done.notes.append(f"Artifact {artifact.id} is larger than {MAXIMUM_BYTES // 2**20} MB.")
        return
    try:
        packed = github.download(path, at_most=MAXIMUM_BYTES)
    except SourceError as error:
        if not error.permanent:
            raise
        done.notes.append(f"Artifact {artifact.id} was not read: {error.reason}")
        return
    _store(repository, run, artifact, packed, done)


def _store(
    repository: Repository, run: WorkflowRun, artifact: Artifact, packed: bytes, done: Collected
) -> None:
    """Nobody is there to be asked: times that are missing are, and names that are repeated are retries."""
    try:
        for name, chunks in archive.reports(packed):
            try:
                report = junit.read_report(chunks, accept=tuple(junit.Accept))
                upload = _upload(run, artifact, name)
                stored = store_results(repository=repository, upload=upload, report=report)
            except (junit.Refused, TooMany) as refused:
                done.notes.append(f"A file of artifact {artifact.id} was passed over: {refused}")
            except KeyReused:
                done.notes.append(f"Artifact {artifact.id} has several files of the same name.")
            else:
                done.stored += stored.is_new
    except junit.Refused as refused:
        done.notes.append(f"Artifact {artifact.id} was passed over: {refused}")


def _upload(run: WorkflowRun, artifact: Artifact, name: str) -> UploadRecord:
    entry = sha256(name.encode(errors="replace")).hexdigest()[:32]
    return UploadRecord(
        sha=run.head_sha,
        started_at=run.started_at,
        received_at=timezone.now(),
        key=f"{ARTIFACT_KEY}{artifact.id} {entry}",
        branch=run.head_branch,
        run_external_id=run.external_id,
        attempt=run.attempt,
    )
