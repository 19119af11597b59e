"""What web owns goes by a function of the database's owner, which knows by itself what is outdated."""

from datetime import datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import DatabaseError, ProgrammingError, transaction
from django.db import connection as database
from django.utils import timezone

from backend.accounts.models import (
    AccessReview,
    ApiToken,
    BreakGlassUse,
    Checklist,
    ChecklistItem,
    ReviewedAccount,
    ScimToken,
    User,
)
from backend.delivery.models import IngestToken, ReportedDeployment
from backend.governance.models import RetentionRun
from backend.governance.retention.engine import begin, go_on
from backend.governance.retention.policies import BY_CODE, POLICIES
from backend.governance.retention.purges import Owned
from backend.people.models import Merge
from tests.factories import a_repository
from tests.governance.retention.conftest import finish, keep
from tests.roles import acting_as, make_roles

pytestmark = pytest.mark.django_db


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def test_sessions_that_are_over_go_and_open_ones_stay(owner: User) -> None:
    for key, over in (("old", 91), ("young", 80), ("open", -1)):
        Session.objects.create(session_key=key, session_data="", expire_date=ago(over))
    for key, seen in (("gone", 95), ("open", 95), ("seen", 5)):
        row = UserSession.objects.create(user=owner, ip="192.0.2.1", session_key=key, user_agent="")
        UserSession.objects.filter(pk=row.pk).update(last_seen_at=ago(seen))
    begin()
    done = finish()["sign_ins"]
    assert done == {"django_session": 1, "usersessions_usersession": 1}
    assert set(Session.objects.values_list("pk", flat=True)) == {"young", "open"}
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {"open", "seen"}


def test_tokens_go_when_they_are_over_and_nothing_was_reported_with_them(owner: User) -> None:
    repository = a_repository()
    for name, revoked, expires in (("old", 500, 450), ("revoked", 401, -5), ("good", None, -5)):
        at = None if revoked is None else ago(revoked)
        common = {
            "created_by": owner,
            "created_at": ago(expires + 300),
            "expires_at": ago(expires),
            "revoked_at": at,
        }
        ApiToken.objects.create(user=owner, name=name, digest=name, scopes=[], **common)
        ScimToken.objects.create(name=name, digest=name, **common)
        for used in (True, False):
            token = IngestToken.objects.create(
                repository=repository, name=name, digest=f"{name}{used}", purposes=[], **common
            )
            if used:
                ReportedDeployment.objects.create(
                    repository=repository, external_id=name, service="shop", environment="production",
                    sha="a" * 40, outcome="succeeded", reported_at=timezone.now(), token=token,
                )  # fmt: skip
    begin()
    done = finish()["tokens"]
    assert done == {"accounts_apitoken": 2, "accounts_scimtoken": 2, "delivery_ingesttoken": 2}
    assert ReportedDeployment.objects.exclude(token=None).count() == 3
    assert ApiToken.objects.get().name == "good"


def test_records_of_access_go_with_all_that_hangs_on_them(owner: User) -> None:
    by = {"closed_by": owner}
    for closed in (ago(1101), ago(1099)):
        review = AccessReview.objects.create(started_by=owner, closed_at=closed, **by)
        ReviewedAccount.objects.create(review=review, user=owner, tokens=0)
    AccessReview.objects.create(started_by=owner)
    ended: tuple[tuple[str, datetime | None], ...] = (("joiner", ago(1200)), ("leaver", None))
    for kind, at in ended:
        checklist = Checklist.objects.create(
            user=owner,
            kind=kind,
            started_by=owner,
            completed_at=at,
            completed_by=owner if at else None,
        )
        ChecklistItem.objects.create(checklist=checklist, text="Account")
        BreakGlassUse.objects.create(
            user=owner,
            signed_in_at=ago(1300),
            acknowledged_at=at,
            acknowledged_by=owner if at else None,
        )
    begin()
    done = finish()["access_records"]
    assert done == {
        "accounts_reviewedaccount": 1, "accounts_accessreview": 1, "accounts_checklistitem": 1,
        "accounts_checklist": 1, "accounts_breakglassuse": 1,
    }  # fmt: skip
    assert (AccessReview.objects.count(), BreakGlassUse.objects.count()) == (2, 1)


def test_undone_merges_go_and_standing_ones_never_do() -> None:
    for at in (ago(401), ago(399), None):
        Merge.objects.create(person_key=1, merged_at=ago(900), undone_at=at, moved={})
    begin()
    assert finish()["merges"] == {"people_merge": 1}
    assert Merge.objects.count() == 2


def test_function_and_preview_know_the_same_tables() -> None:
    before = ago(1200)
    for policy in POLICIES:
        for one in policy.purges:
            if isinstance(one, Owned):
                assert one.batch(before=before, place=0, at_most=1).deleted == {}
                assert one.outdated(before).rows == 0


OWNED = {
    one.table: policy.minimum_days
    for policy in POLICIES
    for one in policy.purges
    if isinstance(one, Owned)
}


@pytest.mark.parametrize(("table", "least"), OWNED.items(), ids=OWNED)
def test_the_function_keeps_what_the_policy_keeps_at_least(table: str, least: int) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM governance_purge(%s, %s, 10)", [table, ago(least + 0.1)])
        for before in (ago(least - 1), None):
            with (
                pytest.raises(DatabaseError, match=f"younger than {least} days"),
                transaction.atomic(),
            ):
                cursor.execute("SELECT * FROM governance_purge(%s, %s, 10)", [table, before])


@pytest.mark.parametrize(("table", "days"), [("accounts_user", 400), ("django_session", 29)])
def test_the_function_removes_nothing_else_and_nothing_young(table: str, days: int) -> None:
    with (
        pytest.raises(DatabaseError, match="younger than 30 days"),
        transaction.atomic(),
        database.cursor() as cursor,
    ):
        cursor.execute("SELECT * FROM governance_purge(%s, %s, 10)", [table, ago(days)])


def test_the_worker_removes_by_the_function_what_it_cannot_read(owner: User) -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=ago(91))
    make_roles()
    with acting_as("worker"):
        begin()
        for _ in range(60):
            go_on(seconds=5)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Session.objects.exists()
        left = list(RetentionRun.objects.filter(finished_at=None).values_list("policy", "error"))
    assert left == []
    assert not Session.objects.exists()


def test_every_policy_runs_with_the_worker_s_privileges_alone() -> None:
    days = {code: policy.default_days or policy.minimum_days for code, policy in BY_CODE.items()}
    make_roles()
    keep(**days)
    with acting_as("worker"):
        begin()
        done = finish()
    assert done.keys() == set(BY_CODE)
