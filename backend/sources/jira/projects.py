"""Projects: which there are, which are read, and what their issues are told by."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend.connections.models import Connection, JiraSettings
from backend.delivery.issue_records import ProjectRecord
from backend.delivery.models import Project
from backend.delivery.store.issue_links import find_keys_of
from backend.delivery.store.issues import forget_summaries
from backend.delivery.store.projects import (
    store_issue_types,
    store_project_detail,
    store_projects,
    store_statuses,
)
from backend.sources import hints, ledger
from backend.sources.collected import Collected
from backend.sources.jira.addresses import site
from backend.sources.jira.client import Jira
from backend.sources.models import Cursor, Hint

UNLISTED: Final = "unlisted"
"""The action of a project's hint: it was expected and not listed, so look at it by itself."""
CLOCKS_DIFFER: Final = timedelta(hours=1)
"""How far a server's clock may be behind ours, where it does not tell its own."""


def collect_projects(connection: Connection, jira: Jira) -> Collected:
    """All projects that the account sees, with the fields, types and statuses that issues are told by.

    What is read and was not filled yet is asked for; what was expected and not listed is looked at by itself.
    """
    fields = jira.discover()
    types, statuses = jira.issue_types(), jira.statuses()
    found = list(jira.projects())
    server = jira.server()
    began = server.time or timezone.now() - CLOCKS_DIFFER
    if JiraSettings.objects.filter(connection=connection, keeps_summaries=False).exists():
        forget_summaries(connection)
    with transaction.atomic():
        JiraSettings.objects.filter(connection=connection).update(
            fields_found=fields.told, site_url=site(connection.url, server.base_url)
        )
        store_issue_types(connection=connection, types=types)
        store_statuses(connection=connection, statuses=statuses)
        known = Project.objects.filter(connection=connection, state=Project.State.ACTIVE)
        expected = set(known.values_list("external_id", flat=True))
        _watch(connection, began)
        for project in _take_in(connection, found):
            arm(project, Hint.Kind.PROJECT)
        for external_id in expected - {one.external_id for one in found}:
            hints.arm(
                connection=connection,
                kind=Hint.Kind.PROJECT,
                container_external_id=external_id,
                action=UNLISTED,
            )
    return Collected(stored=len(found), notes=list(fields.notes))


def collect_project(project: Project, jira: Jira) -> Collected:
    """One project, with its statuses and versions. Raises NotFound."""
    detail = jira.project(project.external_id)
    with transaction.atomic():
        _take_in(project.connection, [detail.record])
        store_project_detail(project=project, statuses=detail.statuses, versions=detail.versions)
    return Collected(stored=1)


def arm(project: Project, kind: str, *, action: str = "") -> None:
    hints.arm(
        connection=project.connection,
        kind=kind,
        container_external_id=project.external_id,
        action=action,
    )


def _take_in(connection: Connection, records: Sequence[ProjectRecord]) -> list[Project]:
    """Store them, and ask for all issues of those that begin to be read, or are read again; which these are.

    Pull requests may have named them before: by a key that was not known, or that a project has only now.
    """
    settings = JiraSettings.objects.filter(connection=connection).first()
    keys = dict(Project.objects.filter(connection=connection).values_list("pk", "key"))
    new = store_projects(
        connection=connection, projects=records, patterns=settings.projects if settings else ()
    )
    # What changed while a project was not read is in no look at what changed.
    Cursor.objects.filter(project__in=new, kind=Hint.Kind.ISSUES).update(complete_to=None, page="")
    now = Project.objects.filter(pk__in=keys).values_list("pk", "key")
    renamed = {pk for pk, key in now if key != keys[pk]}
    find_keys_of({project.pk for project in new} | renamed)
    _fill(connection)
    return new


def _watch(connection: Connection, began: datetime) -> None:
    """Before a project is filled: whatever changes from now on is found by what is asked of the whole connection."""
    cursor = ledger.cursor_of_connection(connection, Hint.Kind.ISSUES)
    if cursor.complete_to is None:
        Cursor.objects.filter(pk=cursor.pk).update(complete_to=began)


def _fill(connection: Connection) -> None:
    """Ask for the issues of projects that are read and were never read to the end."""
    filled = Cursor.objects.filter(kind=Hint.Kind.ISSUES).exclude(complete_to=None)
    waiting = Project.objects.filter(connection=connection, state=Project.State.ACTIVE).exclude(
        pk__in=filled.filter(project__connection=connection).values("project")
    )
    for project in waiting.select_related("connection").order_by("key"):
        arm(project, Hint.Kind.ISSUES)
