"""Which repositories are read: the rules as an administrator sets them, all at once."""

from collections.abc import Iterable

from django.db import transaction

from backend.connections.models import Connection, RepositoryRule
from backend.connections.selection import takes_pattern
from backend.connections.store.cleaning import InvalidConnection


@transaction.atomic
def set_repository_rules(*, connection: Connection, rules: Iterable[RepositoryRule]) -> None:
    """These and no others. What stands already stays as it is, so that the record tells what changed.

    Raises InvalidConnection. Takes effect with the next look at the connection's repositories.
    """
    wanted = {_key(clean_rule(rule)): rule for rule in rules}
    for row in connection.repository_rules.all():
        if wanted.pop(_key(row), None) is None:
            row.delete()
    for rule in wanted.values():
        RepositoryRule.objects.create(
            connection=connection, effect=rule.effect, test=rule.test, pattern=rule.pattern
        )


def clean_rule(rule: RepositoryRule) -> RepositoryRule:
    """The rule without what surrounds its pattern. Raises InvalidConnection."""
    rule.pattern = rule.pattern.strip()
    if takes_pattern(rule.test):
        if not rule.pattern:
            raise InvalidConnection("Say which: a name or topic, with * for anything.")
    elif rule.pattern:
        raise InvalidConnection("This test needs no pattern: leave it empty.")
    return rule


def _key(rule: RepositoryRule) -> tuple[str, str, str]:
    return rule.effect, rule.test, rule.pattern
