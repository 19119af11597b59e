"""What the routes of pull requests answer, beyond the figures themselves."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from backend.api.export import lines_of
from backend.audit.models import Event
from backend.delivery.models import PullRequest
from backend.metrics.formulas.distribution import percentile_cont
from backend.metrics.models import PullRequestFact
from backend.people.models import Organisation
from backend.spreadsheets import cell
from tests.api.conftest import SignIn, World, statements_of
from tests.factories import MONDAY

pytestmark = pytest.mark.django_db
A = "team=team-a&from=2026-03-02&to=2026-03-16"


@pytest.fixture
def lead(sign_in: SignIn) -> Client:
    client = sign_in("lead of team a")
    client.get("/api/v1/me")  # the session is noted once
    return client


def without_badge(answer: dict[str, Any]) -> dict[str, Any]:
    """How complete the data is, is for the pages; the command line has the figures."""
    return {name: value for name, value in answer.items() if name != "completeness"}


def test_the_api_and_the_command_line_tell_the_same(lead: Client) -> None:
    answer = lead.get(f"/api/v1/pull-requests/figures?{A}")
    told = io.StringIO()
    call_command(
        "metrics",
        "--team=team-a",
        "--from=2026-03-02",
        "--to=2026-03-16",
        "--format=json",
        stdout=told,
    )
    assert without_badge(answer.json()) == json.loads(told.getvalue())
    assert answer.json()["range"]["from"] == "2026-03-02"
    assert answer.json()["cycle_time"]["n"] == 14


def test_what_is_kept_back_is_kept_back_everywhere(lead: Client) -> None:
    Organisation.objects.create(pk=1, minimum_group_size=4)
    answer = lead.get(f"/api/v1/pull-requests/figures?{A}").json()
    told = io.StringIO()
    arguments = ("metrics", "--team=team-a", "--from=2026-03-02", "--to=2026-03-16")
    call_command(*arguments, "--format=json", stdout=told)
    assert without_badge(answer) == json.loads(told.getvalue())
    assert answer["suppressed"]["minimum_group_size"] == 4
    assert answer["cycle_time"] is None
    table = io.StringIO()
    call_command(*arguments, stdout=table)
    assert table.getvalue().splitlines()[1:] == [answer["suppressed"]["reason"]]


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("/me", 3),
        ("/definitions", 0),
        ("/status", 11),
        (f"/pull-requests/figures?{A}", 8),
        (f"/pull-requests/scatter?{A}", 6),
        (f"/pull-requests?{A}", 6),
        (f"/pull-requests.csv?{A}", 6),
        ("/pull-requests/{pull}", 7),
        ("/completeness", 9),
        ("/teams", 6),
        ("/teams/team-a/members", 3),
    ],
)
def test_statements_of_each_route(lead: Client, world: World, path: str, statements: int) -> None:
    assert statements_of(lead, path.format(pull=world.pull_of_a)) == statements


def test_working_time_is_asked_for_and_the_same_in_figures_rows_and_export(
    lead: Client, world: World
) -> None:
    asked = f"{A}&time=working"
    figures = lead.get(f"/api/v1/pull-requests/figures?{asked}").json()
    elapsed = lead.get(f"/api/v1/pull-requests/figures?{A}").json()
    page = lead.get(f"/api/v1/pull-requests?{asked}&sort=-cycle_time").json()
    points = lead.get(f"/api/v1/pull-requests/scatter?{asked}").json()["points"]
    export = (
        lead.get(f"/api/v1/pull-requests.csv?{asked}&sort=-cycle_time")
        .getvalue()
        .decode("utf-8-sig")
    )
    facts = PullRequestFact.objects.filter(pk__in=[row["id"] for row in page["items"]])
    known = sorted((fact.cycle_working_seconds or 0 for fact in facts), reverse=True)
    assert [row["cycle_seconds"] for row in page["items"]] == known
    assert sorted((one["cycle_seconds"] for one in points), reverse=True) == known
    lines = csv.DictReader(io.StringIO(export))
    assert [int(line["cycle_seconds"]) for line in lines] == known
    assert figures["cycle_time"]["median"] == percentile_cont(known, 0.5)
    assert figures["cycle_time"]["median"] < elapsed["cycle_time"]["median"]
    assert figures["cycle_time"]["n"] == elapsed["cycle_time"]["n"] == len(known)
    weeks = {week["start"]: week["cycle_time_median"] for week in figures["weeks"]}
    assert weeks.keys() == {week["start"] for week in elapsed["weeks"]}
    first = facts.filter(merged_at__lt=MONDAY + timedelta(days=7))
    in_week = [fact.cycle_working_seconds or 0 for fact in first]
    assert weeks["2026-03-02"] == percentile_cont(in_week, 0.5)


@pytest.mark.parametrize(
    "query",
    [
        "team=team-a",
        "team=team-a&from=2026-03-02",
        "team=team-a&from=2026-03-02&to=yesterday",
        "team=team-a&from=2026-03-02&to=2026-03-02",
        "team=team-a&from=2026-03-02&to=2026-03-01",
        "team=team-a&from=2020-01-01&to=2026-03-01",
        "team=team-a&from=2026-03-02&to=2026-03-16&bots=perhaps",
        f"{A}&sort=password",
        f"{A}&time=spare",
        f"{A}&page=0",
        f"{A}&page_size=100000",
        f"{A}&state=secret",
        f"{A}&search=a%00b",
        "team=a%00b&from=2026-03-02&to=2026-03-16",
        "team=team-a&from=0001-01-01&to=0001-01-05",
        "team=team-a&from=9999-12-30&to=9999-12-31",
    ],
)
def test_a_query_that_makes_no_sense_is_told_so(lead: Client, query: str) -> None:
    answer = lead.get(f"/api/v1/pull-requests?{query}")
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_query"
    assert answer.json()["message"]


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_that_no_pull_request_has_is_not_found(lead: Client, number: int) -> None:
    assert lead.get(f"/api/v1/pull-requests/{number}").status_code == 404
    found = lead.get(f"/api/v1/pull-requests?{A}&search={number}")
    assert found.json()["items"] == []


def test_a_range_that_makes_no_sense_is_told_on_the_command_line_too(world: World) -> None:
    with pytest.raises(CommandError, match="end after it begins"):
        call_command("metrics", "--from=2026-03-02", "--to=2026-03-02")
    with pytest.raises(CommandError, match="no team"):
        call_command("metrics", "--team=none", "--from=2026-03-02", "--to=2026-03-03")


def test_the_command_prints_a_table(world: World) -> None:
    told = io.StringIO()
    call_command("metrics", "--team=team-a", "--from=2026-03-02", "--to=2026-03-16", stdout=told)
    lines = told.getvalue().splitlines()
    assert lines[0] == "Team-A, 2026-03-02 to 2026-03-16 (UTC)"
    assert lines[1].split() == ["median", "p75", "p90", "n"]
    assert re.fullmatch(r"cycle time( +\d+ h \d+ min){3} +14", lines[2])


def test_the_export_holds_what_the_table_holds(lead: Client, world: World) -> None:
    pull = PullRequest.objects.get(pk=world.pull_of_a)
    pull.title = '=HYPERLINK("x")'
    pull.save()
    answer = lead.get(f"/api/v1/pull-requests.csv?{A}&sort=merged_at")
    content = answer.getvalue().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content)))
    table = lead.get(f"/api/v1/pull-requests?{A}&sort=merged_at").json()
    assert [line["number"] for line in lines] == [str(row["number"]) for row in table["items"]]
    assert lines[0]["title"] == '\'=HYPERLINK("x")'
    assert lines[0]["cycle_seconds"] == str(table["items"][0]["cycle_seconds"])
    event = Event.objects.get(name="pull_requests_exported")
    assert event.additional_data == {"from": "2026-03-02", "to": "2026-03-16", "rows": 14}


def test_a_search_of_very_many_words_is_refused(lead: Client) -> None:
    answer = lead.get(f"/api/v1/pull-requests?{A}&search=a+b+c+d+e+f+g+h+i")
    assert answer.status_code == 422
    assert "at most 8 words" in answer.json()["message"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ok;=1+1", "ok;'=1+1"),
        ("a,+1", "a,'+1"),
        ("a\t@sum", "a\t'@sum"),
        (" =1+1", "' =1+1"),
        ('x;"=1+1', "x;'\"=1+1"),
        ("x|'=1", "x|''=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a - b; c-d", "a - b; c-d"),
    ],
)
def test_nor_does_one_that_separates_by_another_sign(text: str, told: str) -> None:
    assert cell(text) == told


@given(st.text("x;,|\t\n \"'=+-@", max_size=12), st.sampled_from(";,|\t"))
def test_however_a_line_is_taken_apart_no_part_is_a_formula(text: str, separator: str) -> None:
    (line,) = list(lines_of([[text, text]], ["name", "name"]))[1:]
    for row in csv.reader(io.StringIO(line, newline=""), delimiter=separator):
        assert not [part for part in row if part.strip(' \t\r\n"').startswith(tuple("=+-@"))]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "\nx"])
def test_no_spreadsheet_takes_a_cell_for_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell([text]) == f"'{text}"


def test_numbers_and_absence_stay_what_they_are() -> None:
    assert (cell(-5), cell(None), cell("plain")) == (-5, None, "plain")
