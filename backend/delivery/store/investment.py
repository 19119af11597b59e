"""The organisation's investment categories and rules. A change has all issues and pull requests sorted anew."""

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction

from backend.delivery.investment_rules import DEFAULTS, Category, Rule
from backend.delivery.models import InvestmentCategory, InvestmentRule, PendingInvestment

_LOCK: Final = 7_301_210
"""Names the advisory lock; any number that nobody else takes."""


def categories() -> tuple[Category, ...]:
    """In the order that they are shown in; the default ones where the organisation has not chosen its own."""
    stored = InvestmentCategory.objects.values_list("code", "name", "description")
    return tuple(Category(*one) for one in stored) or DEFAULTS


def investment_rules() -> tuple[Rule, ...]:
    """In the order that they are asked in."""
    stored = InvestmentRule.objects.values_list("field", "pattern", "category")
    return tuple(Rule(*one) for one in stored)


@transaction.atomic
def set_investment(*, chosen: Sequence[Category], rules: Sequence[Rule]) -> bool:
    """Make categories and rules these; whether that changed anything. Row by row, so that each is audited.

    Of two who do so at once the later one's stand.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    changed = tuple(rules) != investment_rules()
    if changed:
        _set_rules(rules)
    if tuple(chosen) != categories():
        # Names and order are shown as they are; what is sorted rests on the codes alone.
        changed = True
        _set_categories(chosen)
    if changed:
        note_investment()
    return changed


def note_investment() -> None:
    """Have everything sorted anew, within the transaction that changes what that rests on."""
    PendingInvestment.objects.bulk_create(
        [PendingInvestment(pk=1)],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["since"],
    )


def _set_categories(chosen: Sequence[Category]) -> None:
    codes = [one.code for one in chosen]
    for stored in InvestmentCategory.objects.exclude(code__in=codes):
        stored.delete()
    known = {stored.code: stored for stored in InvestmentCategory.objects.all()}
    for place, one in enumerate(chosen):
        stored = known.get(one.code) or InvestmentCategory(code=one.code)
        wanted = (one.name, one.description, place)
        if stored.pk is None or (stored.name, stored.description, stored.position) != wanted:
            stored.name, stored.description, stored.position = wanted
            stored.save()


def _set_rules(rules: Sequence[Rule]) -> None:
    """Rules that stay are left as they are, or get another place."""
    left = list(enumerate(rules))
    for stored in InvestmentRule.objects.all():
        same = next(
            (
                (place, rule)
                for place, rule in left
                if (stored.field, stored.pattern, stored.category)
                == (rule.field, rule.pattern, rule.category)
            ),
            None,
        )
        if same is None:
            stored.delete()
            continue
        left.remove(same)
        if stored.position != same[0]:
            stored.position = same[0]
            stored.save()
    for place, rule in left:
        InvestmentRule.objects.create(
            position=place, field=rule.field, pattern=rule.pattern, category=rule.category
        )
