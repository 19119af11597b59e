"""The erasure of a person as tests look into it: approved and begun, then carried out step by step."""

from django.db import transaction

from backend import clock
from backend.accounts.models import User
from backend.governance.erasing import person as subject
from backend.governance.erasing.person_known import accounts_of
from backend.governance.models import Erasure
from backend.people.models import Person
from backend.tombstones.graves import bury
from tests.sign_in import an_account


def approved(person: Person, mode: str) -> Erasure:
    """Asked for by one owner, approved by another."""
    now = clock.now()
    return Erasure.objects.create(
        kind=Erasure.Kind.PERSON,
        mode=mode,
        subject_id=person.pk,
        subject_name=str(person),
        reason="They asked for it.",
        asked_by=an_account(User.Role.OWNER),
        asked_at=now,
        approved_by=an_account(User.Role.OWNER),
        approved_at=now,
        accounts=accounts_of(person.pk),
        started_at=now,
    )


def bury_names(erasure: Erasure) -> None:
    for kind, names in subject.known_by(erasure.subject_id).items():
        bury(kind=kind, names=names, erasure_id=erasure.pk, of=erasure.kind, mode=erasure.mode)


def carry_out(erasure: Erasure, *, at_once: int = 3, finish: bool = True) -> dict[str, int]:
    """Bury, then each step in transactions of its own; the rows that went, by table."""
    bury_names(erasure)
    done: dict[str, int] = {}
    for step in subject.steps(erasure):
        while True:
            with transaction.atomic():
                rows = step.run(at_once)
            if not rows:
                break
            done[step.table] = done.get(step.table, 0) + rows
    if finish:
        Erasure.objects.filter(pk=erasure.pk).update(finished_at=clock.now())
    return done
