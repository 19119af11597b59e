"""A person's own rows besides their identities: evidence, sign-in, and, where they are removed, what they did."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from django.db import connection as database
from django.db.models import ForeignKey, OneToOneField, Q

from backend.accounts.models import User
from backend.connections.models import Connection
from backend.governance.erasing.person_known import ERASED_ADDRESS, Known, accounts_of
from backend.governance.erasing.steps import NotErasable, Step
from backend.governance.models import Erasure
from backend.metrics.identities import NOTE_WORK
from backend.metrics.models import ActivityDay
from backend.people.models import Address, Identity, Membership, Merge, Offer, Person
from backend.people.store.erased import common_identity

_NOTE: Final = f"""
    WITH changed AS (SELECT unnest(%s::bigint[]) AS identity_id), pulls AS (
        SELECT id FROM delivery_pullrequest WHERE author_id IN (SELECT identity_id FROM changed)
        UNION
        SELECT pull_request_id FROM delivery_review
        WHERE author_id IN (SELECT identity_id FROM changed)
    ), deployed AS (
        INSERT INTO delivery_pendingdeployments (repository_id, since)
        SELECT DISTINCT repository_id, now() FROM delivery_pullrequest WHERE id IN (SELECT id FROM pulls)
        ORDER BY repository_id
        ON CONFLICT (repository_id) DO UPDATE SET since = excluded.since
    ), {NOTE_WORK}
"""  # noqa: S608 - models' own names


def row_steps(erasure: Erasure, keys: Collection[int], known: Known) -> Iterator[Step]:
    person = erasure.subject_id or 0
    own = [one.pk for one in known.identities]
    emails = {email: f"erased-{pk}{ERASED_ADDRESS}" for pk, email in known.users.items()}
    yield _delete(Offer, Q(first__in=own) | Q(second__in=own))
    yield Step("people_merge", lambda limit: _forget_merges(person, own, emails, limit))
    yield Step("accounts_user", lambda _: _erase_sign_in(erasure))
    yield _delete(Address, Q(identity__in=own))
    yield Step("governance_erasure", lambda _: _forget_words(keys))


def removal_steps(
    person: int, known: Known, done_by: Iterable["ForeignKey[Any, Any]"]
) -> Iterator[Step]:
    """Whatever was measured of their work is measured again, as nobody's."""
    own = [one.pk for one in known.identities]
    yield Step("delivery_pendingmeasurement", lambda _: _measure_again(own))
    for field in done_by:
        if isinstance(field, OneToOneField) or field.model is ActivityDay:
            yield _delete(field.model, Q(**{f"{field.name}__in": own}))
            continue
        for source in sorted({one.connection_id for one in known.identities}):
            of_source = [one.pk for one in known.identities if one.connection_id == source]
            yield _give(field, source, of_source)
    yield _delete(Membership, Q(person=person))
    yield _delete(Identity, Q(pk__in=own))
    yield Step("accounts_user", lambda _: User.objects.filter(person=person).update(person=None))
    yield _delete(Person, Q(pk=person))


def _delete(model: Any, rows: Q) -> Step:  # noqa: ANN401 - any model
    """Without what Django would look for in tables that the worker may not read: nothing refers to these rows."""
    options = model._meta
    table, key = options.db_table, options.pk.column

    def run(limit: int) -> int:
        found = model._base_manager.filter(rows).order_by("pk").values_list("pk", flat=True)
        keys = list(found[:limit])
        with database.cursor() as cursor:
            cursor.execute(
                f'DELETE FROM "{table}" WHERE {key} = ANY(%s)',  # noqa: S608 - a model's own names
                [keys],
            )
        return len(keys)

    return Step(table, run)


def _give(field: "ForeignKey[Any, Any]", source: int, own: list[int]) -> Step:
    """Make it the nameless identity's."""
    model = field.model
    rows = model._base_manager.filter(**{f"{field.name}__in": own})

    def run(limit: int) -> int:
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
        if keys:
            nobody = common_identity(Connection.objects.get(pk=source))
            model._base_manager.filter(pk__in=keys, **{f"{field.name}__in": own}).update(
                **{field.attname: nobody}
            )
        return len(keys)

    return Step(model._meta.db_table, run)


def _measure_again(own: list[int]) -> int:
    with database.cursor() as cursor:
        cursor.execute(_NOTE, [own])
    return 0


def _forget_merges(person: int, own: list[int], emails: dict[str, str], limit: int) -> int:
    """Who was joined stays, by keys; what they were called, and what spoke for it, goes."""
    about = Q(person_key=person)
    for pk in own:
        about |= Q(moved__identities__contains=[[pk]])
    by_them = Q(acting_user__in=emails) | Q(undone_by__in=emails)
    changed = []
    for merge in Merge.objects.filter(about | by_them).order_by("pk"):
        before = (merge.evidence, merge.moved["persons"], merge.acting_user, merge.undone_by)
        _forget(merge, person, own, emails)
        if before != (merge.evidence, merge.moved["persons"], merge.acting_user, merge.undone_by):
            changed.append(merge)
        if len(changed) == limit:
            break
    Merge.objects.bulk_update(changed, ["evidence", "moved", "acting_user", "undone_by"])
    return len(changed)


def _forget(merge: Merge, person: int, own: list[int], emails: dict[str, str]) -> None:
    if merge.person_key == person or {pk for pk, _ in merge.moved["identities"]} & set(own):
        merge.evidence = []
        merge.moved["persons"] = [[pk, ""] for pk, _ in merge.moved["persons"]]
    merge.acting_user = emails.get(merge.acting_user, merge.acting_user)
    merge.undone_by = emails.get(merge.undone_by, merge.undone_by)


def _erase_sign_in(erasure: Erasure) -> int:
    """By the owner's routine: the worker reads neither sessions nor second factors.

    An erasure that is applied again, which nobody asked for, is the owner's own to do. Raises NotErasable.
    """
    if erasure.asked_by_id is not None:
        since = sorted({*accounts_of(erasure.subject_id or 0)} - {*(erasure.accounts or ())})
        if since:
            told = ", ".join(map(str, since))
            message = f"Accounts {told} were linked with this person after the approval: unlink them first."
            raise NotErasable(message)
    routine, key = (
        ("governance_erase_sign_in_of", erasure.subject_id)
        if erasure.asked_by_id is None
        else ("governance_erase_sign_in", erasure.pk)
    )
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {routine}(%s)", [key])
        (rows,) = cursor.fetchone()
        # Not counted: other people's, who were about to sign in and begin anew, go along.
        cursor.execute("SELECT governance_end_unlisted_sessions()")
        return int(rows)


def _forget_words(keys: Collection[int]) -> int:
    """What was typed of them goes whole, for words can tell of somebody without a name. Our own words stay."""
    about = Erasure.objects.filter(
        kind=Erasure.Kind.PERSON, subject_id__in=keys, asked_by__isnull=False
    )
    return about.exclude(subject_name="", reason="").update(subject_name="", reason="")
