"""Who sees which team: everyone of the cast, and default deny."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backend.accounts import access
from backend.accounts.models import TeamGrant, User
from backend.people.models import Membership, Person, Team
from tests.factories import a_team
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db
Role = User.Role


@pytest.fixture
def tree() -> dict[str, Team]:
    """Two teams at the top; under a stand a1 and, below it, a2."""
    a = a_team(slug="a")
    a1 = a_team(slug="a1", parent=a)
    return {"a": a, "a1": a1, "a2": a_team(slug="a2", parent=a1), "b": a_team(slug="b")}


def seen(user: User) -> set[str]:
    return set(access.visible_teams(user).values_list("slug", flat=True))


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_those_who_run_or_audit_it_see_all_teams(tree: dict[str, Team], role: str) -> None:
    user = an_account(role)
    assert seen(user) == set(tree)
    assert access.may_see_all_teams(user)


def test_a_team_lead_sees_the_opened_team_and_all_below(tree: dict[str, Team]) -> None:
    lead = an_account(Role.TEAM_LEAD, teams=[tree["a1"]])
    assert seen(lead) == {"a1", "a2"}
    assert not access.may_see_all_teams(lead)


def test_two_team_leads_see_nothing_of_each_other(tree: dict[str, Team]) -> None:
    lead_a = an_account(Role.TEAM_LEAD, teams=[tree["a"]])
    lead_b = an_account(Role.TEAM_LEAD, teams=[tree["b"]])
    assert (seen(lead_a), seen(lead_b)) == ({"a", "a1", "a2"}, {"b"})


def test_a_member_sees_the_teams_they_are_in_and_none_below(tree: dict[str, Team]) -> None:
    assert seen(an_account(Role.MEMBER, member_of=[tree["a1"], tree["b"]])) == {"a1", "b"}


def test_a_team_lead_sees_their_own_teams_as_a_member_does(tree: dict[str, Team]) -> None:
    lead = an_account(Role.TEAM_LEAD, teams=[tree["b"]], member_of=[tree["a2"]])
    assert seen(lead) == {"a2", "b"}


def test_teams_opened_to_a_member_count_only_for_a_lead(tree: dict[str, Team]) -> None:
    member = an_account(Role.MEMBER, teams=[tree["a"]])
    assert seen(member) == set()


def test_a_membership_counts_on_its_days_alone(tree: dict[str, Team]) -> None:
    today = timezone.now().date()
    person = Person.objects.create(name="dev0001")
    user = an_account(Role.MEMBER)
    user.person = person
    user.save()
    Membership.objects.create(team=tree["a"], person=person, ends_on=today)
    Membership.objects.create(team=tree["a1"], person=person, starts_on=today + timedelta(days=1))
    Membership.objects.create(team=tree["b"], person=person, starts_on=today)
    assert seen(user) == {"b"}


def test_an_account_without_a_role_sees_nothing(tree: dict[str, Team]) -> None:
    stranger = an_account("", teams=[tree["a"]], member_of=[tree["a"]])
    assert seen(stranger) == set()
    assert access.capabilities(stranger) == frozenset()


def test_a_closed_account_may_do_nothing(tree: dict[str, Team]) -> None:
    owner = an_account(Role.OWNER)
    owner.is_active = False
    assert (access.capabilities(owner), seen(owner)) == (frozenset(), set())
    assert not owner.has_perm("people.view_team")


def test_what_is_hidden_and_what_does_not_exist_are_denied_alike(tree: dict[str, Team]) -> None:
    lead = an_account(Role.TEAM_LEAD, teams=[tree["b"]])
    assert access.require_team(lead, "b") == tree["b"]
    for slug in ("a", "no-such-team"):
        with pytest.raises(access.Denied):
            access.require_team(lead, slug)


def test_the_subtree_is_one_query(
    tree: dict[str, Team], django_assert_num_queries: pytest.FixtureRequest
) -> None:
    lead = an_account(Role.TEAM_LEAD, teams=[tree["a"]])
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(access.visible_teams(lead)) == 3


def test_figures_about_fewer_people_than_the_minimum_are_suppressed() -> None:
    assert [access.too_few(people, minimum=3) for people in (2, 3, 4)] == [True, False, False]


def test_only_those_who_run_it_administer_and_the_auditor_only_views() -> None:
    permissions = ("people.view_team", "people.change_team")
    expected = {
        Role.OWNER: (True, True),
        Role.ADMINISTRATOR: (True, True),
        Role.AUDITOR: (True, False),
        Role.TEAM_LEAD: (False, False),
        Role.MEMBER: (False, False),
        "": (False, False),
    }
    for role, allowed in expected.items():
        user = an_account(role)
        assert tuple(user.has_perm(name) for name in permissions) == allowed
        assert (access.ADMINISTER in access.capabilities(user)) == allowed[1]


def test_a_grant_ends_with_its_user() -> None:
    lead = an_account(Role.TEAM_LEAD, teams=[a_team(slug="a")])
    lead.delete()
    assert not TeamGrant.objects.exists()
