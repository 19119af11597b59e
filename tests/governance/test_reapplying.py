"""After an old backup: what was erased is erased again. And what the directory, or anybody, brings back is refused."""

import pytest
from django.core.management import CommandError, call_command

from backend.accounts import directory
from backend.accounts.models import User
from backend.accounts.sso.adapter import _made
from backend.accounts.sso.rules import NewAccount, Refusal, Refused
from backend.accounts.store import InvalidAccount, add_user
from backend.audit.models import Event
from backend.delivery.records import ActorRecord
from backend.governance.erasing import engine
from backend.governance.erasing import person as subject
from backend.governance.erasing.kinds import KINDS
from backend.governance.erasures import ask
from backend.governance.models import Erasure
from backend.governance.reapplying import NotAccepted, Reapplied, reapply
from backend.people.directory import UserRecord
from backend.people.models import Identity, Person
from backend.people.store import resolve_identities
from backend.tombstones import starting
from backend.tombstones.graves import bury
from backend.tombstones.models import Tombstone
from tests.accounts.sso.providers import a_provider
from tests.factories import a_connection, a_repository
from tests.governance.filled import NOTED, everything
from tests.governance.stepwise import approved, bury_names, carry_out
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
ADDRESS = "jane@plumbline.example"
TOLD = [
    ActorRecord("user", "jane", 1, name="Jane", email=ADDRESS),
    ActorRecord("git", "jane@home.example", None),
]


@pytest.fixture(autouse=True)
def in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "REWRITTEN", ())


@pytest.fixture
def person() -> Person:
    found = resolve_identities(connection=a_connection(slug="ghes"), accounts=TOLD)
    person = Person.objects.create(name="Jane")
    Identity.objects.filter(pk__in=found.values()).update(person=person)
    user = an_account(User.Role.MEMBER, email=ADDRESS)
    User.objects.filter(pk=user.pk).update(person=person)
    return person


@pytest.mark.parametrize("mode", ["pseudonymise", "remove"])
def test_an_old_backup_brings_nobody_back(person: Person, mode: str) -> None:
    """From before they were matched, and before this erasure was asked for."""
    carry_out(approved(person, mode))
    for table in (Tombstone, Erasure, Identity):
        table.objects.all().delete()
    Person.objects.all().delete()
    User.objects.filter(email__endswith="@erased.invalid").delete()
    source = a_connection()
    Identity.objects.bulk_create(
        Identity(connection=source, kind=one.kind, login=one.login, external_id=one.external_id)
        for one in TOLD
    )
    an_account(User.Role.MEMBER, email=ADDRESS)
    with pytest.raises(SystemExit):
        starting.check()
    with pytest.raises(NotAccepted, match=r"a person: \d.*--accept"):
        reapply()
    assert not Tombstone.objects.exists()
    assert User.objects.filter(email=ADDRESS, is_active=True).exists()

    done = reapply(accepted=True)
    assert done.tombstones == 4
    assert done.subjects >= 1
    starting.check()
    assert set(Identity.objects.values_list("kind", flat=True)) <= {"erased"}
    assert not User.objects.filter(email=ADDRESS).exists()
    assert Erasure.objects.filter(mode=mode, finished_at=None).count() == 0
    assert Event.objects.filter(name="erasure_applied_again").exists()
    assert reapply() == Reapplied(0, 0)


@pytest.mark.parametrize("place", ["journal", "table"])
@pytest.mark.parametrize("of", ["person", "connection", "repository"])
def test_what_the_worker_alone_says_erases_nobody(person: Person, of: str, place: str) -> None:
    """It writes both, and has the key: taken over, it could name anybody there."""
    repository = a_repository()
    subject = {"person": person, "connection": repository.connection, "repository": repository}[of]
    for kind, names in KINDS[of].known_by(subject.pk).items():
        bury(kind=kind, names=names, erasure_id=4711, of=of, mode="")
    if place == "journal":
        Tombstone.objects.all().delete()
    before = everything(but=NOTED)
    with pytest.raises(CommandError, match="If none was, erase nothing"):
        call_command("erasures", "reapply")
    assert (everything(but=NOTED), Erasure.objects.count()) == (before, 0)
    call_command("erasures", "reapply", "--accept")
    assert Erasure.objects.get(subject_id=subject.pk, kind=of).finished_at is not None
    assert Event.objects.get(name="operator_command").additional_data == {
        "command": "erasures reapply"
    }
    assert reapply() == Reapplied(0, 0)


def test_what_the_backup_had_as_asked_for_ends_with_it(person: Person) -> None:
    """Two people had approved it, which the backup does not know any more."""
    owner = an_account(User.Role.OWNER)
    asked = ask(
        kind="person", subject_id=person.pk, mode="remove", reason="asked to", acting_user=owner
    )
    for kind, names in subject.known_by(person.pk).items():
        bury(kind=kind, names=names, erasure_id=4711, of="person", mode="pseudonymise")
    assert reapply(accepted=True).subjects == 1
    erasure = Erasure.objects.get(subject_id=person.pk)
    assert (erasure.pk, erasure.mode, erasure.asked_by) == (asked.pk, "pseudonymise", None)
    assert erasure.finished_at is not None
    assert not User.objects.filter(email=ADDRESS).exists()


def test_what_was_accepted_goes_on_after_a_start_that_was_killed(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, names in subject.known_by(person.pk).items():
        bury(kind=kind, names=names, erasure_id=4711, of="person", mode="remove")
    with monkeypatch.context() as killed, pytest.raises(KeyboardInterrupt):
        killed.setattr(engine, "_finish", _kill)
        reapply(accepted=True)
    assert not User.objects.filter(email=ADDRESS).exists()
    assert reapply() == Reapplied(0, 1)
    assert Erasure.objects.get(subject_id=person.pk).finished_at is not None


def _kill(_: Erasure) -> None:
    raise KeyboardInterrupt


def test_a_start_in_the_middle_of_an_erasure_leaves_it_to_the_worker(person: Person) -> None:
    """An account that is linked to nobody lies under its tombstones too."""
    User.objects.filter(email=ADDRESS).update(person=None)
    erasure = approved(person, "remove")
    bury_names(erasure)
    assert reapply() == Reapplied(0, 0)
    assert list(Erasure.objects.filter(finished_at=None)) == [erasure]
    assert Person.objects.count() == 1


def test_with_nothing_erased_there_is_nothing_to_do() -> None:
    call_command("erasures", "reapply")
    assert not Erasure.objects.exists()


def test_the_directory_does_not_bring_them_back(person: Person) -> None:
    carry_out(approved(person, "remove"))
    with pytest.raises(directory.NotAllowed, match="erased from Plumbline on request"):
        directory.create_user(told=UserRecord(ADDRESS.upper()), told_by="the directory")
    assert Event.objects.filter(name="erased_person_refused").count() == 1
    assert not User.objects.filter(email=ADDRESS).exists()


def test_neither_does_single_sign_on_nor_an_administrator(person: Person) -> None:
    carry_out(approved(person, "pseudonymise"))
    with pytest.raises(Refused) as refused:
        _made(a_provider(), NewAccount(email=ADDRESS, name="Jane"), "subject")
    assert refused.value.reason == Refusal.ERASED
    with pytest.raises(InvalidAccount, match="an owner has the tombstone lifted"):
        add_user(email=ADDRESS, role="")


def test_an_owner_lifts_it_for_a_new_purpose(person: Person) -> None:
    carry_out(approved(person, "pseudonymise"))
    owner = an_account(User.Role.OWNER)
    call_command("erasures", "lift", ADDRESS, by=owner.email)
    call_command("erasures", "reapply")
    assert add_user(email=ADDRESS, role="").email == ADDRESS
    source = Identity.objects.filter(kind="erased")[0].connection
    found = resolve_identities(connection=source, accounts=TOLD)
    assert set(Identity.objects.filter(pk__in=found.values()).values_list("login", flat=True)) == {
        one.login for one in TOLD
    }
    assert Identity.objects.filter(kind="erased").count() == 2
    assert Event.objects.get(name="tombstones_lifted").actor == owner


@pytest.mark.parametrize(
    ("address", "by", "why"),
    [
        (ADDRESS, "nobody@plumbline.example", "no owner"),
        (ADDRESS, "member@plumbline.example", "no owner"),
        (ADDRESS, "closed@plumbline.example", "no owner"),
        ("x@y.example", "", "Nobody"),
    ],
    ids=["by nobody", "by a member", "by a closed account", "of nobody"],
)
def test_lifting_says_why_not(address: str, by: str, why: str) -> None:
    owner = an_account(User.Role.OWNER)
    an_account(User.Role.MEMBER, email="member@plumbline.example")
    closed = an_account(User.Role.OWNER, email="closed@plumbline.example")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    with pytest.raises(CommandError, match=why):
        call_command("erasures", "lift", address, by=by or owner.email)
