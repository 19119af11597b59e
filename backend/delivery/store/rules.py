"""The rules on generated files that hold for a repository: the organisation's, and those of its .gitattributes."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from backend.delivery.generated_files import Judge, OrganisationRule, judge
from backend.delivery.models import AttributePattern, GeneratedFileRule, Repository
from backend.delivery.records import AttributePatternRecord
from backend.delivery.store.tables import one_writer

_COLUMNS = ("folder", "position", "pattern", "attribute", "value")


def organisation_rules() -> tuple[OrganisationRule, ...]:
    """In their order: a later one wins."""
    found = GeneratedFileRule.objects.values_list("pattern", "is_generated")
    return tuple(OrganisationRule(pattern, generated) for pattern, generated in found)


def attribute_patterns(repository: Repository) -> tuple[AttributePatternRecord, ...]:
    """What the repository's .gitattributes say, as of its default branch's tip."""
    found = repository.attribute_patterns.order_by("folder", "position", "attribute")
    return tuple(AttributePatternRecord(*row) for row in found.values_list(*_COLUMNS))


def judge_for(repository: Repository) -> Judge:
    """Within a transaction that writes files, asked under the repository's lock: see `store.marking`."""
    return judge(organisation_rules(), attribute_patterns(repository))


@transaction.atomic
def keep_attribute_patterns(
    *, repository: Repository, patterns: Sequence[AttributePatternRecord]
) -> bool:
    """Make the repository's patterns those of its tip. Where they differ, its files are to be marked anew: True."""
    one_writer(repository)
    told = sorted(patterns, key=lambda one: (one.folder, one.position, one.attribute))
    stored = sorted(
        attribute_patterns(repository), key=lambda one: (one.folder, one.position, one.attribute)
    )
    if told == stored:
        return False
    repository.attribute_patterns.all().delete()
    AttributePattern.objects.bulk_create(
        AttributePattern(repository=repository, **{name: getattr(one, name) for name in _COLUMNS})
        for one in told
    )
    Repository.objects.filter(pk=repository.pk).update(files_marked_by="")
    return True


@transaction.atomic
def set_generated_file_rules(*, rules: Iterable[OrganisationRule]) -> None:
    """Make the organisation's rules these, in this order. What stays the same is left as it is."""
    wanted = {rule.pattern: (place, rule) for place, rule in enumerate(rules)}
    for stored in GeneratedFileRule.objects.all():
        if stored.pattern not in wanted:
            stored.delete()
            continue
        place, rule = wanted.pop(stored.pattern)
        if (stored.position, stored.is_generated) != (place, rule.is_generated):
            stored.position, stored.is_generated = place, rule.is_generated
            stored.save()
    for place, rule in wanted.values():
        GeneratedFileRule.objects.create(
            pattern=rule.pattern, is_generated=rule.is_generated, position=place
        )
