"""Whose deployments are to be measured: noted with the change, where what was stored differs, and never lost."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connections, transaction

from backend.delivery import store
from backend.delivery.deployment_rules import CHECK, RELEASE, TAG, WORKFLOW, Rule
from backend.delivery.models import PendingDeployments, Release, Repository
from backend.delivery.records import ChecksRecord, CommitRecord, ReleaseRecord, TagRecord
from backend.delivery.store.deployment_rules import set_deployment_rules
from backend.delivery.store.pending import lock_rules
from tests.delivery.records import a_pull_request
from tests.delivery.test_store_automation import a_deployment, a_run, a_suite
from tests.factories import MONDAY, a_repository

SHA = "a" * 40


def noted() -> list[int]:
    """The repositories that are to be measured; from then on none is."""
    found = list(PendingDeployments.objects.order_by("pk").values_list("pk", flat=True))
    PendingDeployments.objects.all().delete()
    return found


def a_release(number: int = 1) -> ReleaseRecord:
    return ReleaseRecord(
        number, f"v{number}", SHA, is_draft=False, is_prerelease=False, author=None,
        created_at=MONDAY, published_at=MONDAY, updated_at=MONDAY,
    )  # fmt: skip


CHANGES: dict[str, tuple[str, Callable[[Repository], object]]] = {
    "deployment": (
        "",
        lambda of: store.store_deployments(repository=of, deployments=[a_deployment()]),
    ),
    "no deployment left": ("", lambda of: store.keep_deployments(repository=of, external_ids=[])),
    "commit": (
        "",
        lambda of: store.store_commits(
            repository=of, commits=[CommitRecord(SHA, (), None, MONDAY, MONDAY, ())]
        ),
    ),
    "merged pull request": (
        "",
        lambda of: store.store_pull_requests(repository=of, pull_requests=[a_pull_request()]),
    ),
    "run": (WORKFLOW, lambda of: store.store_workflow_runs(repository=of, runs=[a_run()])),
    "check": (
        CHECK,
        lambda of: store.store_checks(
            repository=of, checks=[ChecksRecord(SHA, (a_suite(),), ())], read_at=MONDAY
        ),
    ),
    "release": (RELEASE, lambda of: store.store_releases(repository=of, releases=[a_release()])),
    "no release left": (RELEASE, lambda of: store.keep_releases(repository=of, external_ids=[])),
    "tag": (TAG, lambda of: store.store_tags(repository=of, tags=[TagRecord("v1", SHA, MONDAY)])),
    "no tag left": (TAG, lambda of: store.keep_tags(repository=of, names=[])),
}
"""What is stored; of those with a source nothing is noted unless a rule is about it."""


@pytest.mark.django_db
def test_a_change_is_noted_once_and_what_is_the_same_is_not() -> None:
    repository = a_repository()
    a_repository()
    set_deployment_rules(
        rules=[Rule("*", of, "*", "production") for of in (WORKFLOW, CHECK, RELEASE, TAG)]
    )
    noted()
    for name, (_, store_it) in CHANGES.items():
        store_it(repository)
        assert noted() == [repository.pk], name
        if name not in {"deployment", "release", "tag"}:
            store_it(repository)
            assert noted() == [], name


@pytest.mark.django_db
def test_what_no_rule_is_about_is_not_noted() -> None:
    repository = a_repository()
    for name, (source, store_it) in CHANGES.items():
        store_it(repository)
        assert noted() == ([] if source else [repository.pk]), name


@pytest.mark.django_db
def test_an_open_pull_request_is_in_no_deployment() -> None:
    repository = a_repository()
    merged = a_pull_request()
    opened = replace(merged, state="open", merged_at=None, closed_at=None, merge_sha="")
    store.store_pull_requests(repository=repository, pull_requests=[opened])
    assert noted() == []
    store.store_pull_requests(repository=repository, pull_requests=[merged])
    assert noted() == [repository.pk]
    store.store_pull_requests(repository=repository, pull_requests=[opened], reconcile=True)
    assert noted() == [repository.pk]


@pytest.mark.django_db
def test_the_first_note_s_time_stays() -> None:
    repository = a_repository()
    store.note_deployments(repository_ids=[repository.pk])
    PendingDeployments.objects.update(since=MONDAY)
    store.note_deployments(repository_ids=[repository.pk])
    store.note_all_deployments()
    assert PendingDeployments.objects.get().since == MONDAY
    store.note_deployments(repository_ids=[])
    assert noted() == [repository.pk]


def meanwhile(act: Callable[[], object]) -> threading.Thread:
    """Another process that does this, and has to wait."""

    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(0.3)
    assert thread.is_alive()
    return thread


@pytest.mark.django_db(transaction=True)
def test_what_is_stored_while_a_rule_is_made_is_noted_by_one_of_both() -> None:
    repository = a_repository()
    rules = [Rule("*", RELEASE, "*", "production")]
    with transaction.atomic():
        lock_rules()
        late = meanwhile(
            lambda: store.store_releases(repository=repository, releases=[a_release()])
        )
        set_deployment_rules(rules=rules)
        noted()  # as if these were measured before the release could be seen
    late.join()
    assert noted() == [repository.pk]

    set_deployment_rules(rules=[])
    noted()
    with transaction.atomic():
        store.store_releases(repository=repository, releases=[a_release(2)])
        late = meanwhile(lambda: set_deployment_rules(rules=rules))
    late.join()
    assert Release.objects.count() == 2
    assert noted() == [repository.pk]
