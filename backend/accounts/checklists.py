"""Checklists for joiners and leavers: the shipped items, ticked off by administrators, on record."""

from typing import Final

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from backend.accounts import access, api_tokens
from backend.accounts.models import Checklist, ChecklistItem, User
from backend.audit.events import record

ITEMS: Final[dict[str, tuple[str, ...]]] = {
    Checklist.Kind.JOINER: (
        "Somebody who answers for this person asked for the account, and the request is kept.",
        "The role is the least that the work needs.",
        "The account is linked to its person, so that its own figures and teams are right.",
        "A team lead has the teams opened that they lead, and no others.",
        "The person has signed in and set up a second factor.",
        "The person knows what figures are about and what they are not for.",
    ),
    Checklist.Kind.LEAVER: (
        "The account is closed, here or at the identity provider.",
        "Sessions have ended and API tokens are revoked.",
        "Teams opened to the account are taken back.",
        "Service accounts that the person answered for have somebody else.",
        "Ingest tokens and secrets of connections that the person knew are replaced.",
        "Memberships in teams end on the last day.",
    ),
}


class ChecklistRefused(ValueError):
    """It cannot be done; the message says why."""


@transaction.atomic
def start_checklist(*, user: User, kind: str, acting_user: User) -> Checklist:
    """Raises access.Denied."""
    _require(acting_user)
    made = Checklist.objects.create(user=user, kind=kind, started_by=acting_user)
    ChecklistItem.objects.bulk_create(
        ChecklistItem(checklist=made, text=text) for text in ITEMS[kind]
    )
    record(name=f"{kind}_checklist_started", actor=acting_user, subject=user)
    return made


@transaction.atomic
def tick(*, item: ChecklistItem, is_done: bool, acting_user: User) -> None:
    """Tick an item off, or take that back. Raises ChecklistRefused, access.Denied."""
    _require(acting_user)
    checklist = Checklist.objects.select_for_update(of=("self",)).get(pk=item.checklist_id)
    if checklist.completed_at is not None:
        raise ChecklistRefused("The checklist is completed.")
    stored = ChecklistItem.objects.get(pk=item.pk)
    if (stored.done_at is not None) == is_done:
        return
    stored.done_at = timezone.now() if is_done else None
    stored.done_by = acting_user if is_done else None
    stored.save(update_fields=["done_at", "done_by"])
    record(
        name="checklist_item_done" if is_done else "checklist_item_reopened",
        actor=acting_user,
        subject=checklist.user,
        detail={"item": stored.text},
    )


@transaction.atomic
def complete_checklist(*, checklist: Checklist, acting_user: User) -> None:
    """Raises ChecklistRefused while an item is open or, of a leaver, any access remains."""
    _require(acting_user)
    stored = Checklist.objects.select_for_update(of=("self",)).get(pk=checklist.pk)
    if stored.completed_at is not None:
        return
    left = remaining(stored)
    if left:
        raise ChecklistRefused(f"{stored}: {', '.join(left)}.")
    stored.completed_at, stored.completed_by = timezone.now(), acting_user
    stored.save(update_fields=["completed_at", "completed_by"])
    record(name=f"{stored.kind}_checklist_completed", actor=acting_user, subject=stored.user)


def remaining(checklist: Checklist) -> list[str]:
    """What stands in the way of completing it, as a person says it."""
    user = checklist.user
    counts = {"items open": checklist.items.filter(done_at=None).count()}
    if checklist.kind == Checklist.Kind.LEAVER:
        counts |= {
            "sessions open": UserSession.objects.filter(user=user).count(),
            "API tokens good": api_tokens.good(user).count(),
            "teams still opened to the account": user.grants.count(),
            "service accounts without somebody else": user.service_accounts.filter(
                is_active=True
            ).count(),
        }
        if user.is_active:
            return [*_told(counts), "the account is still open"]
    return _told(counts)


def _told(counts: dict[str, int]) -> list[str]:
    return [f"{number} {what}" for what, number in counts.items() if number]


def _require(user: User) -> None:
    if not access.may_administer(user):
        raise access.Denied
