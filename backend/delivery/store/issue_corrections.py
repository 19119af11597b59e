"""What a person says about a pull request and an issue: audited, and above what keys tell."""

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.events import record
from backend.delivery.models import Issue, IssueCorrection, IssueKey, PullRequest
from backend.delivery.store.noting import note_issues, note_pending


class InvalidCorrection(ValueError):
    """The message says what to enter instead."""


def issue_named(key: str) -> Issue:
    """The issue of a key that it has or had. Raises InvalidCorrection."""
    found = list(
        Issue.objects.filter(
            pk__in=IssueKey.objects.filter(key=key.strip().upper()).values("issue"), deleted_at=None
        )[:2]
    )
    if not found:
        raise InvalidCorrection(f"No issue {key.strip()} is known: check the key.")
    if len(found) > 1:
        raise InvalidCorrection(f"Two Jiras have an issue {key.strip()}: it cannot be told which.")
    return found[0]


@transaction.atomic
def correct_issue(
    *, pull_request: PullRequest, issue: Issue, verdict: str, acting_user: User
) -> IssueCorrection:
    """Said again of the same two, the later word stands."""
    made, _ = IssueCorrection.objects.update_or_create(
        pull_request=pull_request,
        issue=issue,
        defaults={"verdict": verdict, "said_by": acting_user, "said_at": timezone.now()},
    )
    _note(made, "issue_link_corrected", acting_user)
    return made


@transaction.atomic
def withdraw_issue_correction(*, correction: IssueCorrection, acting_user: User) -> None:
    """What keys tell holds again."""
    _note(correction, "issue_link_correction_withdrawn", acting_user)
    correction.delete()


def _note(correction: IssueCorrection, name: str, acting_user: User) -> None:
    detail = {
        "pull_request": str(correction.pull_request),
        "issue": correction.issue.key,
        "verdict": correction.verdict,
    }
    record(name=name, actor=acting_user, subject=correction, detail=detail)
    note_issues([correction.issue_id])
    note_pending([correction.pull_request_id])
