"""Marks of bots: by the rules, and by a person's word, which stands above them until it is taken back."""

from django.db import transaction
from django.db.models import Model

from backend.audit.events import record
from backend.people.bots import bot_rule
from backend.people.models import Identity
from backend.people.store import organisation


def mark_bots() -> int:
    """Have each identity marked as the rules say by now, but for those that a person spoke of; how many changed."""
    is_bot = bot_rule(organisation().bot_logins)
    rows = Identity.objects.filter(is_bot_by_hand=False).only("kind", "login", "is_bot")
    by_mark: dict[bool, list[int]] = {True: [], False: []}
    for one in rows.iterator():
        if is_bot(one) != one.is_bot:
            by_mark[not one.is_bot].append(one.pk)
    return sum(
        Identity.objects.filter(pk__in=ids, is_bot_by_hand=False).update(is_bot=mark)
        for mark, ids in by_mark.items()
        if ids
    )


@transaction.atomic
def say_bot(*, identity: Identity, is_bot: bool | None, acting_user: Model) -> Identity:
    """Mark an identity as a bot, or as none, whatever the rules say; None: as they say."""
    by_hand = is_bot is not None
    mark = is_bot if is_bot is not None else bot_rule(organisation().bot_logins)(identity)
    Identity.objects.filter(pk=identity.pk).update(is_bot=mark, is_bot_by_hand=by_hand)
    identity.is_bot, identity.is_bot_by_hand = mark, by_hand
    detail = {"is_bot": mark, "by_hand": by_hand}
    record(name="bot_marked", actor=acting_user, subject=identity, detail=detail)
    return identity
