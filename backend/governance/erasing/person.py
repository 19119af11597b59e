"""A person, as a kind of subject. Two modes.

Pseudonymise: person and identities stay as rows that say nothing of anybody, so that every figure stays as it was.
Remove: what they did belongs to one nameless identity of each connection that stands for all who were removed; teams
have them as members no more, and figures of teams follow.

Names in others' rows (branches, mentions, histories, records) go first, since they are found by what identities and
accounts say; these go last. So it can be killed anywhere: what is left is found again.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import ForeignKey, ManyToOneRel, Model

from backend.accounts.models import User
from backend.audit.subjects import forget
from backend.connections.models import JiraSettings
from backend.governance.erasing import on_disk, person_requests
from backend.governance.erasing.person_known import Known, accounts_of, everybody, keys_of, to_bury
from backend.governance.erasing.person_names import identity_steps, named_steps
from backend.governance.erasing.person_rows import removal_steps, row_steps
from backend.governance.erasing.steps import NotErasable, Step
from backend.governance.models import Erasure
from backend.people.graves import KINDS
from backend.people.models import (
    Address,
    DirectoryUser,
    Identity,
    Membership,
    Offer,
    Person,
)
from backend.tombstones.graves import digest

REWRITTEN: Final = (
    *("people_person", "people_identity", "people_address", "people_offer", "people_merge"),
    *("people_membership", "people_directoryuser", "people_directoryemail", "people_organisation"),
    *("people_directorygroup_members", "accounts_user", "accounts_apitoken", "accounts_teamgrant"),
    *("accounts_breakglassuse", "account_emailaddress", "mfa_authenticator"),
    *("socialaccount_socialaccount", "usersessions_usersession", "django_session"),
    *("django_admin_log", "governance_erasure", "governance_subjectrequest"),
    "governance_securityincident",
    *("delivery_ownerpattern", "delivery_pullrequest", "delivery_pullrequestevent"),
    *("delivery_checksuite", "delivery_workflowrun", "delivery_deployment"),
    *("delivery_resultupload", "delivery_issue", "delivery_issuetransition"),
    *("delivery_fixcorrection", "delivery_mutedtest", "metrics_runfact"),
)
"""Tables that rows of a person, or their names, stood in."""


def name(subject_id: int | None) -> str:
    """Raises LookupError."""
    person = Person.objects.filter(pk=subject_id or 0).first()
    if person is None:
        message = f"There is no person {subject_id}."
        raise LookupError(message)
    return str(person)


def preview(subject_id: int | None, mode: str) -> Mapping[str, int]:
    """For web. Raises NotErasable."""
    pk = subject_id or 0
    known = Known.of(pk)
    _check(known)
    own = [one.pk for one in known.identities]
    counts = {
        "people_person": 1,
        "people_identity": len(known.named),
        "people_address": Address.objects.filter(identity__in=own).count(),
        "people_offer": (
            Offer.objects.filter(first__in=own) | Offer.objects.filter(second__in=own)
        ).count(),
        "people_directoryuser": len(known.directory),
        "accounts_user": len(known.users),
    }
    if mode == Erasure.Mode.REMOVE:
        counts["people_membership"] = Membership.objects.filter(person=pk).count()
        for field in done_by():
            table = field.model._meta.db_table
            rows = field.model._base_manager.filter(**{f"{field.name}__in": own})
            counts[table] = counts.get(table, 0) + rows.count()
    return {table: count for table, count in counts.items() if count}


def known_by(subject_id: int | None) -> Mapping[str, Collection[str]]:
    return to_bury(subject_id or 0)


@transaction.atomic
def found_by(kind: str, digests: Collection[bytes]) -> set[int]:
    """Identities, accounts and entries of the directory that are nobody's are made one nameless person's first.

    So an old backup from before they were matched is cleaned as well.
    """
    if kind not in KINDS:
        return set()
    wanted = set(digests)
    found: dict[str, set[Any]] = {"identity": set(), "user": set(), "entry": set()}
    for row, pk, text in everybody(kind):
        if digest(kind, text) in wanted:
            found[row].add(pk)
    people: set[int] = set()
    models: dict[str, type[Model]] = {"identity": Identity, "user": User, "entry": DirectoryUser}
    for row, model in models.items():
        rows = model._base_manager.filter(pk__in=found[row])
        people |= set(rows.exclude(person=None).values_list("person_id", flat=True))
        if rows.filter(person=None).exists():
            adopted = Person.objects.create(name="")
            rows.filter(person=None).update(person=adopted)
            people.add(adopted.pk)
    return people


def steps(erasure: Erasure) -> Sequence[Step]:
    pk = erasure.subject_id or 0
    known, accounts, keys = Known.of(pk), accounts_of(pk), keys_of(pk)
    removes = erasure.mode == Erasure.Mode.REMOVE
    return [
        # Whoever collects must have seen the tombstones before names go.
        on_disk.until_others_end(table="people_identity"),
        # First, while it is known whose they are: without a key nothing more of them is written to the audit log.
        Step("audit_subjectkey", lambda _: forget(_subjects(keys, accounts, known))),
        Step(
            "governance_subjectrequest",
            lambda _: person_requests.forget(person=pk, accounts=accounts),
        ),
        *named_steps(known, removes=removes),
        *row_steps(erasure, keys, known),
        *(removal_steps(pk, known, done_by()) if removes else ()),
        *identity_steps(pk, removes=removes),
        on_disk.until_others_end(table="people_identity"),
        *(on_disk.rewrite(table) for table in REWRITTEN),
        on_disk.renew_log(),
    ]


def _subjects(persons: Collection[int], accounts: Collection[int], known: Known) -> set[str]:
    """As the audit log names those whose values it seals."""
    return {
        *(f"person/{pk}" for pk in persons),
        *(f"user/{pk}" for pk in accounts),
        *(f"identity/{one.pk}" for one in known.identities),
        *(f"directoryuser/{one.pk}" for one in known.directory),
    }


def done_by() -> list["ForeignKey[Any]"]:
    """What says in other tables that an identity did something."""
    relations = Identity._meta.get_fields(include_hidden=True)
    return [
        one.field
        for one in relations
        if isinstance(one, ManyToOneRel) and one.related_model not in {Address, Offer}
    ]


def _check(known: Known) -> None:
    users = User.objects.filter(pk__in=known.users)
    owners = User.objects.filter(role=User.Role.OWNER, is_active=True)
    if (owners & users).exists() and not owners.exclude(pk__in=known.users).exists():
        raise NotErasable("This is the last owner: make another one first.")
    addresses = {*known.addresses, *known.users.values()}
    source = JiraSettings.objects.filter(email__in=addresses).select_related("connection").first()
    if source is not None:
        message = f"The connection {source.connection} signs in with an address of this person: give it another first."
        raise NotErasable(message)
