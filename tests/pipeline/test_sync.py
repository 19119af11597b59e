"""What the source says is what is stored, once; what did not change is not written again."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from backend.connections.store import add_connection
from backend.delivery.models import (
    Commit,
    PullRequest,
    PullRequestCommit,
    PullRequestEvent,
    PullRequestFile,
    Repository,
    Review,
)
from backend.people.models import Identity, Membership, Team
from backend.sources import hints
from backend.sources.models import Cursor, Hint, SyncRun
from tests.pipeline.conftest import TOKEN, Source
from tests.pipeline.state import row_versions, work_to_the_end
from tests.simulators.github import World, running, small

HOUR = 3600


@pytest.fixture
def crew(world: World) -> "Crew":
    return Crew(world)


class Crew:
    """Who works in the test's world, and where."""

    def __init__(self, world: World) -> None:
        self.org = world.organizations["forge"]
        self.dev, self.mate, self.lead = (world.create_user(f"dev000{n}") for n in (1, 2, 3))
        self.bot = world.create_user("bot0001", kind="Bot")
        self.repo = world.create_repository(self.org, "app")
        self.base = world.now + HOUR


def when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.django_db
def test_a_small_world_is_stored_as_it_is(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = small.load()
    world.add_token(TOKEN)
    with running(world, repositories=tmp_path_factory.mktemp("served")) as github:
        source = Source(github, add_connection(kind="github", url=github.url, token=TOKEN))
        source.collect()
    served = [pr for repo in world.repositories.values() for pr in repo.pull_requests.values()]
    assert PullRequest.objects.count() == len(served) > 10
    assert Review.objects.count() == sum(len(pr.reviews) for pr in served)
    assert PullRequestCommit.objects.count() == sum(len(pr.commits) for pr in served)
    assert PullRequestFile.objects.count() == sum(len(pr.files) for pr in served)
    assert set(Commit.objects.values_list("sha", flat=True)) == {
        commit.oid for repo in world.repositories.values() for commit in repo.commits
    }
    teams = [team for org in world.organizations.values() for team in org.teams.values()]
    assert set(Team.objects.values_list("slug", flat=True)) == {team.slug for team in teams}
    assert set(Membership.objects.values_list("team__slug", "person__identities__login")) == {
        (team.slug, account.login) for team in teams for account in team.members
    }
    assert not Hint.objects.exists()
    assert set(SyncRun.objects.values_list("outcome", flat=True)) == {"succeeded"}
    for cursor in Cursor.objects.filter(kind=Hint.Kind.PULL_REQUESTS):
        assert cursor.repository is not None
        assert cursor.stored == cursor.expected == cursor.repository.pull_requests.count()
    source.connection.refresh_from_db()
    assert source.connection.state == "working"
    assert source.connection.server_version.startswith("3.")


def test_one_pull_request_in_every_detail(source: Source, crew: Crew) -> None:
    world, base = source.world, crew.base
    pr = world.open_pull_request(
        crew.repo,
        crew.dev,
        title="Add a page",
        head="topic",
        draft=True,
        labels=["later", "ui"],
        commits=[[("src/page.py", 40, 0)], [("package-lock.json", 900, 0)]],
        at=base,
        committed_at=base - HOUR,
    )
    world.mark_ready(pr, at=base + 1)
    world.request_review(pr, crew.mate, at=base + 2)
    world.request_review(pr, world.create_team(crew.org, "Team A", [crew.lead]), at=base + 3)
    world.remove_review_request(pr, crew.mate, at=base + 4)
    world.convert_to_draft(pr, at=base + 5)
    world.mark_ready(pr, actor=crew.lead, at=base + 6)
    world.add_review(pr, crew.bot, "COMMENTED", at=base + 10)
    world.add_review(pr, crew.mate, "CHANGES_REQUESTED", at=base + 11)
    world.add_review(pr, crew.dev, "PENDING", at=base + 12)
    world.add_review(pr, crew.mate, "APPROVED", at=base + 13)
    world.merge(pr, crew.mate, at=base + 20)
    source.collect()

    stored = PullRequest.objects.get()
    assert (stored.external_id, stored.node_id, stored.number) == (pr.database_id, pr.node_id, 1)
    assert stored.external_id > 2**31
    assert (stored.title, stored.state, stored.is_draft) == ("Add a page", "merged", False)
    assert stored.author is not None
    assert stored.author.login == "dev0001"
    assert (stored.base_ref, stored.head_ref) == ("main", "topic")
    assert pr.merge_commit is not None
    assert (stored.head_sha, stored.merge_sha) == (pr.commits[-1].oid, pr.merge_commit.oid)
    assert (stored.additions, stored.deletions, stored.changed_files) == (940, 0, 2)
    assert (stored.commit_count, stored.labels) == (2, ["later", "ui"])
    assert (stored.created_at, stored.merged_at) == (when(base), when(base + 20))
    assert stored.closed_at == stored.merged_at
    assert list(stored.events.order_by("occurred_at", "pk").values_list(
        "kind", "occurred_at", "actor__login", "reviewer__login"
    )) == [
        ("ready_for_review", when(base + 1), "dev0001", None),
        ("review_requested", when(base + 2), "dev0001", "dev0002"),
        ("review_requested", when(base + 3), "dev0001", None),
        ("review_request_removed", when(base + 4), "dev0001", "dev0002"),
        ("converted_to_draft", when(base + 5), "dev0001", None),
        ("ready_for_review", when(base + 6), "dev0003", None),
        ("merged", when(base + 20), "dev0002", None),
        ("closed", when(base + 20), "dev0002", None),
    ]  # fmt: skip
    reviews = stored.reviews.order_by("submitted_at")
    assert list(reviews.values_list("state", "author__login", "submitted_at", "commit_sha")) == [
        ("commented", "bot0001", when(base + 10), pr.commits[-1].oid),
        ("changes_requested", "dev0002", when(base + 11), pr.commits[-1].oid),
        ("approved", "dev0002", when(base + 13), pr.commits[-1].oid),
    ]
    commits = stored.commits.order_by("position")
    assert list(commits.values_list("sha", "position", "authored_at", "additions")) == [
        (pr.commits[0].oid, 0, when(base - HOUR), 40),
        (pr.commits[1].oid, 1, when(base - HOUR), 900),
    ]
    assert set(stored.files.values_list("path", "additions", "change", "is_generated")) == {
        ("src/page.py", 40, "added", False),
        ("package-lock.json", 900, "added", True),
    }
    assert Identity.objects.get(login="bot0001").is_bot
    assert not Identity.objects.get(login="dev0001").is_bot


def test_what_a_revert_takes_back_is_known_by_its_pull_request_and_its_commit(
    source: Source, crew: Crew
) -> None:
    world = source.world
    pr = world.open_pull_request(crew.repo, crew.dev, body="Reverts nothing#1")
    merged = world.merge(pr, crew.mate)
    undone = world.revert(pr, crew.mate)
    brought = world.merge(undone, crew.mate, how="rebase")
    source.collect()
    stored = dict(PullRequest.objects.values_list("number", "reverts"))
    assert stored == {pr.number: [], undone.number: [f"forge/{crew.repo.name}#{pr.number}"]}
    assert Commit.objects.get(sha=brought.oid).reverts == [merged.oid]
    assert not Commit.objects.filter(generation=None).exists()


def test_a_deleted_account_is_unknown(source: Source, crew: Crew) -> None:
    pr = source.world.open_pull_request(crew.repo, crew.dev)
    source.world.add_review(pr, crew.mate)
    source.world.delete_account(crew.dev)
    source.world.delete_account(crew.mate)
    source.collect()
    assert PullRequest.objects.get().author is None
    assert Review.objects.get().author is None


def test_what_changes_later_is_stored_too(source: Source, crew: Crew) -> None:
    world = source.world
    merged, closed, pushed, dismissed = (
        world.open_pull_request(crew.repo, crew.dev, title=f"Number {n}") for n in range(4)
    )
    review = world.add_review(dismissed, crew.mate, "APPROVED")
    source.collect()
    assert set(PullRequest.objects.values_list("state", flat=True)) == {"open"}

    world.rename_title(merged, "Another title")
    world.merge(merged, crew.mate)
    world.close(closed)
    superseded = pushed.commits[0].oid
    world.force_push(pushed, [[("src/other.py", 1, 0)], [("src/third.py", 2, 0)]])
    world.dismiss_review(dismissed, review, crew.lead)
    source.collect()

    stored = {pr.number: pr for pr in PullRequest.objects.all()}
    assert (stored[1].title, stored[1].state) == ("Another title", "merged")
    assert (stored[2].state, stored[2].merged_at) == ("closed", None)
    assert stored[2].closed_at is not None
    current = stored[3].commits.filter(is_superseded=False).order_by("position")
    assert [commit.sha for commit in current] == [commit.oid for commit in pushed.commits]
    assert stored[3].commits.get(is_superseded=True).sha == superseded
    assert set(stored[3].files.values_list("path", flat=True)) == {"src/other.py", "src/third.py"}
    assert stored[3].events.get().kind == "head_force_pushed"
    assert stored[4].reviews.get().state == "dismissed"
    event = PullRequestEvent.objects.get(kind="review_dismissed")
    assert event.actor is not None
    assert event.reviewer is not None
    assert (event.actor.login, event.reviewer.login) == ("dev0003", "dev0002")
    # What the branch gained by the merge is there as well.
    assert merged.merge_commit is not None
    assert Commit.objects.filter(sha=merged.merge_commit.oid).exists()


def test_a_renamed_repository_stays_the_same_one(source: Source, crew: Crew) -> None:
    source.world.open_pull_request(crew.repo, crew.dev)
    source.collect()
    before = Repository.objects.get()
    source.world.rename_repository(crew.repo, "renamed")
    source.world.open_pull_request(crew.repo, crew.mate)
    source.collect()
    after = Repository.objects.get()
    assert (after.pk, after.name_with_owner) == (before.pk, "forge/renamed")
    assert after.pull_requests.count() == 2


def test_after_a_rename_hints_by_the_old_name_are_done_at_once(source: Source, crew: Crew) -> None:
    """The word of the rename comes in among the others, and must be heeded before them."""
    source.world.open_pull_request(crew.repo, crew.dev)
    source.collect()
    source.world.rename_repository(crew.repo, "renamed")
    source.world.push(crew.repo, crew.dev)
    for kind in (Hint.Kind.COMMITS, Hint.Kind.PULL_REQUESTS, Hint.Kind.REPOSITORY):
        hints.arm(
            connection=source.connection,
            kind=kind,
            container_external_id=crew.repo.database_id,
        )
    SyncRun.objects.all().delete()
    work_to_the_end(source.connection)
    assert set(SyncRun.objects.values_list("outcome", flat=True)) == {"succeeded"}
    assert Commit.objects.count() == len(crew.repo.commits)


def test_a_repository_without_anything_comes_to_an_end(source: Source, crew: Crew) -> None:
    source.world.open_pull_request(crew.repo, crew.dev)
    source.world.create_repository(crew.org, "empty")
    source.collect()
    assert Repository.objects.count() == 2
    assert not Hint.objects.exists()
    assert SyncRun.objects.count() < 10


def test_a_second_sync_writes_no_row(
    transactional_db: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = small.load()
    world.add_token(TOKEN)
    with running(world, repositories=tmp_path_factory.mktemp("served")) as github:
        add_connection(kind="github", url=github.url, token=TOKEN)
        call_command("sync", wait=True, stdout=StringIO())
        first = row_versions()
        assert first["delivery_pullrequest"]
        assert first["metrics_pullrequestfact"]
        call_command("sync", wait=True, stdout=StringIO())
        assert row_versions() == first
        (pr, *_) = next(iter(world.repositories.values())).pull_requests.values()
        world.rename_title(pr, "Only this one changed")
        call_command("sync", wait=True, stdout=StringIO())
    changed = set(row_versions()["delivery_pullrequest"]) - set(first["delivery_pullrequest"])
    assert {pk for pk, _, _ in changed} == {
        PullRequest.objects.get(title="Only this one changed").pk
    }
