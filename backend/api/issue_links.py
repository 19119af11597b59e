"""Which issues a pull request is about, and what people say of that."""

from functools import partial
from typing import Literal

from django.db import transaction
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from backend.accounts import access
from backend.accounts.models import User
from backend.api import schemas
from backend.api.errors import ERRORS, Unprocessable
from backend.api.rules import ADMINISTERS, READS_PULL_REQUESTS, caller
from backend.api.scoped import names_for_reader, seen_by
from backend.delivery.models import IssueCorrection, PullRequest
from backend.delivery.store import issue_corrections
from backend.metrics import rows
from backend.metrics.issues import results
from backend.metrics.issues.named import issues_of
from backend.pipeline import bell

router = Router(tags=["issues"])


class IssueWord(Schema):
    """That a pull request is about an issue, or is not."""

    key: str = Field(max_length=120, pattern=r"^[^\x00]*$", description="The issue's key.")
    verdict: Literal["added", "rejected"]


@router.get(
    "/pull-requests/{int:pull_request_id}/issues",
    response={200: results.NamedIssues, ERRORS: schemas.Error},
    auth=READS_PULL_REQUESTS,
    operation_id="pull_request_issues",
)
def named(request: HttpRequest, pull_request_id: int) -> results.NamedIssues:
    """The issues that it names, and where. 404 where it is in no team that the caller sees."""
    return _told(caller(request), pull_request_id)


@router.post(
    "/pull-requests/{int:pull_request_id}/issues",
    response={200: results.NamedIssues, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="correct_issue",
)
def correct(request: HttpRequest, pull_request_id: int, said: IssueWord) -> results.NamedIssues:
    """Say that it is about an issue, or is not. It is recorded, and stands above what keys tell."""
    user = caller(request)
    pull_request = PullRequest.objects.filter(pk=pull_request_id).first()
    if pull_request is None:
        raise Http404
    try:
        issue = issue_corrections.issue_named(said.key)
    except issue_corrections.InvalidCorrection as error:
        raise Unprocessable(str(error)) from error
    with transaction.atomic():
        issue_corrections.correct_issue(
            pull_request=pull_request, issue=issue, verdict=said.verdict, acting_user=user
        )
        transaction.on_commit(partial(bell.ring, bell.MEASURE), robust=True)
    return _told(user, pull_request_id)


@router.delete(
    "/pull-requests/{int:pull_request_id}/issues/{int:issue_id}",
    response={200: results.NamedIssues, ERRORS: schemas.Error},
    auth=ADMINISTERS,
    operation_id="withdraw_issue_correction",
)
def withdraw(request: HttpRequest, pull_request_id: int, issue_id: int) -> results.NamedIssues:
    """Take such a word back: what keys tell holds again."""
    user = caller(request)
    said = IssueCorrection.objects.filter(pull_request=pull_request_id, issue=issue_id).first()
    if said is None:
        raise Http404
    with transaction.atomic():
        issue_corrections.withdraw_issue_correction(correction=said, acting_user=user)
        transaction.on_commit(partial(bell.ring, bell.MEASURE), robust=True)
    return _told(user, pull_request_id)


def _told(user: User, pull_request_id: int) -> results.NamedIssues:
    within = seen_by(user)
    if rows.detail(pull_request_id, within=within, names=names_for_reader(user)) is None:
        raise Http404
    return results.NamedIssues(
        items=issues_of(pull_request_id, within=within),
        may_correct=access.may_administer(user),
    )
