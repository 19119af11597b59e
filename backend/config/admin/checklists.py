"""Checklists for joiners and leavers, ticked off by administrators."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from backend.accounts.checklists import complete_checklist, start_checklist, tick
from backend.accounts.models import Checklist, ChecklistItem
from backend.config.admin.reviews import Confirmed
from backend.config.admin.site import acting, may_administer, site


class ItemForm(forms.ModelForm):
    is_done = forms.BooleanField(label="done", required=False)

    class Meta:
        model = ChecklistItem
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["is_done"] = self.instance.done_at is not None


class ItemInline(admin.TabularInline):
    model = ChecklistItem
    form = ItemForm
    fields = ("text", "is_done", "done_by", "done_at")
    readonly_fields = ("text", "done_by", "done_at")
    ordering = ("pk",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(request) and (obj is None or obj.completed_at is None)


class StartForm(forms.ModelForm):
    class Meta:
        model = Checklist
        fields = ("user", "kind")

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError."""
        cleaned = super().clean() or {}
        if self.instance.pk is None and Checklist.objects.filter(
            user=cleaned.get("user"), kind=cleaned.get("kind"), completed_at=None
        ):
            raise ValidationError("There is such a checklist already, not completed yet.")
        return cleaned


@admin.register(Checklist, site=site)
class ChecklistAdmin(Confirmed):
    """Started by adding it, ticked off on its page, completed by an action."""

    form = StartForm
    list_display = (
        "__str__",
        "open_items",
        "started_by",
        "started_at",
        "completed_by",
        "completed_at",
    )
    list_filter = ("kind", ("completed_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "started_by", "completed_by")
    search_fields = ("user__email", "user__name")
    autocomplete_fields = ("user",)
    ordering = ("-started_at",)
    inlines = (ItemInline,)
    actions = ("complete",)
    _TOLD = ("user", "kind", "started_by", "started_at", "completed_by", "completed_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        left = Count("items", filter=Q(items__done_at=None))
        return super().get_queryset(request).annotate(left=left)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_administer(request) and (obj is None or obj.completed_at is None)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self._TOLD if obj else ("user", "kind")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self._TOLD if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Model | None) -> Any:
        return self.inlines if obj else ()

    @admin.display(description="items open")
    def open_items(self, checklist: Any) -> int:
        return int(checklist.left)

    def save_model(self, request: HttpRequest, obj: Checklist, form: Any, change: bool) -> None:
        if not change:
            made = start_checklist(user=obj.user, kind=obj.kind, acting_user=acting(request))
            obj.pk = made.pk
            obj.refresh_from_db()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for one in formset.forms:
            is_done = one.cleaned_data.get("is_done", False)
            tick(item=one.instance, is_done=is_done, acting_user=acting(request))
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []

    @admin.action(description="Complete", permissions=["administer"])
    def complete(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.done(
            request,
            queryset,
            lambda one, by: complete_checklist(checklist=one, acting_user=by),
            question="Complete these checklists?",
            consequence="They are kept as they are. A leaver's is refused while any access remains.",
        )
