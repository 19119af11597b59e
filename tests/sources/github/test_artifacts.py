"""Reports among the artifacts of runs: only where a rule wants them, once, and fetched elsewhere without the token."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler

import pytest
import time_machine

from backend.delivery.models import ArtifactRule, AutomatedTest, Repository, ResultUpload
from backend.delivery.store import test_results
from backend.sources.github import artifacts
from backend.sources.github.artifacts import collect_artifacts
from backend.sources.github.client import GitHub
from backend.sources.github.workflows import collect_workflow_runs
from backend.sources.models import Hint
from tests.simulators import github as simulated
from tests.simulators.github import World
from tests.sources.serving import Answer, serving

REPORT = "<testsuite name='s'><testcase name='{}' time='1'/></testsuite>"


def a_zip(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return packed.getvalue()


def a_zip_of(*files: tuple[str, str]) -> bytes:
    """Files by name with the one test of each, also several of one name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, test in files:
            archive.writestr(name, REPORT.format(test))
    return packed.getvalue()


@dataclass
class Files:
    """Another server, with what was asked of it and by whom."""

    stack: ExitStack
    kept: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url, self.seen = self.stack.enter_context(serving(self._answer))

    def _answer(self, asked: BaseHTTPRequestHandler) -> Answer:
        found = self.kept.get(asked.path)
        return (404, {}, b"") if found is None else (200, {}, found)

    def keep(self, content: bytes) -> str:
        path = f"/{len(self.kept)}"
        self.kept[path] = content
        return self.url + path


@pytest.fixture
def files() -> Iterator[Files]:
    with ExitStack() as stack:
        yield Files(stack)


@pytest.fixture(autouse=True)
def clock(world: World, app: simulated.Repository) -> Iterator[None]:
    with time_machine.travel(datetime.fromtimestamp(world.now, UTC) + timedelta(days=3)):
        yield


@pytest.fixture
def run(world: World, app: simulated.Repository) -> simulated.WorkflowRun:
    return world.run_workflow(app, "CI", {"test": "SUCCESS"})


def a_rule(repositories: str = "forge/*", artifact: str = "test-*") -> None:
    ArtifactRule.objects.create(repositories=repositories, artifact=artifact)


def armed() -> list[str]:
    return list(Hint.objects.filter(kind=Hint.Kind.ARTIFACTS).values_list("key", flat=True))


def test_a_report_in_an_artifact_is_stored_for_its_run(
    world: World, run: simulated.WorkflowRun, stored: Repository, github: GitHub, files: Files
) -> None:
    a_rule()
    world.keep_artifact(
        run, "test-results", kept_at=files.keep(a_zip(a_xml=REPORT.format("a"), b_txt="no"))
    )
    collect_workflow_runs(stored, github)
    assert armed() == [str(run.database_id)]
    assert collect_artifacts(stored, github, run.database_id).stored == 1
    upload = ResultUpload.objects.get(repository=stored)
    assert (upload.sha, upload.run_external_id, upload.attempt) == (
        *(run.commit.oid, run.database_id, 1),
    )
    assert files.seen == [""]
    assert collect_artifacts(stored, github, run.database_id).stored == 0
    assert files.seen == [""]


@pytest.mark.parametrize(
    ("repositories", "artifact"), [("forge/other", "*"), ("forge/app", "coverage")]
)
def test_without_a_rule_nothing_is_fetched(
    world: World,
    run: simulated.WorkflowRun,
    stored: Repository,
    github: GitHub,
    files: Files,
    repositories: str,
    artifact: str,
) -> None:
    a_rule(repositories, artifact)
    world.keep_artifact(run, "test-results", kept_at=files.keep(a_zip(a_xml=REPORT)))
    collect_workflow_runs(stored, github)
    collect_artifacts(stored, github, run.database_id)
    assert armed() == ([] if repositories == "forge/other" else [str(run.database_id)])
    assert files.seen == []


def test_what_a_run_of_a_fork_left_behind_is_not_read(
    world: World, run: simulated.WorkflowRun, stored: Repository, github: GitHub, files: Files
) -> None:
    a_rule()
    kept_at = files.keep(a_zip(a_xml=REPORT.format("a")))
    world.keep_artifact(run, "test-results", kept_at=kept_at, is_of_fork=True)
    collect_workflow_runs(stored, github)
    assert collect_artifacts(stored, github, run.database_id).stored == 0
    assert files.seen == []


def test_files_of_the_same_name_do_not_stop_the_others(
    world: World, run: simulated.WorkflowRun, stored: Repository, github: GitHub, files: Files
) -> None:
    a_rule()
    with pytest.warns(UserWarning, match="Duplicate name"):
        packed = a_zip_of(("a.xml", "a"), ("a.xml", "b"), ("c.xml", "c"))
    world.keep_artifact(run, "test-results", kept_at=files.keep(packed))
    collect_workflow_runs(stored, github)
    done = collect_artifacts(stored, github, run.database_id)
    assert (done.stored, len(done.notes)) == (2, 1)
    assert "several files of the same name" in done.notes[0]


def test_of_much_that_is_no_report_the_first_is_told(
    world: World, run: simulated.WorkflowRun, stored: Repository, github: GitHub, files: Files
) -> None:
    a_rule()
    packed = a_zip(**{f"a{number}_xml": "<coverage/>" for number in range(50)})
    world.keep_artifact(run, "test-results", kept_at=files.keep(packed))
    collect_workflow_runs(stored, github)
    notes = collect_artifacts(stored, github, run.database_id).notes
    assert len(notes) == artifacts.MOST_NOTES + 1
    assert notes[-1] == "And 30 more were passed over."


def test_a_repository_that_is_full_is_told_of(
    world: World,
    run: simulated.WorkflowRun,
    stored: Repository,
    github: GitHub,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(test_results, "MAXIMUM_UPLOADS", 1)
    a_rule()
    packed = a_zip_of(("a.xml", "a"), ("b.xml", "b"))
    world.keep_artifact(run, "test-results", kept_at=files.keep(packed))
    collect_workflow_runs(stored, github)
    done = collect_artifacts(stored, github, run.database_id)
    assert (done.stored, len(done.notes)) == (1, 1)
    assert "has 1 reports of" in done.notes[0]


def test_what_is_no_report_is_passed_over_and_told(
    world: World,
    run: simulated.WorkflowRun,
    stored: Repository,
    github: GitHub,
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_rule(artifact="*")
    bomb = "<!DOCTYPE a [<!ENTITY b 'b'>]><testsuite/>"
    for content in (
        a_zip(a_xml="<coverage/>", b_xml=REPORT.format("kept"), c_xml=bomb),
        b"no zip",
        a_zip(a_xml=" " * (51 * 2**20)),
        a_zip(a_xml=REPORT.format("broken"))[:-60] + b"x" * 60,
    ):
        world.keep_artifact(run, "test-results", kept_at=files.keep(content))
    world.keep_artifact(run, "gone", kept_at=f"{files.url}/nothing")
    world.keep_artifact(run, "old", kept_at=files.url, is_expired=True)
    world.keep_artifact(run, "large", kept_at=files.url, size=artifacts.MAXIMUM_BYTES + 1)
    monkeypatch.setattr(artifacts, "MAXIMUM_BYTES", 200_000)
    world.keep_artifact(run, "lies", kept_at=files.keep(b"x" * 300_000))
    collect_workflow_runs(stored, github)
    done = collect_artifacts(stored, github, run.database_id)
    assert done.stored == 1
    assert list(AutomatedTest.objects.values_list("name", flat=True)) == ["kept"]
    told = " ".join(done.notes)
    assert len(done.notes) == 8, done.notes
    for wanted in ("not JUnit's", "document type", "no zip", "larger than 50 MB", "larger than 2"):
        assert wanted in told
