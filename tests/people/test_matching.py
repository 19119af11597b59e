"""What is certain, what is likely, and what is neither; the same in whatever order it is told."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.people.bots import bot_rule
from backend.people.evidence import Known, address, is_personal
from backend.people.matching import Found, Join, SignIn, match

HOST = "ghes.example"


def account(pk: int, login: str, *, at: int = 1, host: str = HOST, **values: object) -> Known:
    return replace(
        Known(id=pk, connection=at, host=host, kind="user", login=login, external_id=1000 + pk),
        **values,  # type: ignore[arg-type] # fields of Known
    )


def git(pk: int, email: str, *, at: int = 1, person: int | None = None) -> Known:
    return Known(id=pk, connection=at, host=HOST, kind="git", login=email, person=person)


def joined(found: Found) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(join.identities, join.persons) for join in found.joins]


def asked(found: Found) -> list[tuple[int, int, list[str]]]:
    return [(one.first, one.second, [each.kind for each in one.evidence]) for one in found.offers]


def test_an_address_with_the_accounts_number_is_the_accounts() -> None:
    found = match(
        [
            account(1, "jdoe"),
            git(2, f"1001+jdoe@users.noreply.{HOST}"),
            git(3, f"1002+other@users.noreply.{HOST}"),
            git(4, "1001+jdoe@users.noreply.elsewhere.example"),
        ]
    )
    assert joined(found) == [((1, 2), ())]


def test_an_address_with_the_login_alone_is_asked_about() -> None:
    found = match([account(1, "jdoe"), git(2, f"jdoe@users.noreply.{HOST}")])
    assert joined(found) == []
    assert asked(found) == [(1, 2, ["address made of the login"])]


def test_one_account_of_two_connections_to_one_server_is_one() -> None:
    found = match([account(1, "jdoe", external_id=7), account(2, "jdoe", at=2, external_id=7)])
    assert joined(found) == [((1, 2), ())]


def test_persons_with_one_address_are_joined_and_the_first_stays() -> None:
    mail = frozenset({"jane@work.example"})
    found = match(
        [
            account(1, "jdoe", emails=mail, person=9),
            account(2, "jane", at=2, emails=mail, person=4),
            git(3, "jane@work.example"),
        ]
    )
    assert joined(found) == [((3,), (4, 9))]


def test_who_signs_in_twice_is_two_people_and_so_is_a_refused_pair() -> None:
    mail = "jane@work.example"
    both = [account(1, "jdoe", emails=frozenset({mail})), git(2, mail)]
    assert joined(match(both)) == [((1, 2), ())]
    assert match(both, refused=[(1, 2)]) == Found((), ())
    two = [SignIn(("accounts.user", n), mail, person=n) for n in (1, 2)]
    assert joined(match(both, two)) == []


def test_a_sign_in_is_linked_and_links_nobody_by_itself() -> None:
    who = SignIn(("accounts.user", 5), "Jane@Work.example")
    assert match([], [who, who]) == Found((), ())
    (join,) = match([git(1, "jane@work.example")], [who]).joins
    assert (join.identities, join.rows) == ((1,), (("accounts.user", 5),))


def test_a_shared_address_leaves_what_else_is_certain() -> None:
    shared = "team@work.example"
    found = match(
        [
            account(1, "one", emails=frozenset({"one.uno@work.example", "shared@work.example"})),
            account(2, "two", emails=frozenset({"shared@work.example"})),
            git(3, "one.uno@work.example"),
            git(4, "shared@work.example"),
        ]
    )
    assert joined(found) == [((1, 3), ())]
    assert {(a, b) for a, b, _ in asked(found)} >= {(1, 4), (2, 4)}
    assert not is_personal(shared)


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        (account(1, "Jane-Doe"), account(2, "janedoe", at=2), ["same login"]),
        (account(1, "janedoe"), git(2, "jane.doe+x@a.example"), ["address begins with the login"]),
        (git(1, "jane.doe@a.example"), git(2, "jane.doe@b.example"), ["addresses begin alike"]),
        (
            account(1, "x1", name="Jane Dœrrer"),
            account(2, "y2", at=2, name="Dœrrer, Jane"),
            ["same name"],
        ),
        (
            account(1, "x1", name="Jane Doe"),
            git(2, "jane.doe@a.example"),
            ["address made of the name"],
        ),
        (
            account(1, "jdoe"),
            account(2, "Jane Doe", at=2, external_id=None, account_id="7"),
            ["login of initial and surname"],
        ),
        (account(1, "jane"), account(2, "jane"), []),
        (account(1, "admin"), account(2, "admin", at=2), []),
        (account(1, "x1", name="Jane"), account(2, "y2", at=2, name="Jane"), []),
        (git(1, "root@localhost"), git(2, "root@localhost", at=2), []),
    ],
    ids=[
        *("login", "address and login", "two addresses", "name", "address and name", "initial"),
        *("one server", "nobody's", "one word", "machine"),
    ],
)
def test_what_is_likely_is_offered_with_its_evidence(
    one: Known, other: Known, kinds: list[str]
) -> None:
    found = match([one, other])
    assert joined(found) == []
    assert [each for _, _, each in asked(found)] == ([kinds] if kinds else [])


def test_more_evidence_is_stronger_and_what_many_have_is_none() -> None:
    weak = match([account(1, "jdoe"), git(2, "jdoe@a.example")]).offers[0]
    both = [account(n, "jdoe", at=n, name="Jane Doe") for n in (1, 2)]
    strong = match(both).offers[0]
    assert weak.strength < strong.strength < 100
    assert match([account(n, "jdoe", at=n) for n in range(1, 7)]) == Found((), ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Jane@Work.Example ", "jane@work.example"),
        ("jane at work dot example", ""),
        ("a b@work.example", ""),
        ("@work.example", ""),
        ("", ""),
    ],
)
def test_addresses_are_compared_in_lower_case(text: str, expected: str) -> None:
    assert address(text) == expected


@pytest.mark.parametrize(
    ("kind", "login", "by"),
    [
        ("bot", "checks", "rule"),
        ("user", "updates[bot]", "rule"),
        ("user", "Release-Train", "list"),
        ("user", "pre-release-train", ""),
        ("git", "ci@work.example", "list"),
    ],
)
def test_bots_by_type_name_and_list(kind: str, login: str, by: str) -> None:
    one = Known(id=1, connection=1, host=HOST, kind=kind, login=login)
    assert bot_rule(["release-*", "CI@*"])(one) is (by != "")
    assert bot_rule([])(one) is (by == "rule")


NAMES = st.sampled_from(["jane.doe", "jdoe", "jane", "max.roe", "mroe", "team"])
MAILS = st.builds("{}@{}.example".format, NAMES, st.sampled_from("ab"))


@st.composite
def worlds(draw: st.DrawFn) -> list[Known]:
    """Few names and addresses, so that they meet often."""
    drawn = draw(
        st.lists(
            st.tuples(
                *(st.booleans(), st.integers(1, 3), NAMES, MAILS),
                *(st.frozensets(MAILS, max_size=2), st.none() | st.integers(1, 3)),
            ),
            max_size=9,
        )
    )
    return [
        git(pk, mail, at=at, person=person)
        if is_git
        else account(pk, login, at=at, emails=mails, person=person)
        for pk, (is_git, at, login, mail, mails, person) in enumerate(drawn, start=1)
    ]


REFUSED = st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=4)


def after(known: Sequence[Known], joins: Sequence[Join]) -> list[Known]:
    """As it stands once they are carried out."""
    into: dict[int, int] = {}
    whose: dict[int, int] = {}
    for new, join in enumerate(joins, start=100):
        target = join.persons[0] if join.persons else new
        into |= dict.fromkeys(join.persons, target)
        whose |= dict.fromkeys(join.identities, target)
    return [
        replace(
            one,
            person=whose.get(one.id) if one.person is None else into.get(one.person, one.person),
        )
        for one in known
    ]


@given(worlds(), REFUSED, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(
    known: list[Known], refused: set[tuple[int, int]], chance: random.Random
) -> None:
    found = match(known, refused=sorted(refused))
    shuffled = known.copy()
    chance.shuffle(shuffled)
    assert match(shuffled, refused=[(b, a) for a, b in sorted(refused, reverse=True)]) == found


@given(worlds(), REFUSED)
def test_once_joined_there_is_nothing_more_to_join(
    known: list[Known], refused: set[tuple[int, int]]
) -> None:
    found = match(known, refused=sorted(refused))
    again = match(after(known, found.joins), refused=sorted(refused))
    assert again.joins == ()
    assert {(one.first, one.second) for one in again.offers} == {
        (one.first, one.second) for one in found.offers
    }


@given(worlds(), REFUSED)
def test_two_people_are_never_joined_and_a_no_is_never_asked_again(
    known: list[Known], refused: set[tuple[int, int]]
) -> None:
    found = match(known, refused=sorted(refused))
    before = {one.id: one.person if one.person is not None else -one.id for one in known}
    now = {
        one.id: one.person if one.person is not None else -one.id
        for one in after(known, found.joins)
    }
    for one, other in combinations(known, 2):
        if now[one.id] == now[other.id] and before[one.id] != before[other.id]:
            assert not (one.is_account and other.is_account and one.connection == other.connection)
            assert not {(one.id, other.id), (other.id, one.id)} & refused
    apart = {frozenset((now[a], now[b])) for a, b in refused if a in now and b in now}
    for offer in found.offers:
        assert offer.first < offer.second
        assert now[offer.first] != now[offer.second]
        assert frozenset((now[offer.first], now[offer.second])) not in apart
