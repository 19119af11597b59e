"""The verbs for how a pull request ends: merging, auto-merge, the merge queue; and for its base and head."""

from typing import Any

from tests.simulators.github.pull_requests import PullRequests
from tests.simulators.github.records import Account, AutoMerge, Commit, PullRequest
from tests.simulators.github.registry import Moment

AUTO_MERGE_EVENTS = {
    "merge": "AutoMergeEnabledEvent",
    "squash": "AutoSquashEnabledEvent",
    "rebase": "AutoRebaseEnabledEvent",
}


class Merging(PullRequests):
    """Merging and what leads to it."""

    def merge(
        self, pr: PullRequest, by: Account | None = None, *, how: str = "squash", at: Moment = None
    ) -> Commit:
        """Merge as a ``squash`` (one new commit with all changes), a ``merge`` (a commit with two parents) or a
        ``rebase`` (a new commit for each of the branch's; the last is the one that the pull request names).
        """
        now = self.moment(at)
        before = pr.repository.branches[pr.base_ref]
        commit = self._merged(pr, by, how, before, now)
        if pr.queued_at is not None:
            self._leave_queue(pr, by, "merged", now)
        pr.state, pr.merged_at, pr.closed_at = "MERGED", now, now
        pr.merged_by, pr.merge_commit = by, commit
        pr.is_draft, pr.auto_merge = False, None
        commit.pull_requests.append(pr)
        self._note(pr, "MergedEvent", by, now, commit=commit, mergeRefName=pr.base_ref)
        self._note(pr, "ClosedEvent", by, now)
        self._pull_request_event("closed", pr, by)
        self._advance(pr.repository, pr.base_ref, commit, before, by)
        return commit

    def _merged(
        self, pr: PullRequest, by: Account | None, how: str, before: Commit, now: int
    ) -> Commit:
        """The commit to which the base branch moves."""
        head, owner = pr.head_commit, pr.repository.owner.login
        if how == "merge" and head:
            text = f"Merge pull request #{pr.number} from {owner}/{pr.head_ref}"
            return self._commit(pr.repository, by, (), (before, head), now, headline=text)
        if how == "rebase":
            for one in pr.commits:
                before = self._rebased(pr, one, before, by, now)
            return before
        files = [(change.path, change.additions, change.deletions) for change in pr.files]
        text = f"{pr.title} (#{pr.number})"
        commit = self._commit(pr.repository, pr.author, files, (before,), now, headline=text)
        commit.committer = by
        return commit

    def _rebased(
        self, pr: PullRequest, one: Commit, parent: Commit, by: Account | None, now: int
    ) -> Commit:
        files = [(change.path, change.additions, change.deletions) for change in one.files]
        commit = self._commit(
            pr.repository,
            one.author,
            files,
            (parent,),
            now,
            headline=one.headline,
            body=one.body,
            authored_at=one.authored_at,
        )
        commit.committer = by
        return commit

    def revert(
        self, pr: PullRequest, by: Account | None = None, *, at: Moment = None
    ) -> PullRequest:
        """What the Revert button does: a pull request with one commit that takes a merged one's back."""
        if pr.merge_commit is None:
            raise ValueError(f"#{pr.number} is not merged")
        repository, merged = pr.repository, pr.merge_commit
        opened = self.open_pull_request(
            repository,
            by,
            title=f'Revert "{pr.title}"',
            head=f"revert-{pr.number}-{pr.head_ref}",
            body=f"\n\nReverts {repository.full_name}#{pr.number}",
            commits=(),
            at=at,
        )
        self.push_commit(
            opened,
            [(change.path, change.deletions, change.additions) for change in pr.files],
            headline=f'Revert "{merged.headline}"',
            body=f"\n\nThis reverts commit {merged.oid}.",
            at=at,
        )
        return opened

    # -- auto-merge and the merge queue ------------------------------------------------------------------------

    def enable_auto_merge(
        self,
        pr: PullRequest,
        by: Account | None = None,
        *,
        how: str = "merge",
        at: Moment = None,
    ) -> None:
        """Merge once all is well; the event's type tells ``how``: merge, squash or rebase."""
        now = self.moment(at)
        pr.auto_merge = AutoMerge(by, now, how)
        self._event(pr, AUTO_MERGE_EVENTS[how], "auto_merge_enabled", by, now, enabler=by)

    def disable_auto_merge(
        self, pr: PullRequest, by: Account | None = None, *, reason: str = "", at: Moment = None
    ) -> None:
        pr.auto_merge = None
        details = {"disabler": by, "reason": reason}
        self._event(pr, "AutoMergeDisabledEvent", "auto_merge_disabled", by, at, **details)

    def enqueue(self, pr: PullRequest, by: Account | None = None, *, at: Moment = None) -> None:
        """Add to the merge queue; ``merge`` takes it out again."""
        now = self.moment(at)
        pr.queued_at, pr.queued_by = now, by
        self._event(pr, "AddedToMergeQueueEvent", "enqueued", by, now, enqueuer=by)
        self._tell_of_queue(pr, "checks_requested", by)

    def dequeue(
        self,
        pr: PullRequest,
        by: Account | None = None,
        *,
        reason: str = "dequeued",
        at: Moment = None,
    ) -> None:
        """Take out of the merge queue unmerged, as people or failed checks do."""
        self._leave_queue(pr, by, reason, self.moment(at))

    def _leave_queue(self, pr: PullRequest, by: Account | None, reason: str, now: int) -> None:
        details = {"enqueuer": pr.queued_by, "reason": reason, "beforeCommit": pr.head_commit}
        pr.queued_at = pr.queued_by = None
        self._event(pr, "RemovedFromMergeQueueEvent", "dequeued", by, now, **details)
        self._tell_of_queue(pr, "destroyed", by, reason=reason)

    def _tell_of_queue(
        self, pr: PullRequest, action: str, by: Account | None, **details: Any
    ) -> None:
        self._emit_of(pr.repository, "merge_group", action, by, queued=pr, **details)

    # -- base and head -----------------------------------------------------------------------------------------

    def change_base(
        self, pr: PullRequest, base: str, *, actor: Account | None = None, at: Moment = None
    ) -> None:
        """Let the pull request go to another branch."""
        now, before = self.moment(at), pr.base_commit
        old, pr.base_ref = pr.base_ref, base
        pr.base_commit = pr.repository.branches.get(base, before)
        details = {"previousRefName": old, "currentRefName": base, "previous_base": before}
        self._event(pr, "BaseRefChangedEvent", "edited", actor or pr.author, now, **details)

    def delete_head(
        self, pr: PullRequest, *, actor: Account | None = None, at: Moment = None
    ) -> None:
        """Delete the pull request's branch; its commits stay to be seen."""
        now, who = self.moment(at), actor or pr.author
        self._note(pr, "HeadRefDeletedEvent", who, now, headRefName=pr.head_ref)
        if not pr.is_cross_repository and pr.head_ref in pr.repository.branches:
            self.delete_branch(pr.repository, pr.head_ref, sender=who, at=now)

    def restore_head(
        self, pr: PullRequest, *, actor: Account | None = None, at: Moment = None
    ) -> None:
        if pr.head_commit is None:
            raise ValueError(f"#{pr.number} has no commit to restore its branch to")
        now, who = self.moment(at), actor or pr.author
        self._note(pr, "HeadRefRestoredEvent", who, now)
        if not pr.is_cross_repository:
            head = pr.head_commit
            self.create_branch(pr.repository, pr.head_ref, commit=head, sender=who, at=now)
