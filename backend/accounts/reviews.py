"""Who has access: what to look at, and reviews in which every account is accepted or revoked, on record."""

from datetime import timedelta
from typing import Any, Final

from allauth.mfa.models import Authenticator
from django.contrib.postgres.aggregates import StringAgg
from django.db import IntegrityError, transaction
from django.db.models import (
    Count,
    Exists,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from backend.accounts import access, store
from backend.accounts.models import (
    AccessReview,
    AccountAccess,
    ApiToken,
    ReviewedAccount,
    TeamGrant,
    User,
)
from backend.audit.events import record
from backend.keyring import bearer

UNUSED_AFTER: Final = timedelta(days=90)
OLD_AFTER: Final = timedelta(days=180)
EXPIRES_WITHIN: Final = timedelta(days=30)


_NAMES: Final = StringAgg("team__name", ", ", order_by="team__name", output_field=TextField())


class ReviewRefused(ValueError):
    """It cannot be done; the message says why."""


def accounts() -> QuerySet[Any]:
    """Every open account with what it may do and when it was used last: one statement, whatever it is narrowed to."""
    factor = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    good = bearer.good(ApiToken.objects.filter(user=OuterRef("pk"))).order_by()
    grants = TeamGrant.objects.filter(user=OuterRef("pk")).order_by().values("user")

    def of_tokens(what: Any) -> Subquery:
        return Subquery(good.values("user").annotate(told=what).values("told"))

    return AccountAccess.objects.filter(is_active=True).annotate(
        has_second_factor=Exists(factor),
        teams=Coalesce(
            Subquery(grants.annotate(told=_NAMES).values("told")),
            Value(""),
            output_field=TextField(),
        ),
        tokens=Coalesce(of_tokens(Count("pk")), Value(0)),
        oldest_token=of_tokens(Min("created_at")),
        token_expires=of_tokens(Min("expires_at")),
        token_used=of_tokens(Max("last_used_at")),
        used_at=Greatest("last_login", of_tokens(Max("last_used_at"))),
    )


def noticed(found: QuerySet[Any], what: str) -> QuerySet[Any]:
    """The accounts of one sort in NOTICED."""
    now = timezone.now()
    tokens = bearer.good(ApiToken.objects.filter(user=OuterRef("pk")))
    conditions: dict[str, Q | Exists] = {
        "no_second_factor": Q(has_second_factor=False, is_service=False),
        "unused": Q(joined_at__lt=now - UNUSED_AFTER)
        & (Q(used_at=None) | Q(used_at__lt=now - UNUSED_AFTER)),
        "never_enrolled": Q(last_login=None, is_service=False),
        "administrators": Q(role__in=[User.Role.OWNER, User.Role.ADMINISTRATOR]),
        "service": Q(is_service=True),
        "orphaned": Q(responsible__is_active=False)
        | Q(is_service=True) & ~Q(responsible__role__in=["owner", "administrator"]),
        "old_tokens": Exists(tokens.filter(created_at__lt=now - OLD_AFTER)),
        "unused_tokens": Exists(
            tokens.filter(
                Q(last_used_at=None, created_at__lt=now - UNUSED_AFTER)
                | Q(last_used_at__lt=now - UNUSED_AFTER)
            )
        ),
        "expiring_tokens": Exists(tokens.filter(expires_at__lt=now + EXPIRES_WITHIN)),
    }
    return found.filter(conditions[what])


NOTICED: Final = {
    "no_second_factor": "without a second factor",
    "unused": "unused for 90 days",
    "never_enrolled": "never signed in",
    "administrators": "owners and administrators",
    "service": "service accounts",
    "orphaned": "service accounts nobody answers for",
    "old_tokens": "API tokens older than 180 days",
    "unused_tokens": "API tokens unused for 90 days",
    "expiring_tokens": "API tokens that expire within 30 days",
}


@transaction.atomic
def start_review(*, acting_user: User) -> AccessReview:
    """Put every open account before the reviewers. Raises ReviewRefused, access.Denied."""
    _require(acting_user)
    try:
        with transaction.atomic():
            review = AccessReview.objects.create(started_by=acting_user)
    except IntegrityError as error:
        raise ReviewRefused("A review is going on: close it first.") from error
    rows = accounts().values_list("pk", "role", "teams", "tokens")
    ReviewedAccount.objects.bulk_create(
        (
            ReviewedAccount(review=review, user_id=pk, role=role, teams=teams, tokens=tokens)
            for pk, role, teams, tokens in rows
        ),
        batch_size=1000,
    )
    record(name="access_review_started", actor=acting_user, subject=review)
    return review


@transaction.atomic
def decide(*, row: ReviewedAccount, decision: str, acting_user: User) -> None:
    """Accept an account, or revoke it: it is closed, and loses what was opened to it. Raises ReviewRefused."""
    # The review too, so that none is closed while something in it is decided.
    AccessReview.objects.select_for_update().get(pk=row.review_id)
    stored = ReviewedAccount.objects.select_for_update(of=("self",)).get(pk=row.pk)
    account = User.objects.select_for_update().get(pk=stored.user_id)
    if not access.may_change_account(acting_user, account):
        raise ReviewRefused("Only an owner decides on an owner.")
    if stored.review.closed_at is not None:
        raise ReviewRefused("The review is closed.")
    if decision == ReviewedAccount.Decision.REVOKED:
        close_account(user=account, acting_user=acting_user)
    stored.decision = ReviewedAccount.Decision(decision)
    stored.decided_by, stored.decided_at = acting_user, timezone.now()
    stored.save(update_fields=["decision", "decided_by", "decided_at"])
    record(name=f"access_{decision}", actor=acting_user, subject=account)


@transaction.atomic
def close_review(*, review: AccessReview, acting_user: User) -> None:
    """Raises ReviewRefused while an account is undecided."""
    _require(acting_user)
    stored = AccessReview.objects.select_for_update().get(pk=review.pk)
    if stored.closed_at is not None:
        raise ReviewRefused("The review is closed already.")
    undecided = stored.accounts.filter(decision="").count()
    if undecided:
        raise ReviewRefused(f"{undecided} accounts are undecided: accept or revoke each of them.")
    stored.closed_at, stored.closed_by = timezone.now(), acting_user
    stored.save(update_fields=["closed_at", "closed_by"])
    record(name="access_review_closed", actor=acting_user, subject=stored)


@transaction.atomic
def close_account(*, user: User, acting_user: User) -> None:
    """Deactivate and take away what was opened to it. Raises ReviewRefused."""
    if user == acting_user:
        raise ReviewRefused("You cannot close your own account.")
    if store.is_last_owner(user):
        raise ReviewRefused("This is the last owner: make another one first.")
    remove_grants(user=user, acting_user=acting_user)
    store.close(user=user, acting_user=acting_user)


@transaction.atomic
def remove_grants(*, user: User, acting_user: User) -> int:
    """How many teams were open to it."""
    _require(acting_user)
    grants = list(user.grants.all())
    for grant in grants:
        grant.delete()  # one by one, so that each is in the audit log
    return len(grants)


def _require(user: User) -> None:
    if not access.may_administer(user):
        raise access.Denied
