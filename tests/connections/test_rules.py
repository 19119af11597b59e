"""Rules are set all at once, and the record tells what changed."""

import pytest

from backend.audit.models import Event
from backend.connections import store
from backend.connections.models import RepositoryRule
from tests.factories import a_connection

pytestmark = pytest.mark.django_db


def rule(effect: str, test: str, pattern: str = "") -> RepositoryRule:
    return RepositoryRule(effect=effect, test=test, pattern=pattern)


def test_what_stands_already_stays() -> None:
    connection = a_connection()
    stays, goes = rule("include", "name", "org/*"), rule("exclude", "archived")
    store.set_repository_rules(connection=connection, rules=[stays, goes])
    before = connection.repository_rules.get(test="name").pk
    last = Event.objects.latest("pk").pk
    new = rule("exclude", "topic", " team-* ")
    store.set_repository_rules(connection=connection, rules=[stays, new, new])
    found = connection.repository_rules.order_by("pk").values_list("test", "pattern")
    assert list(found) == [("name", "org/*"), ("topic", "team-*")]
    assert connection.repository_rules.get(test="name").pk == before
    changed = Event.objects.filter(content_type__model="repositoryrule", pk__gt=last)
    assert set(changed.values_list("action", "object_repr")) == {
        (Event.Action.DELETE, "exclude is archived"),
        (Event.Action.CREATE, "exclude topic matches team-*"),
    }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (rule("include", "name", "  "), "Say which"),
        (rule("exclude", "archived", "old-*"), "needs no pattern"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(wrong: RepositoryRule, says: str) -> None:
    connection = a_connection()
    store.set_repository_rules(connection=connection, rules=[rule("exclude", "fork")])
    with pytest.raises(store.InvalidConnection, match=says):
        store.set_repository_rules(connection=connection, rules=[wrong])
    assert connection.repository_rules.count() == 1
