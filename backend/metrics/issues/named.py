"""The issues that a pull request is about, with what says so."""

from django.db.models import F, QuerySet

from backend.delivery.models import Issue
from backend.metrics.issues import links, results
from backend.metrics.issues.rows import address
from backend.metrics.models import IssueFact
from backend.people.models import Team


def issues_of(pull_request_id: int, *, within: QuerySet[Team] | None) -> list[results.NamedIssue]:
    """Those that hold first. What an issue says is told where it is of a team `within` these. Three statements."""
    found = {one.issue_id: one for one in links.of_pull_requests([pull_request_id])}
    issues = (
        Issue.objects.filter(pk__in=found, deleted_at=None)
        .select_related("status", "issue_type", "connection")
        .annotate(site=F("connection__jira__site_url"))
    )
    seen = IssueFact.objects.filter(pk__in=found)
    if within is not None:
        seen = seen.filter(teams__team__in=within)
    shown = set(seen.values_list("pk", flat=True))
    told = [
        results.NamedIssue(
            id=one.pk,
            key=one.key,
            url=address(one.connection.url, one.site, one.key),
            summary=one.summary if one.pk in shown else "",
            status=one.status.name if one.pk in shown else None,
            found_in=list(found[one.pk].found_in),
            holds=found[one.pk].holds,
            is_ambiguous=found[one.pk].is_ambiguous,
            verdict=found[one.pk].verdict,
        )
        for one in issues
    ]
    return sorted(told, key=lambda one: (not one.holds, one.key))
