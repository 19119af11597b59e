"""Whoever was erased and is told of again: nothing is stored, by whatever name they come."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from backend.connections.models import Connection
from backend.delivery.records import ActorRecord
from backend.people.graves import of_account, of_address, of_login
from backend.people.models import Address, Identity
from backend.people.store import erased, resolve_identities
from backend.people.texts import (
    GONE,
    scrubbed,
    scrubbed_reference,
    words_of,
    words_of_reference,
)
from backend.tombstones.graves import bury
from tests.factories import a_connection

HOST = "ghes.example"


@pytest.fixture
def source(db: None) -> Connection:
    return a_connection()


def bury_all() -> None:
    for name in (
        of_account(HOST, 1),
        of_login(HOST, "Jane"),
        of_address("jane@work.example"),
    ):
        bury(kind=name.kind, names=[name.text], erasure_id=1)


@pytest.mark.parametrize(
    "told",
    [
        ActorRecord("user", "jane", 1, name="Jane"),
        ActorRecord("user", "renamed", 1),
        ActorRecord("user", "another", 9, email="Jane@Work.example"),
        ActorRecord("git", "jane@work.example", None),
        ActorRecord("git", "JANE@work.example", None),
        ActorRecord("git", "1+whatever@users.noreply.ghes.example", None),
        ActorRecord("git", "jane@users.noreply.ghes.example", None),
        ActorRecord("mannequin", "Jane", None),
    ],
    ids=lambda told: f"{told.kind} {told.login} {told.external_id}",
)
def test_they_are_the_nameless_one(source: Connection, told: ActorRecord) -> None:
    bury_all()
    found = resolve_identities(connection=source, accounts=[told])
    identity = Identity.objects.get()
    assert found == {told: identity.pk}
    assert (identity.kind, identity.login, identity.name, identity.external_id) == (
        "erased", "erased", "", None,
    )  # fmt: skip
    assert not Address.objects.exists()


@pytest.mark.parametrize(
    "told",
    [
        ActorRecord("user", "jane", 2),
        ActorRecord("git", "john@work.example", None),
        ActorRecord("git", "1+jane@users.noreply.elsewhere.example", None),
    ],
    ids=lambda told: f"{told.kind} {told.login}",
)
def test_somebody_else_is_stored(source: Connection, told: ActorRecord) -> None:
    """Who was given the login of a closed account, years later, has another id."""
    bury_all()
    resolve_identities(connection=source, accounts=[told])
    assert Identity.objects.get().login == told.login


def test_who_is_being_erased_is_told_no_new_name(source: Connection) -> None:
    told = ActorRecord("user", "jane", 1)
    found = resolve_identities(connection=source, accounts=[told])
    bury_all()
    again = ActorRecord("user", "renamed", 1, name="Jane", email="jane@work.example")
    assert list(resolve_identities(connection=source, accounts=[again]).values()) == [
        *found.values()
    ]
    assert Identity.objects.get().login == "jane"


def test_asking_costs_one_statement_and_none_before_anybody_was_erased(source: Connection) -> None:
    told = [ActorRecord("user", f"dev{number}", number + 10) for number in range(50)]
    resolve_identities(connection=source, accounts=told)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(database) as captured:
            resolve_identities(connection=source, accounts=told)
        counts.append(len(captured))
        bury_all()
    assert counts[1] == counts[0] + 1


def test_account_ids_in_histories_are_what_the_identity_has(source: Connection) -> None:
    bury_all()
    kept = Identity.objects.create(connection=source, kind="user", login="x", account_id="2")
    assert erased.pseudonyms(source, ["1", "2", ""]) == {"1": GONE}
    assert kept.account_id == "2"


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ("jane/fix", "(erased)/fix"),
        ("users/Jane/fix", "users/(erased)/fix"),
        ("jane-patch-1", "(erased)-patch-1"),
        ("jane", "(erased)"),
        ("janet/fix", "janet/fix"),
        ("fix-jane", "fix-jane"),
        ("feature/ABC-12-jane", "feature/ABC-12-jane"),
    ],
)
def test_logins_in_names_of_branches(source: Connection, told: str, stored: str) -> None:
    bury_all()
    assert erased.references(source, [told]).get(told, told) == stored


@pytest.mark.parametrize(
    ("told", "stored"),
    [
        ("Ask @jane.", "Ask (erased)."),
        ("Ask @Jane, or jane@work.example!", "Ask (erased), or (erased)!"),
        ("jane does it", "jane does it"),
        ("@janet", "@janet"),
        ("@jane-doe", "@jane-doe"),
        ("x@jane", "x@jane"),
    ],
)
def test_mentions_in_texts(source: Connection, told: str, stored: str) -> None:
    bury_all()
    assert erased.texts(source, [told]).get(told, told) == stored


names = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,5}", fullmatch=True)


@given(st.lists(st.one_of(names, st.sampled_from("/-_.")), max_size=8).map("".join), st.sets(names))
def test_scrubbing_a_branch_leaves_nothing_to_scrub(told: str, gone: set[str]) -> None:
    stored = scrubbed_reference(told, gone)
    assert not words_of_reference(stored) & gone
    assert (stored == told) == (not words_of_reference(told) & gone)


@given(st.text(alphabet="ab@.- /", max_size=30), st.sets(names))
def test_scrubbing_a_text_leaves_nothing_to_scrub(told: str, gone: set[str]) -> None:
    stored = scrubbed(told, gone)
    assert not words_of(stored) & gone
    assert (stored == told) == (not words_of(told) & gone)
