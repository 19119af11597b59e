"""The verbs for pull requests up to their end: opened, pushed to, reviewed, closed."""

from collections.abc import Sequence
from typing import Any

from tests.simulators.github.changes import added_up, net
from tests.simulators.github.hosting import DEFAULT_FILES, Files
from tests.simulators.github.records import (
    Account,
    Commit,
    Organization,
    PullRequest,
    Repository,
    Review,
    Team,
    TimelineItem,
)
from tests.simulators.github.registry import Moment, seconds
from tests.simulators.github.workflows import Workflows


class PullRequests(Workflows):
    """What happens on a pull request."""

    def open_pull_request(  # noqa: PLR0913 - what one may say of a new pull request
        self,
        repository: Repository,
        author: Account | None,
        *,
        title: str = "Change something",
        head: str | None = None,
        base: str | None = None,
        commits: Sequence[Files] = (DEFAULT_FILES,),
        draft: bool = False,
        labels: Sequence[str] = (),
        at: Moment = None,
        committed_at: Moment = None,
        body: str = "",
        fork: Repository | None = None,
    ) -> PullRequest:
        """A branch with a commit for each list of files, and a pull request for it; the branch may be a fork's."""
        opened = seconds(at, self.now + 60)
        number = max(repository.pull_requests, default=0) + 1
        base_ref = base or repository.default_branch
        base_commit = repository.branches.get(base_ref) or self.push(
            repository, author, (("README.md", 1, 0),), at=opened
        )
        pr = PullRequest(
            database_id=self.next_id("PR"),
            repository=repository,
            number=number,
            title=title,
            author=author,
            created_at=opened,
            updated_at=opened,
            base_ref=base_ref,
            head_ref=head or f"change-{number}",
            body=self.free_text(body),
            is_draft=draft,
            labels=list(labels),
            base_commit=base_commit,
            head_repository=fork or repository,
            is_cross_repository=fork is not None,
        )
        for files in commits:
            self._push_to(pr, files, author, seconds(committed_at, opened))
        repository.pull_requests[number] = self.remember("PR", pr)
        self._touch(pr, opened)
        self._write_refs(repository)
        self._pull_request_event("opened", pr, author)
        return pr

    def push_commit(
        self,
        pr: PullRequest,
        files: Files = DEFAULT_FILES,
        *,
        author: Account | None = None,
        at: Moment = None,
        **attributes: Any,
    ) -> Commit:
        """One more commit to the pull request's branch."""
        commit = self._push_to(pr, files, author or pr.author, at, **attributes)
        self._touch(pr, commit.committed_at)
        self._write_refs(pr.repository)
        self._pull_request_event("synchronize", pr, author or pr.author)
        return commit

    def force_push(self, pr: PullRequest, commits: Sequence[Files], *, at: Moment = None) -> None:
        """Replace the branch's commits."""
        now = self.moment(at)
        before, pr.commits, pr.files = pr.commits, [], []
        pr.repository.superseded += before
        for files in commits:
            self._push_to(pr, files, pr.author, now)
        details = {"beforeCommit": before[-1] if before else None, "afterCommit": pr.head_commit}
        self._note(pr, "HeadRefForcePushedEvent", pr.author, now, **details)
        self._write_refs(pr.repository)
        self._pull_request_event("synchronize", pr, pr.author)

    def add_review(
        self,
        pr: PullRequest,
        author: Account | None,
        state: str = "APPROVED",
        *,
        at: Moment = None,
        body: str = "",
    ) -> Review:
        """A review; PENDING ones have no time of submission and no webhook."""
        now = self.moment(at)
        review = Review(
            database_id=self.next_id("PRR"),
            author=author,
            state=state,
            submitted_at=None if state == "PENDING" else now,
            created_at=now,
            updated_at=now,
            commit=pr.head_commit,
            body=self.free_text(body),
        )
        pr.reviews.append(self.remember("PRR", review))
        if state != "PENDING":
            self._touch(pr, now)
            self.emit(
                "pull_request_review",
                "submitted",
                *self._about(pr),
                **self._by(pr, author, review=review),
            )
        return review

    def dismiss_review(
        self, pr: PullRequest, review: Review, actor: Account | None, *, at: Moment = None
    ) -> None:
        now = self.moment(at)
        self._note(
            pr, "ReviewDismissedEvent", actor, now, previousReviewState=review.state, review=review
        )
        review.state, review.updated_at = "DISMISSED", now
        self.emit(
            "pull_request_review",
            "dismissed",
            *self._about(pr),
            **self._by(pr, actor, review=review),
        )

    def request_review(
        self,
        pr: PullRequest,
        reviewer: Account | Team,
        *,
        actor: Account | None = None,
        at: Moment = None,
    ) -> None:
        pr.requested.append(reviewer)
        self._event(
            pr,
            "ReviewRequestedEvent",
            "review_requested",
            actor or pr.author,
            at,
            requestedReviewer=reviewer,
        )

    def remove_review_request(
        self,
        pr: PullRequest,
        reviewer: Account | Team,
        *,
        actor: Account | None = None,
        at: Moment = None,
    ) -> None:
        pr.requested.remove(reviewer)
        action = "review_request_removed"
        self._event(
            pr,
            "ReviewRequestRemovedEvent",
            action,
            actor or pr.author,
            at,
            requestedReviewer=reviewer,
        )

    def convert_to_draft(
        self, pr: PullRequest, *, actor: Account | None = None, at: Moment = None
    ) -> None:
        pr.is_draft = True
        self._event(pr, "ConvertToDraftEvent", "converted_to_draft", actor or pr.author, at)

    def mark_ready(
        self, pr: PullRequest, *, actor: Account | None = None, at: Moment = None
    ) -> None:
        pr.is_draft = False
        self._event(pr, "ReadyForReviewEvent", "ready_for_review", actor or pr.author, at)

    def rename_title(
        self, pr: PullRequest, title: str, *, actor: Account | None = None, at: Moment = None
    ) -> None:
        old, pr.title = pr.title, title
        now = self.moment(at)
        pr.last_edited_at = now
        self._event(
            pr,
            "RenamedTitleEvent",
            "edited",
            actor or pr.author,
            now,
            previousTitle=old,
            currentTitle=title,
        )

    def add_label(self, pr: PullRequest, label: str, *, at: Moment = None) -> None:
        pr.labels.append(label)
        self._touch(pr, self.moment(at))
        self._pull_request_event("labeled", pr, pr.author)

    def add_thread(
        self,
        pr: PullRequest,
        author: Account | None,
        *,
        comments: int = 1,
        at: Moment = None,
    ) -> int:
        """A thread of review comments, which is a review by itself as GitHub has it; its number in the pull request."""
        pr.thread_count += 1
        pr.review_comment_count += comments
        self.add_review(pr, author, "COMMENTED", at=at)
        return pr.thread_count

    def resolve_thread(
        self,
        pr: PullRequest,
        thread: int = 1,
        *,
        actor: Account | None = None,
        resolved: bool = True,
        at: Moment = None,
    ) -> None:
        """Mark a thread resolved, or not; this moves nothing that GitHub counts as an update."""
        self.moment(at)
        (pr.resolved.add if resolved else pr.resolved.discard)(thread)
        details = {"thread": thread, "body": self.free_text("A comment that nobody should keep.")}
        self.emit(
            "pull_request_review_thread",
            "resolved" if resolved else "unresolved",
            *self._about(pr),
            **self._by(pr, actor or pr.author, details=details),
        )

    def comment(self, pr: PullRequest, *, count: int = 1, at: Moment = None) -> None:
        pr.comment_count += count
        self._touch(pr, self.moment(at))

    def close(self, pr: PullRequest, *, actor: Account | None = None, at: Moment = None) -> None:
        now = self.moment(at)
        pr.state, pr.closed_at = "CLOSED", now
        self._event(pr, "ClosedEvent", "closed", actor or pr.author, now)

    def reopen(self, pr: PullRequest, *, actor: Account | None = None, at: Moment = None) -> None:
        pr.state, pr.closed_at = "OPEN", None
        self._event(pr, "ReopenedEvent", "reopened", actor or pr.author, at)

    # -- what the verbs share ----------------------------------------------------------------------------------

    def _push_to(
        self, pr: PullRequest, files: Files, author: Account | None, at: Moment, **attributes: Any
    ) -> Commit:
        parent = pr.head_commit
        commit = self._commit(
            pr.repository, author, files, (parent,) if parent else (), at, **attributes
        )
        commit.pull_requests.append(pr)
        pr.commits.append(commit)
        if not pr.is_cross_repository:
            pr.repository.branches[pr.head_ref] = commit
        pr.files = [
            net(change, pr.base_commit)
            for change in added_up(change for one in pr.commits for change in one.files)
        ]
        return commit

    def _touch(self, pr: PullRequest, at: int) -> None:
        pr.updated_at = max(pr.updated_at, at)
        pr.repository.revision += 1

    def _note(
        self, pr: PullRequest, kind: str, actor: Account | None, at: int, **details: Any
    ) -> None:
        item = TimelineItem(
            database_id=self.next_id("EV"), kind=kind, created_at=at, actor=actor, details=details
        )
        pr.timeline.append(item)
        self._touch(pr, at)

    def _event(
        self,
        pr: PullRequest,
        kind: str,
        action: str,
        actor: Account | None,
        at: Moment,
        **details: Any,
    ) -> None:
        self._note(pr, kind, actor, self.moment(at), **details)
        self._pull_request_event(action, pr, actor, **details)

    def _pull_request_event(
        self, action: str, pr: PullRequest, sender: Account | None, **details: Any
    ) -> None:
        self.emit("pull_request", action, *self._about(pr), **self._by(pr, sender, details=details))

    def _about(self, pr: PullRequest) -> tuple[Organization]:
        return (pr.repository.owner,)

    def _by(self, pr: PullRequest, sender: Account | None, **more: Any) -> dict[str, Any]:
        return {"repository": pr.repository, "pull_request": pr, "sender": sender, **more}
