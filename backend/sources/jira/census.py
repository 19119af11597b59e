"""Which issues of a project there still are. A search never tells of one that was deleted."""

from typing import Final

from django.utils import timezone

from backend.delivery.models import Issue, Project
from backend.delivery.store.issues import mark_issues_deleted, store_issues
from backend.delivery.store.projects import mark_project_unreachable
from backend.sources import ledger
from backend.sources.collected import Collected
from backend.sources.errors import NotFound
from backend.sources.jira.client import Jira
from backend.sources.jira.issues import count, kept, quoted
from backend.sources.jira.refusals import ProjectsUnknown
from backend.sources.models import Hint
from backend.sources.shapes import UnexpectedShape

LOOKED_AT: Final = 100
"""Of issues that are missing, or new, how many are looked at one by one in a slice; the next one goes on from there."""


def collect_census(project: Project, jira: Jira) -> Collected:
    """Compare the ids that the source has with those that are stored.

    One that is missing is asked for by itself: it may have moved, or come and gone between pages. Only what is then not
    to be had either is marked; the project itself was seen by then, so that a lost permission marks nothing.
    """
    jira.project(project.external_id)
    try:
        told = _ids(project, jira)
    except ProjectsUnknown as error:
        mark_project_unreachable(project=project, gone=False, reason=error.reason)
        return Collected(notes=[error.reason])
    stored = set(
        Issue.objects.filter(project=project, deleted_at=None).values_list("external_id", flat=True)
    )
    place = ledger.cursor_of_project(project, Hint.Kind.CENSUS)
    below = int(place.page) if place.page else None
    differing = sorted((one for one in stored ^ told if below is None or one < below), reverse=True)
    gone: list[int] = []
    result = Collected(more=len(differing) > LOOKED_AT)
    for external_id in differing[:LOOKED_AT]:
        try:
            issue = jira.issue(external_id)
        except NotFound:
            gone.append(external_id)
        except UnexpectedShape as error:
            result.notes.append(f"Issue {external_id}: {error.reason}")
        else:
            result.stored += store_issues(connection=project.connection, issues=[issue])
    marked = mark_issues_deleted(
        connection=project.connection, external_ids=gone, at=timezone.now()
    )
    if marked:
        result.notes.append(f"{marked} issues are no more at the source.")
    place.page = str(differing[LOOKED_AT - 1]) if result.more else ""
    ledger.save(place)
    if not result.more:
        count(project, jira, ledger.cursor_of_project(project, Hint.Kind.ISSUES))
    return result


def _ids(project: Project, jira: Jira) -> set[int]:
    jql, found, page = f"project = {quoted(project)}{kept()} ORDER BY key DESC", set[int](), ""
    while True:
        told = jira.ids(jql, page)
        found.update(told.ids)
        if not told.next:
            return found
        page = told.next
