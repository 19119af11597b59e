"""What reviewers are shown, what they can do about it, and reviews on record."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.accounts import access, reviews, store
from backend.accounts.api_tokens import create_api_token, good
from backend.accounts.models import AccessReview, ApiToken, ReviewedAccount, User
from backend.audit.models import Event
from tests.factories import a_team
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/accountaccess/"
NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=200)


def changed(user: User, **values: Any) -> User:
    User.objects.filter(pk=user.pk).update(**values)
    user.refresh_from_db()
    return user


def a_token(user: User, *, by: User | None = None, **values: Any) -> ApiToken:
    made, _ = create_api_token(
        user=user, name="script", scopes=["figures"], days=300, acting_user=by or user
    )
    ApiToken.objects.filter(pk=made.pk).update(**values)
    return made


@pytest.fixture
def people() -> dict[str, User]:
    """One of each sort, and one who gives no reason to look."""
    owner = changed(an_account("owner", email="owner@plumbline.example"), last_login=NOW)
    fine = changed(an_account("member", email="fine@plumbline.example"), last_login=NOW)
    for user in (owner, fine):
        Authenticator.objects.create(user=user, type="totp", data={})
    gone = an_account("administrator", email="gone@plumbline.example")
    orphan = store.add_service_account(name="orphan", role="auditor", responsible=gone)
    changed(gone, is_active=False)
    unused = an_account("member", email="unused@plumbline.example")
    old = an_account(
        "team_lead", email="lead@plumbline.example", teams=[a_team(slug="b"), a_team(slug="a")]
    )
    a_token(old, created_at=LONG_AGO, expires_at=NOW + timedelta(days=9), last_used_at=LONG_AGO)
    return {
        "owner": owner,
        "fine": fine,
        "orphan": orphan,
        "unused": changed(unused, last_login=LONG_AGO, joined_at=LONG_AGO),
        "lead": changed(old, last_login=NOW),
    }


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("no_second_factor", {"unused", "lead"}),
        ("unused", {"unused"}),
        ("never_enrolled", set()),
        ("administrators", {"owner"}),
        ("service", {"orphan"}),
        ("orphaned", {"orphan"}),
        ("old_tokens", {"lead"}),
        ("unused_tokens", {"lead"}),
        ("expiring_tokens", {"lead"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_to_look_at(people: dict[str, User], what: str, expected: set[str]) -> None:
    found = reviews.noticed(reviews.accounts(), what)
    emails = {people[name].email for name in expected}
    assert set(found.values_list("email", flat=True)) == emails
    assert set(reviews.NOTICED) >= {what}


def test_every_filter_is_tried_above() -> None:
    (mark,) = test_what_to_look_at.pytestmark  # type: ignore[attr-defined] # pytest's
    assert {what for what, _ in mark.args[1]} == set(reviews.NOTICED)


def test_a_token_counts_as_use(people: dict[str, User]) -> None:
    a_token(people["unused"], last_used_at=NOW)
    assert not reviews.noticed(reviews.accounts(), "unused").exists()


@pytest.mark.parametrize("role", ["owner", "administrator", "auditor"])
def test_the_list_tells_what_everybody_may_do(
    client: Client, people: dict[str, User], role: str
) -> None:
    sign_in(client, an_account(role))
    page = client.get(LIST).content.decode()
    for told in ("lead@plumbline.example", '<td class="field-teams">A, B</td>', "gone@"):
        assert told in page
    for what in reviews.NOTICED:
        assert client.get(LIST, {"look": what}).status_code == 200
    export = b"".join(client.get(f"{LIST}export/")).decode()
    assert "orphan@service.invalid,orphan,auditor,True,gone@plumbline.example" in export
    assert Event.objects.filter(name="access_exported").count() == 1


def test_statements_do_not_grow_with_the_accounts(client: Client) -> None:
    sign_in(client, an_account("auditor"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    client.get(LIST)
    before = asked()
    for number in range(30):
        an_account("team_lead", teams=[a_team(slug=f"team-{number}")])
    assert asked() == before == 8


def act(client: Client, page: str, action: str, *rows: Any, confirmed: bool = True) -> Any:
    wish = {"action": action, ACTION_CHECKBOX_NAME: [row.pk for row in rows]}
    return client.post(page, wish | ({"confirmed": "yes"} if confirmed else {}))


@pytest.mark.parametrize("action", ["end_sessions", "revoke_tokens", "remove_grants", "deactivate"])
def test_each_action_is_asked_about_and_an_administrators(
    client: Client, people: dict[str, User], action: str
) -> None:
    lead = people["lead"]
    sign_in(Client(), lead)
    sign_in(client, an_account("auditor"))
    act(client, LIST, action, lead)
    sign_in(client, an_account("administrator"))
    assert b"Yes, do it" in act(client, LIST, action, lead, confirmed=False).content
    lead.refresh_from_db()
    assert (lead.is_active, lead.grants.count(), good(lead).count()) == (True, 2, 1)
    act(client, LIST, action, lead)
    lead.refresh_from_db()
    deactivated = action == "deactivate"
    assert lead.is_active != deactivated
    assert lead.grants.count() == (0 if deactivated or action == "remove_grants" else 2)
    assert good(lead).count() == (0 if deactivated or action == "revoke_tokens" else 1)
    if told := {"end_sessions": "sessions_ended", "deactivate": "account_closed"}.get(action):
        assert Event.objects.filter(name=told, object_pk=str(lead.pk)).exists()


@pytest.mark.parametrize("action", ["end_sessions", "deactivate"])
def test_an_administrator_does_nothing_to_an_owner(
    client: Client, people: dict[str, User], action: str
) -> None:
    administrator = an_account("administrator")
    sign_in(client, administrator)
    act(client, LIST, action, people["owner"], administrator)
    people["owner"].refresh_from_db()
    administrator.refresh_from_db()
    assert (people["owner"].is_active, administrator.is_active) == (True, True)
    told = Event.objects.filter(name="sessions_ended", object_pk=str(people["owner"].pk))
    assert not told.exists()


def test_the_last_owner_is_not_closed(people: dict[str, User]) -> None:
    with pytest.raises(reviews.ReviewRefused, match="your own"):
        reviews.close_account(user=people["owner"], acting_user=people["owner"])
    with pytest.raises(reviews.ReviewRefused, match="last owner"):
        reviews.close_account(user=people["owner"], acting_user=an_account("administrator"))


# Reviews


def test_a_review_holds_every_open_account_as_it_was(people: dict[str, User]) -> None:
    review = reviews.start_review(acting_user=people["owner"])
    rows = {row.user.email: row for row in review.accounts.select_related("user")}
    assert set(rows) == {user.email for user in people.values()}
    lead = rows["lead@plumbline.example"]
    assert (lead.role, lead.teams, lead.tokens, lead.decision) == ("team_lead", "A, B", 1, "")
    with pytest.raises(reviews.ReviewRefused, match="going on"):
        reviews.start_review(acting_user=people["owner"])
    with pytest.raises(access.Denied):
        reviews.start_review(acting_user=an_account("auditor"))


def test_it_is_closed_once_everything_is_decided(people: dict[str, User]) -> None:
    owner = people["owner"]
    review = reviews.start_review(acting_user=owner)
    *rest, last = review.accounts.order_by("-user__email")
    for row in rest:
        reviews.decide(row=row, decision="accepted", acting_user=owner)
    with pytest.raises(reviews.ReviewRefused, match="1 accounts are undecided"):
        reviews.close_review(review=review, acting_user=owner)
    assert last.user == people["fine"]
    reviews.decide(row=last, decision="revoked", acting_user=owner)
    people["fine"].refresh_from_db()
    assert not people["fine"].is_active
    reviews.close_review(review=review, acting_user=owner)
    last.refresh_from_db()
    assert (last.decision, last.decided_by) == ("revoked", owner)
    assert last.decided_at is not None
    with pytest.raises(reviews.ReviewRefused, match="closed"):
        reviews.decide(row=last, decision="accepted", acting_user=owner)
    named = list(Event.objects.exclude(name="").order_by("pk").values_list("name", flat=True))
    assert [named.count(name) for name in ("access_accepted", "access_revoked")] == [4, 1]
    assert named[-1] == "access_review_closed"
    assert reviews.start_review(acting_user=owner) != review


def test_who_decides_is_on_record_or_nobody_did(people: dict[str, User]) -> None:
    reviews.start_review(acting_user=people["owner"])
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewedAccount.objects.update(decision="accepted")


def test_only_an_owner_decides_on_an_owner(people: dict[str, User]) -> None:
    administrator = an_account("administrator")
    review = reviews.start_review(acting_user=administrator)
    row = review.accounts.get(user=people["owner"])
    for decision in ReviewedAccount.Decision.values:
        with pytest.raises(reviews.ReviewRefused, match="Only an owner"):
            reviews.decide(row=row, decision=decision, acting_user=administrator)


def test_a_review_from_start_to_end_in_the_administration(
    client: Client, people: dict[str, User]
) -> None:
    sign_in(client, people["owner"])
    page, rows = "/admin/accounts/accessreview/", "/admin/accounts/reviewedaccount/"
    assert client.get(f"{page}add/").status_code == 200
    client.post(f"{page}add/", {})
    review = AccessReview.objects.get()
    answer = client.post(f"{page}add/", {}, follow=True)
    assert "A review is going on" in answer.content.decode()
    assert client.get(f"{page}{review.pk}/change/").status_code == 200
    refused = act(client, page, "close", review)
    assert refused.status_code == 302
    assert "5 accounts are undecided" in client.get(page).content.decode()
    client.get(rows, {"decided": "no"})
    act(client, rows, "accept", *review.accounts.all())
    act(client, page, "close", review)
    review.refresh_from_db()
    assert review.closed_by == people["owner"]


def test_an_auditor_reads_reviews_and_decides_nothing(
    client: Client, people: dict[str, User]
) -> None:
    review = reviews.start_review(acting_user=people["owner"])
    sign_in(client, an_account("auditor"))
    rows = "/admin/accounts/reviewedaccount/"
    assert "lead@plumbline.example" in client.get(rows).content.decode()
    act(client, rows, "accept", *review.accounts.all())
    act(client, "/admin/accounts/accessreview/", "close", review)
    assert not review.accounts.exclude(decision="").exists()
