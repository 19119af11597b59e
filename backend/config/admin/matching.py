"""What may be one person, for yes or no, and what was merged, with the way back."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse

from backend.config.admin.site import ReadOnly, acting, confirm, may_administer, site
from backend.people import moving
from backend.people.models import Merge, Offer, Person
from backend.pipeline import bell


def figures_follow() -> None:
    """Measure again, and match again, once what was changed is stored."""
    transaction.on_commit(lambda: bell.ring(bell.MEASURE))
    transaction.on_commit(lambda: bell.ring(bell.MATCH))


@admin.register(Offer, site=site)
class OfferAdmin(ReadOnly):
    list_display = ("first", "second", "strength", "why", "answer", "answered_at")
    list_filter = ("answer",)
    list_select_related = ("first", "second")
    search_fields = ("first__login", "second__login")
    ordering = ("-strength", "pk")
    actions = ("accept", "refuse")

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    @admin.display(description="evidence")
    def why(self, offer: Offer) -> str:
        return _told(offer.evidence)

    @admin.action(description="Accept: each two are one person", permissions=["administer"])
    def accept(self, request: HttpRequest, queryset: QuerySet[Offer]) -> HttpResponse | None:
        asked = confirm(
            request,
            queryset,
            question="Make each two one person?",
            consequence="Their figures become one person's, as do memberships and the account. Each merge can be "
            "undone.",
        )
        if asked:
            return asked
        for offer in queryset.filter(answer=Offer.Answer.OPEN):
            moving.accept(offer=offer, acting_user=acting(request))
        figures_follow()
        return None

    @admin.action(description="Refuse: each two are two people", permissions=["administer"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Offer]) -> None:
        for offer in queryset.filter(answer=Offer.Answer.OPEN):
            moving.refuse(offer=offer, acting_user=acting(request))


@admin.register(Merge, site=site)
class MergeAdmin(ReadOnly):
    list_display = (
        *("__str__", "person", "reason", "acting_user", "why", "merged_at"),
        *("undone_at", "undone_by"),
    )
    list_filter = ("reason", ("undone_at", admin.EmptyFieldListFilter))
    search_fields = ("=person_key", "acting_user", "evidence")
    date_hierarchy = "merged_at"
    ordering = ("-pk",)
    actions = ("undo",)

    def has_administer_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Merge]:
        name = Person.objects.filter(pk=OuterRef("person_key")).values("name")[:1]
        found: QuerySet[Merge] = super().get_queryset(request)
        return found.annotate(person_name=Subquery(name))

    def person(self, merge: Merge) -> str:
        """Who has what was moved; by number where they were merged into another since."""
        return getattr(merge, "person_name", None) or f"person {merge.person_key}"

    @admin.display(description="evidence")
    def why(self, merge: Merge) -> str:
        return _told(merge.evidence)

    @admin.action(description="Undo", permissions=["administer"])
    def undo(self, request: HttpRequest, queryset: QuerySet[Merge]) -> HttpResponse | None:
        asked = confirm(
            request,
            queryset,
            question="Undo these merges?",
            consequence="Everything is as it was before, and is not merged again by itself. The latest are undone "
            "first.",
        )
        if asked:
            return asked
        for merge in queryset.order_by("-pk"):
            try:
                moving.undo(merge=merge, acting_user=acting(request))
            except moving.CannotUndo as error:
                self.message_user(request, f"{merge}: {error}", messages.ERROR)
        figures_follow()
        return None


def _told(evidence: Any) -> str:
    return ", ".join(f"{kind} ({text})" for kind, text in evidence)
