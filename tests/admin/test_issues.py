"""What was collected of Jira can be looked at and searched, a page at a time, and not changed."""

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.accounts.models import User
from backend.delivery.models import Board, Issue, Project, Sprint
from tests.factories import an_identity
from tests.worked import Tracker

pytestmark = pytest.mark.django_db


@pytest.fixture
def tracker() -> Tracker:
    made = Tracker()
    made.issue(an_identity(made.connection), (2, "In Progress"), (9, "Done"))
    board = Board.objects.create(
        connection=made.connection,
        external_id=1,
        name="Board of the forge",
        kind="scrum",
        project=Project.objects.get(),
    )
    Sprint.objects.filter(pk=made.sprint(1, start=0).pk).update(board=board)
    return made


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:delivery_{model._meta.model_name}_{page}", args=args)


def shown(client: Client, model: Any, **values: Any) -> str:
    answer = client.get(address(model, "changelist"), values)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("model", "finds", "text"),
    [
        (Project, "forge", "Forge"),
        (Issue, "issue", "Done"),
        (Board, "the forge", "Board of the forge"),
        (Sprint, "Board of", "Sprint 1"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_each_is_found_and_opened(
    client: Client, auditor: User, tracker: Tracker, model: Any, finds: str, text: str
) -> None:
    row = model.objects.get()
    page = address(model, "change", row.pk)
    assert page in shown(client, model, q=finds)
    assert page not in shown(client, model, q="somewhere else")
    opened = client.get(page)
    assert opened.status_code == 200
    assert b'name="_save"' not in opened.content
    assert text in opened.content.decode()
    assert client.post(page, {"name": "x"}).status_code == 403


def test_a_former_key_finds_its_project(client: Client, auditor: User, tracker: Tracker) -> None:
    Project.objects.update(former_keys=["SMITHY"])
    found = address(Project, "change", Project.objects.get().pk)
    assert found in shown(client, Project, q="smithy")


def test_an_issue_opens_with_its_history(client: Client, auditor: User, tracker: Tracker) -> None:
    issue = Issue.objects.get()
    page = client.get(address(Issue, "change", issue.pk)).content.decode()
    assert page.count("field-occurred_at") >= issue.transitions.count() == 2


def test_as_many_statements_for_many_issues(
    client: Client, auditor: User, tracker: Tracker
) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(database) as statements:
            shown(client, Issue)
        counts.append(len(statements))
        for _ in range(5):
            tracker.issue(an_identity(tracker.connection), (2, "In Progress"))
    assert counts[0] == counts[1]
