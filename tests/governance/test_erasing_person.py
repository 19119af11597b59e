"""What erasing a person does to rows, under the role that does it, wherever it is killed."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import ProgrammingError, transaction
from django.db import connection as database
from django.test import Client

from backend import clock
from backend.accounts.api_tokens import create_api_token
from backend.accounts.models import ApiToken, BreakGlassUse, User
from backend.audit import subjects
from backend.audit.keys import SubjectKey
from backend.audit.models import SignedDocument
from backend.connections.models import Connection, JiraSettings
from backend.delivery.models import OwnerPattern, PullRequest
from backend.delivery.records import ActorRecord
from backend.governance.erasing import person as subject
from backend.governance.erasing import person_requests
from backend.governance.erasing.steps import NotErasable
from backend.governance.models import Erasure, SubjectRequest
from backend.inventory.roles import ROLES, ROUTINES
from backend.people.models import (
    DirectoryUser,
    Identity,
    Membership,
    Merge,
    Offer,
    Organisation,
    Person,
)
from backend.people.moving import carry_out as join
from backend.people.moving import joining
from backend.people.store import resolve_identities
from tests.factories import History, a_connection, a_repository, a_team
from tests.governance.holdings import Somebody
from tests.governance.named_everywhere import NO_WORDS, impersonal, name_in_every_table, named_in
from tests.governance.stepwise import approved, bury_names, carry_out
from tests.places import in_rows
from tests.roles import acting_as, make_roles
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
MARK = "name4f1d9a7c"
"""In every name of the person, and in nothing else."""
MODES = ["pseudonymise", "remove"]


@pytest.fixture(autouse=True)
def in_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are not written anew within the test's own transaction; test_erased_person shows that they are."""
    monkeypatch.setattr(subject, "REWRITTEN", ())


@pytest.fixture
def source() -> Connection:
    return a_connection()


@pytest.fixture
def person(source: Connection) -> Person:
    """With a marker in each column that can hold what somebody is called."""
    told = [
        ActorRecord("user", MARK, 1, name=f"{MARK} Doe", email=f"{MARK}@work.example"),
        ActorRecord("git", f"{MARK}@home.example", None),
        ActorRecord("git", f"1+{MARK}@users.noreply.ghes.example", None),
        ActorRecord("user", "other", 2),
    ]
    *own, other = resolve_identities(connection=source, accounts=told).values()
    former = Person.objects.create(name=f"{MARK} before")
    rows = Identity.objects.filter(pk__in=own)
    rows.filter(kind="user").update(person=former)
    (merge,) = join(
        joins=[joining(rows.filter(person=None), [former.pk, _another().pk])], reason="by hand"
    )
    Merge.objects.update(evidence=[["same address", f"{MARK}@work.example"]])
    person = Person.objects.get(pk=merge.person_key)
    Offer.objects.create(
        first_id=min(own), second_id=other, strength=70, evidence=[["same name", MARK]]
    )
    Membership.objects.create(team=a_team(slug="a"), person=person)
    Organisation.objects.update_or_create(pk=1, defaults={"bot_logins": [MARK, "other"]})
    _account(person)
    _work(source, Identity.objects.get(pk=own[0]), Identity.objects.get(pk=other))
    return person


def _another() -> Person:
    return Person.objects.create(name=f"{MARK} again")


def _account(person: Person) -> None:
    user = an_account(User.Role.MEMBER, email=f"{MARK}@plumbline.example")
    User.objects.filter(pk=user.pk).update(person=person, name=MARK)
    EmailAddress.objects.create(user=user, email=f"{MARK}@plumbline.example")
    Authenticator.objects.create(user=user, type="totp", data={"name": MARK})
    SocialAccount.objects.create(user=user, provider="idp", uid=MARK, extra_data={"name": MARK})
    create_api_token(user=user, name=f"Of {MARK}", scopes=["figures"], days=30, acting_user=user)
    ApiToken.objects.update(addresses=["192.0.2.4"])
    BreakGlassUse.objects.create(user=user, address="192.0.2.4")
    about: dict[str, Any] = {"user": user, "action_flag": CHANGE, "object_id": str(user.pk)}
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(User),
        object_repr=str(user),
        change_message=MARK,
        **about,
    )
    owner = an_account(User.Role.OWNER)
    Merge.objects.update(acting_user=f"{MARK}@plumbline.example", undone_by=owner.email)


def _work(source: Connection, author: Identity, other: Identity) -> None:
    repository = a_repository(source)
    pull = History(repository=repository).pull(author=author, reviews=((1, "approved", other),))
    PullRequest.objects.filter(pk=pull.pk).update(
        title=f"For @{MARK}, or {MARK}@work.example.", head_ref=f"users/{MARK}-patch-1"
    )
    OwnerPattern.objects.create(
        repository=repository, position=1, pattern="*", owners=[f"@{MARK.upper()}", "@forge/team-a"]
    )


def a_request_of_somebody_else() -> None:
    """Which names the person all the same."""
    texts = dict.fromkeys(person_requests.TEXTS, f"As {MARK} said")
    today = clock.now().date()
    SubjectRequest.objects.create(
        kind="objection", asked_on=today, entered_at=clock.now(), due_on=today, **texts
    )


@pytest.fixture
def roles(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the test's own transaction. The worker has no key of web's."""
    monkeypatch.setattr("backend.keyring.holds_web_key", lambda: False)
    make_roles()


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("mode", MODES)
def test_the_worker_erases_from_every_row(person: Person, mode: str) -> None:
    erasure = approved(person, mode)
    Erasure.objects.update(reason="They are ill.")
    Erasure.objects.create(kind="repository", asked_at=clock.now(), reason=f"For {MARK}.")
    a_request_of_somebody_else()
    assert in_rows(MARK)
    with acting_as("worker"):
        done = carry_out(erasure, at_once=1)
    assert not in_rows(MARK)
    assert not in_rows("192.0.2.4")
    assert done["people_offer"] == 1
    erasure.refresh_from_db()
    assert (erasure.reason, erasure.subject_name) == ("", ""), "in words that may name nobody"
    assert Erasure.objects.get(kind="repository").reason == "For (erased)."
    assert PullRequest.objects.get().title == "For (erased), or (erased)."
    assert PullRequest.objects.get().head_ref == "users/(erased)-patch-1"
    assert OwnerPattern.objects.get().owners == ["(erased)", "@forge/team-a"]
    assert Organisation.objects.get().bot_logins == ["other"]
    assert Person.objects.filter(pk=person.pk).count() == (mode == "pseudonymise")


@pytest.mark.parametrize("mode", MODES)
def test_no_column_that_may_name_somebody_does_so_once_they_are_erased(mode: str) -> None:
    """Each is filled in, that the inventory or the database knows of."""
    them, other = Somebody("zzTHEM"), Somebody("zzOTHER")
    them.mark = them.identity.login
    name_in_every_table(them, beside=other)
    assert len(named_in(them.mark) - impersonal()) > 20
    carry_out(approved(them.person, mode), at_once=100)
    assert named_in(them.mark) - impersonal() == set(NO_WORDS)


def test_a_column_that_nobody_thought_of_is_noticed(person: Person) -> None:
    with database.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("ALTER TABLE people_person ADD COLUMN planted jsonb")
        cursor.execute("UPDATE people_person SET planted = jsonb_build_object('was', name)")
    carry_out(approved(person, "pseudonymise"))
    assert named_in(MARK) - impersonal() == {"people_person.planted"}


@pytest.mark.parametrize("mode", MODES)
def test_what_is_previewed_is_what_goes(person: Person, mode: str) -> None:
    told = dict(subject.preview(person.pk, mode))
    assert told["people_identity"] == 3
    erasure = approved(person, mode)
    done = carry_out(erasure, finish=False)
    exact = ("people_offer", "people_address", "people_identity", "people_membership")
    assert {table: done.get(table) for table in exact} == {
        table: told.get(table) for table in exact
    }
    assert carry_out(erasure) == {}


@pytest.mark.parametrize("mode", MODES)
def test_it_can_be_killed_after_any_batch(person: Person, mode: str) -> None:
    erasure = approved(person, mode)
    bury_names(erasure)
    begun = 0
    while True:
        with transaction.atomic():
            finished = _run(erasure, batches=begun)
            assert _run(erasure, batches=1000)
            assert not in_rows(MARK)
            transaction.set_rollback(True)
        if finished:
            break
        begun += 1
    assert begun > 10


def _run(erasure: Erasure, *, batches: int) -> bool:
    """Whether it came to its end."""
    for step in subject.steps(erasure):
        while True:
            if batches == 0:
                return False
            batches -= 1
            if not step.run(1):
                break
    return True


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("missing", ["approved_by", "started_at"])
def test_the_worker_closes_no_account_at_will(person: Person, missing: str) -> None:
    erasure = approved(person, "remove")
    Erasure.objects.filter(pk=erasure.pk).delete()
    setattr(erasure, missing, None)
    erasure.save(force_insert=True)
    for call in ("governance_erase_sign_in(%s)", "governance_erase_sign_in_of(%s)"):
        with (
            pytest.raises(ProgrammingError, match=r"not approved|permission denied"),
            transaction.atomic(),
            database.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL ROLE worker")
            cursor.execute(f"SELECT {call}", [erasure.pk])
    assert User.objects.filter(email__startswith=MARK, is_active=True).exists()


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("way", ["person", "address"])
def test_the_worker_adds_no_account_to_an_erasure_that_was_approved(
    person: Person, way: str
) -> None:
    erasure, victim = approved(person, "remove"), an_account(User.Role.ADMINISTRATOR)
    identity = Identity.objects.filter(person=person)[0]
    with acting_as("worker"), database.cursor() as cursor:
        if way == "person":
            cursor.execute(
                "UPDATE accounts_user SET person_id = %s WHERE id = %s", [person.pk, victim.pk]
            )
        else:
            cursor.execute(
                "INSERT INTO people_address (identity_id, email) VALUES (%s, %s)",
                [identity.pk, victim.email],
            )
        with pytest.raises(ProgrammingError, match="since it was approved"), transaction.atomic():
            cursor.execute("SELECT governance_erase_sign_in(%s)", [erasure.pk])
        step = next(one for one in subject.steps(erasure) if one.table == "accounts_user")
        with pytest.raises(NotErasable, match=f"Accounts {victim.pk} were linked"):
            step.run(1)
    victim.refresh_from_db()
    assert victim.is_active


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize("column", ["started_at", "finished_at", "certificate_id"])
def test_the_worker_begins_no_erasure_anew(person: Person, column: str) -> None:
    document = SignedDocument.objects.create(kind="x", content="{}", created_at=clock.now())
    approved(person, "remove")
    Erasure.objects.update(finished_at=clock.now(), certificate=document)
    with (
        pytest.raises(ProgrammingError, match=r"stays as it is|permission denied"),
        transaction.atomic(),
        database.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL ROLE worker")
        cursor.execute(f"UPDATE governance_erasure SET {column} = NULL")  # noqa: S608 - of the list above


def test_nobody_changes_what_was_approved(person: Person) -> None:
    erasure, other = approved(person, "remove"), an_account(User.Role.OWNER)
    for change in (
        {"subject_id": person.pk + 1}, {"mode": "pseudonymise"}, {"accounts": [other.pk]},
        {"approved_by": other}, {"asked_by": other}, {"approved_at": None},
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="stays as it is"), transaction.atomic():
            Erasure.objects.filter(pk=erasure.pk).update(**change)


def test_a_key_of_the_log_is_destroyed_while_somebody_is_erased_and_never_changed() -> None:
    SubjectKey.objects.create(subject="user/0", secret=b"x")
    with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
        SubjectKey.objects.update(secret=b"y")
    # Under another key of web's it is still itself.
    wrapped = b"E1" + b"w" * 48
    SubjectKey.objects.create(subject="user/1", secret=wrapped + b"sealed")
    own = SubjectKey.objects.filter(subject="user/1")
    assert own.update(secret=b"E1" + b"v" * 48 + b"sealed") == 1
    for other in (wrapped + b"another", wrapped):
        with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
            own.update(secret=other)
    with database.cursor() as cursor:
        cursor.execute("CREATE ROLE worker IN ROLE pg_read_all_data, pg_write_all_data")
        cursor.execute("SET SESSION AUTHORIZATION worker")
        with pytest.raises(ProgrammingError, match="is being erased"), transaction.atomic():
            cursor.execute("UPDATE audit_subjectkey SET secret = NULL, forgotten_at = now()")
        cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.mark.usefixtures("roles")
def test_nobody_but_the_worker_may_call_the_owner_s_routines() -> None:
    routines = [name for name in ROUTINES if name.startswith("governance_")]
    with database.cursor() as cursor:
        for role in (*ROLES, "pg_database_owner"):
            cursor.execute(
                "SELECT has_function_privilege(%s, name, 'EXECUTE') FROM unnest(%s::text[]) AS name",
                [role, routines],
            )
            assert {held for (held,) in cursor.fetchall()} == {role == "worker"}


@pytest.mark.usefixtures("roles")
def test_with_them_goes_every_session_that_no_list_knows(person: Person) -> None:
    theirs, other = Client(), Client()
    theirs.force_login(User.objects.get(person=person))
    other.force_login(User.objects.filter(role=User.Role.OWNER)[0])
    listed = Session.objects.get(session_key=other.session.session_key)
    UserSession.objects.create(
        user=User.objects.filter(role=User.Role.OWNER)[0],
        session_key=listed.session_key,
        ip="192.0.2.9",
    )
    end = "SELECT governance_end_unlisted_sessions()"
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE worker")
        with pytest.raises(ProgrammingError, match="is being erased"), transaction.atomic():
            cursor.execute(end)
        cursor.execute("RESET ROLE")
    erasure = approved(person, "pseudonymise")
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE worker")
        carry_out(erasure)
        cursor.execute("RESET ROLE")
    assert list(Session.objects.all()) == [listed]


def test_the_last_owner_is_not_erased(person: Person) -> None:
    User.objects.exclude(person=person).update(role="")
    User.objects.filter(person=person).update(role=User.Role.OWNER)
    with pytest.raises(NotErasable, match="last owner"):
        subject.preview(person.pk, "pseudonymise")


def test_nobody_is_erased_with_whose_address_a_connection_signs_in(
    person: Person, source: Connection
) -> None:
    JiraSettings.objects.create(connection=source, email=f"{MARK}@work.example")
    with pytest.raises(NotErasable, match="signs in with an address"):
        subject.preview(person.pk, "remove")


def test_who_is_not_there_cannot_be_erased() -> None:
    with pytest.raises(LookupError, match="no person 4711"):
        subject.name(4711)


def test_the_keys_of_all_that_they_were_known_as_are_destroyed(person: Person) -> None:
    user, entry = an_account(User.Role.MEMBER), DirectoryUser.objects.create(user_name=MARK)
    User.objects.filter(pk=user.pk).update(directory_user=entry)
    DirectoryUser.objects.update(person=person)
    identity = Identity.objects.filter(person=person)[0]
    theirs = [f"person/{person.pk}", f"user/{user.pk}", f"identity/{identity.pk}"]
    theirs.append(f"directoryuser/{entry.pk}")
    (joined,) = Merge.objects.get().moved["persons"]
    theirs.append(f"person/{joined[0]}")
    carry_out(approved(person, "pseudonymise"))
    assert subjects.forgotten(theirs) == {*theirs}


def test_an_address_of_two_people_is_buried_with_neither(
    person: Person, source: Connection
) -> None:
    told = ActorRecord("user", "second", 3, email=f"{MARK}@work.example")
    (pk,) = resolve_identities(connection=source, accounts=[told]).values()
    Identity.objects.filter(pk=pk).update(person=Person.objects.create())
    assert f"{MARK}@work.example" not in subject.known_by(person.pk)["address"]
    assert f"{MARK}@home.example" in subject.known_by(person.pk)["address"]
