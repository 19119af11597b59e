"""What is told about a figure is what is documented and what is computed."""

import re
from pathlib import Path

from backend.metrics import results
from backend.metrics.definitions import DEFINITIONS
from backend.metrics.deployments.results import DeploymentFigures, Frequency
from backend.metrics.formulas import dora, issue, pull_request, size, test_runs
from backend.metrics.investment.queries import DEFINITION as INVESTMENT
from backend.metrics.issues.results import IssueFigures, WorkInProgress
from backend.metrics.models import PullRequestFact
from backend.metrics.test_runs.results import RunFigures, Runs, Spread, Wasted

RUNS = {
    "runs": "test_runs",
    "failure_rate": "run_failure_rate",
    "queue": "queue_time",
    "duration": "run_duration",
    "feedback": "time_to_feedback",
    "wasted": "wasted_time",
}
"""Figures of runs, and the definitions that their answers name."""
DOCUMENT = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text()


def test_the_document_defines_each_figure_with_its_name_and_version() -> None:
    told = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (\d+) \|", DOCUMENT, re.MULTILINE)
    assert told == [(key, d.name, str(d.version)) for key, d in DEFINITIONS.items()]


def test_definitions_link_to_a_heading_that_is_there() -> None:
    headings = {
        heading.lower().replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", DOCUMENT, re.MULTILINE)
    }
    assert {definition.anchor for definition in DEFINITIONS.values()} <= headings


def test_every_figure_of_an_answer_is_defined() -> None:
    figures = {
        name
        for answer in (results.Figures, DeploymentFigures)
        for name, field in answer.model_fields.items()
        if field.annotation
        in (
            *(results.Distribution | None, results.Ratio | None, results.Throughput | None),
            Frequency | None,
        )
    }
    of_runs = {
        name
        for name, field in RunFigures.model_fields.items()
        if field.annotation in (results.Ratio | None, Runs | None, Spread | None, Wasted | None)
    }
    assert of_runs == set(RUNS)
    others = {"weekly_stages", "flaky_tests", "sprints"}
    of_issues = {key for key in DEFINITIONS if key.startswith("issue_")}
    assert {
        f"issue_{name}"
        for name in (*IssueFigures.model_fields, *WorkInProgress.model_fields)
        if f"issue_{name}" in DEFINITIONS
    } == of_issues
    of_investment = set(INVESTMENT.values())
    assert figures | others | set(RUNS.values()) | of_issues | of_investment == set(DEFINITIONS)


def test_every_flag_and_reason_is_documented() -> None:
    for flag in (
        "unknown_author", "commits_unknown", "draft", "merged_in_draft", "unreviewed",
        "not_approved", "files_unknown", "files_incomplete", "bot_author",
        *PullRequestFact.Excluded.values,
        "unknown_status", "history_gap",
    ):  # fmt: skip
        assert f"`{flag}`" in DOCUMENT


def test_versions_are_those_of_the_formulas() -> None:
    for key, definition in DEFINITIONS.items():
        expected = size.VERSION if key == "batch_size" else pull_request.VERSION
        if definition.anchor == "delivery":
            expected = dora.VERSION
        if definition.anchor == "automated-test-runs":
            expected = test_runs.VERSION
        if definition.anchor == "issues":
            expected = issue.VERSION
        assert definition.version == expected
