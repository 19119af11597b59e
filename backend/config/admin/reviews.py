"""The access review: what every account may do, reviews of all of them, and checklists for joiners and leavers."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from backend.accounts import access, api_tokens, reviews, store
from backend.accounts.models import (
    AccessReview,
    AccountAccess,
    ReviewedAccount,
    User,
)
from backend.api.export import csv_file
from backend.audit.events import record
from backend.config.admin.site import ReadOnly, acting, confirm, may_administer, site

Verb = Callable[[Any, User], object]


class Confirmed(ReadOnly):
    """Actions that are asked about before they are done, by administrators alone."""

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def done(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        verb: Verb,
        *,
        question: str,
        consequence: str,
    ) -> HttpResponse | None:
        """Ask; then do it with each, and tell of those that it cannot be done with."""
        asked = confirm(request, queryset, question=question, consequence=consequence)
        if asked:
            return asked
        number = 0
        for one in queryset:
            try:
                verb(one, acting(request))
                number += 1
            except ValueError as refused:
                self.message_user(request, f"{one}: {refused}", messages.ERROR)
            except access.Denied:
                self.message_user(request, f"{one}: you may not do this.", messages.ERROR)
        self.message_user(request, f"Done: {number}.", messages.SUCCESS)
        return None


class NoticedFilter(admin.SimpleListFilter):
    title = "what to look at"
    parameter_name = "look"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(reviews.NOTICED.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        what = self.value()
        return reviews.noticed(queryset, what) if what in reviews.NOTICED else queryset


@admin.register(AccountAccess, site=site)
class AccountAccessAdmin(Confirmed):
    """Every open account. What is wrong with one is set right by an action here."""

    change_list_template = "admin/access_list.html"
    _FACTS = (
        *("role", "teams", "has_second_factor", "used_at", "tokens", "oldest_token"),
        *("token_used", "token_expires", "responsible"),
    )
    list_display = ("email", *_FACTS)
    list_filter = (NoticedFilter, "role", "is_service")
    list_select_related = ("responsible",)
    search_fields = ("email", "name")
    ordering = ("email",)
    show_full_result_count = False
    list_per_page = 50
    fields = readonly_fields = ("email", "name", "person", "joined_at", "last_login", *_FACTS)
    actions = ("end_sessions", "revoke_tokens", "remove_grants", "deactivate")

    def get_queryset(self, request: HttpRequest) -> Any:
        return reviews.accounts()

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export)
        return [path("export/", export, name="accounts_accountaccess_export"), *super().get_urls()]

    @admin.display(description="teams opened")
    def teams(self, account: Any) -> str:
        return str(account.teams)

    @admin.display(description="second factor", boolean=True)
    def has_second_factor(self, account: Any) -> bool | None:
        return None if account.is_service else bool(account.has_second_factor)

    @admin.display(description="last used", ordering="used_at")
    def used_at(self, account: Any) -> Any:
        return account.used_at or "never"

    @admin.display(description="API tokens", ordering="tokens")
    def tokens(self, account: Any) -> int:
        return int(account.tokens)

    @admin.display(description="oldest of them", ordering="oldest_token")
    def oldest_token(self, account: Any) -> Any:
        return account.oldest_token

    @admin.display(description="last used by token", ordering="token_used")
    def token_used(self, account: Any) -> Any:
        return account.token_used

    @admin.display(description="first expires", ordering="token_expires")
    def token_expires(self, account: Any) -> Any:
        return account.token_expires

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """All of it as a CSV file, on record."""
        columns = (
            *("email", "name", "role", "is_service", "responsible__email", "teams"),
            *("has_second_factor", "joined_at", "last_login", "used_at", "tokens"),
            *("oldest_token", "token_used", "token_expires"),
        )
        record(name="access_exported", actor=acting(request))
        rows = reviews.accounts().order_by("email").values_list(*columns).iterator(2000)
        return csv_file(rows, columns, name=f"access-{timezone.now():%Y-%m-%d}.csv")

    @admin.action(description="End all sessions", permissions=["administer"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def end(account: User, by: User) -> None:
            _require(by, account)
            store.end_sessions(user=account, acting_user=by)

        return self.done(
            request,
            queryset,
            end,
            question="End all sessions?",
            consequence="These people have to sign in again.",
        )

    @admin.action(description="Revoke all API tokens", permissions=["administer"])
    def revoke_tokens(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def revoke(account: User, by: User) -> None:
            for token in api_tokens.good(account):
                api_tokens.revoke_api_token(token=token, acting_user=by)

        return self.done(
            request,
            queryset,
            revoke,
            question="Revoke all API tokens?",
            consequence="Whatever reads with the tokens of these accounts is refused from now on.",
        )

    @admin.action(description="Take back all teams opened", permissions=["administer"])
    def remove_grants(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def remove(account: User, by: User) -> None:
            _require(by, account)
            reviews.remove_grants(user=account, acting_user=by)

        return self.done(
            request,
            queryset,
            remove,
            question="Take back all teams opened?",
            consequence="These team leads see the teams that they are in, and no others.",
        )

    @admin.action(description="Deactivate", permissions=["administer"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        def close(account: User, by: User) -> None:
            _require(by, account)
            reviews.close_account(user=account, acting_user=by)

        return self.done(
            request,
            queryset,
            close,
            question="Deactivate these accounts?",
            consequence="Nobody signs in with them any more. Sessions end, API tokens are revoked, teams opened to "
            "them are taken back. What they did stays on record.",
        )


def _require(user: User, account: User) -> None:
    if not access.may_change_account(user, account):
        raise access.Denied


@admin.register(AccessReview, site=site)
class AccessReviewAdmin(Confirmed):
    """Adding one starts it; it is closed by an action, once everything is decided."""

    list_display = ("__str__", "started_by", "accounts", "undecided", "closed_at", "closed_by")
    list_select_related = ("started_by", "closed_by")
    ordering = ("-started_at",)
    fields = ("started_at", "started_by", "accounts", "undecided", "closed_at", "closed_by")
    actions = ("close",)

    def get_queryset(self, request: HttpRequest) -> Any:
        undecided = Count("accounts", filter=Q(accounts__decision=""))
        found = super().get_queryset(request)
        return found.annotate(all_accounts=Count("accounts"), undecided_accounts=undecided)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.fields if obj else ()

    @admin.display(description="accounts")
    def accounts(self, review: Any) -> int:
        return int(review.all_accounts)

    @admin.display(description="undecided")
    def undecided(self, review: Any) -> int:
        return int(review.undecided_accounts)

    def save_model(self, request: HttpRequest, obj: AccessReview, form: Any, change: bool) -> None:
        obj.pk = reviews.start_review(acting_user=acting(request)).pk
        obj.refresh_from_db()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except reviews.ReviewRefused as refused:
            self.message_user(request, str(refused), messages.ERROR)
            return self.response_post_save_add(request, AccessReview())

    @admin.action(description="Close the review", permissions=["administer"])
    def close(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.done(
            request,
            queryset,
            lambda review, by: reviews.close_review(review=review, acting_user=by),
            question="Close the review?",
            consequence="Its decisions cannot be changed any more.",
        )


class OpenFilter(admin.SimpleListFilter):
    title = "decision"
    parameter_name = "decided"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "undecided"), *ReviewedAccount.Decision.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        return (
            queryset if not wanted else queryset.filter(decision="" if wanted == "no" else wanted)
        )


@admin.register(ReviewedAccount, site=site)
class ReviewedAccountAdmin(Confirmed):
    list_display = (
        "user",
        "role",
        "teams",
        "tokens",
        "decision",
        "decided_by",
        "decided_at",
        "review",
    )
    list_display_links = None
    list_filter = (OpenFilter, "role", "review")
    list_select_related = ("user", "decided_by", "review")
    search_fields = ("user__email", "user__name", "teams")
    ordering = ("-review", "user__email")
    show_full_result_count = False
    list_per_page = 50
    fields = ("review", "user", "role", "teams", "tokens", "decision", "decided_by", "decided_at")
    actions = ("accept", "revoke")

    @admin.action(description="Accept", permissions=["administer"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._decided(
            request,
            queryset,
            ReviewedAccount.Decision.ACCEPTED,
            question="Accept these accounts?",
            consequence="Each keeps what it may do. That it was you who looked is on record.",
        )

    @admin.action(description="Revoke", permissions=["administer"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._decided(
            request,
            queryset,
            ReviewedAccount.Decision.REVOKED,
            question="Revoke these accounts?",
            consequence="Each is deactivated: sessions end, API tokens are revoked, teams opened to it are taken back.",
        )

    def _decided(
        self, request: HttpRequest, queryset: QuerySet[Any], decision: str, **told: str
    ) -> HttpResponse | None:
        return self.done(
            request,
            queryset,
            lambda row, by: reviews.decide(row=row, decision=decision, acting_user=by),
            **told,
        )
