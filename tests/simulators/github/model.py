"""The seeded model of what a git history does not know: openings, drafts, reviews, and the commits before a squash."""

import hashlib
import math
import random
from bisect import bisect_right
from collections import Counter, defaultdict

from .records import Account, Commit, FileChange, PullRequest, Review, Team, TimelineItem
from .world import World

MODEL_NOTES = """\
Real: commits, parents, paths, sizes, authors, bots, merge times; for merged branches also their names and commits.
From a seeded model, since git does not know them:
- Opening. Squashes: back from the merge by log-normal spans for merging (median 1.5 h), review (7 h), pickup (4 h) and
  coding (5 h, growing with the root of the size), scaled by project and slowly by month. Merged branches: soon after
  one of their real commits, so that later commits are rework.
- A fifth open as drafts; 3 % go back to draft once.
- Reviews. Three of ten bots' pull requests and a sixth of people's merge without one. Reviewers are people active in
  the project in that quarter, mostly of the author's team. A fifth ask for changes first and are followed by commits.
  Since 2024 an automatic reviewer comments on a third within minutes, where the project has a bot.
- Commits before a squash: one to a dozen with the squash's files dealt out. They are in no git repository.
- The sizes of merged branches are their commits' sizes added up, where a diff would show lines changed twice once.
- Shas are those of the rebuilt repositories, whose files hold placeholder lines of the real counts.
- Checks of the last 90 days before a project's end, workflow runs of the last 30, and a release with its tag every
  four weeks.
- Deployments of the last 400 days. warehouse and netbox go to staging and production after each merge into the default
  branch, celery with each release; devlake's releases are its deployments. Four of a hundred do not come up. Six of a
  hundred fail in use: they are rolled back, or the next pull request reverts one or is a hotfix by its branch's name.
- Reports of tests: one of each workflow run, with the test files changed most often. The names of tests, their times,
  and which of them failed where a run did (`tests/demo_results.py`).
- Issues of the last 400 days, in a simulated Jira. Three of four pull requests of people name one, in the title or in
  the branch of a squash; epics, sub-tasks, sprints and issues that were never begun stand beside them. Their histories
  follow when the pull requests were opened, reviewed and merged (`tickets.py`, `tests/simulators/jira/history.py`).
- Titles, labels, review requests, force pushes, deleted branches, numbers of comments and threads.
- Teams: who mostly works in the same part of a project's tree (all of today's membership, without dates).
"""

HOUR = 3600
QUARTER = 91 * 86_400
PACE = {"celery": 1.6, "netbox": 0.8, "warehouse": 1.0, "devlake": 0.7}
AUTOMATIC_REVIEWS_SINCE = 1_704_067_200


class ProjectModel:
    """Completes the pull requests of one project; the same seed gives the same world."""

    def __init__(self, world: World, project: str, pulls: list[PullRequest], seed: int) -> None:
        self.world = world
        self.project = project
        self.seed = seed
        self.pace = PACE.get(project, 1.0)
        self.active: dict[int, Counter[Account]] = defaultdict(Counter)
        bots: Counter[Account] = Counter()
        for pr in pulls:
            for who in (pr.author, pr.merged_by):
                if who and who.kind == "User":
                    for shift in (-1, 0, 1):
                        self.active[pr.created_at // QUARTER + shift][who] += 1
                elif who:
                    bots[who] += 1
        self.reviewing_bot = bots.most_common(1)[0][0] if bots else None
        self.team_of: dict[Account, Team] = {}
        for organization in world.organizations.values():
            for team in organization.teams.values():
                self.team_of.update(dict.fromkeys(team.members, team))

    def complete(self, pr: PullRequest) -> None:
        rng = random.Random(f"{self.seed}/{self.project}/{pr.number}")
        merged = pr.merged_at or 0
        by_bot = pr.author is not None and pr.author.kind == "Bot"
        reviewers = self._reviewers(rng, pr)
        if pr.merged_by is None:
            pr.merged_by = reviewers[0] if reviewers else pr.author
        reviewed = bool(reviewers) and rng.random() > (0.7 if by_bot else 0.17)
        self._open(rng, pr, by_bot=by_bot, reviewed=reviewed)
        ready = self._draft(rng, pr) if not by_bot and rng.random() < 0.2 else pr.created_at
        self._request(rng, pr, ready, reviewers)
        if reviewed:
            self._review(rng, pr, ready, reviewers)
        self._review_automatically(rng, pr, ready)
        self._finish(rng, pr, merged)

    def _span(self, rng: random.Random, median: float, spread: float, at: int) -> int:
        """A heavy-tailed duration in seconds, ``median`` in hours; the project's pace drifts over the months."""
        drift = math.exp(0.3 * math.sin(at / (400 * 86_400) + len(self.project)))
        return int(rng.lognormvariate(math.log(median * self.pace * drift * HOUR), spread)) + 20

    def _reviewers(self, rng: random.Random, pr: PullRequest) -> list[Account]:
        """Up to three people who were around, without the author; those of the author's team come up more often."""
        around = self.active[pr.created_at // QUARTER]
        people = [who for who in around if who is not pr.author]
        if not people:
            return []
        home = self.team_of.get(pr.author) if pr.author else None
        weights = [
            around[who] * (4 if home and self.team_of.get(who) is home else 1) for who in people
        ]
        return list(dict.fromkeys(rng.choices(people, weights, k=rng.choice((1, 1, 2, 2, 3)))))

    def _open(self, rng: random.Random, pr: PullRequest, *, by_bot: bool, reviewed: bool) -> None:
        merged = pr.merged_at or 0
        if pr.commits:
            last = max(1, math.ceil(len(pr.commits) * rng.uniform(0.4, 1)))
            soon = self._span(rng, 0.5, 1.5, merged)
            pr.created_at = min(pr.commits[last - 1].authored_at + soon, merged - 60)
            return
        waiting = self._span(rng, 1.5, 1.5, merged) + (
            self._span(rng, 7, 1.7, merged) if reviewed else 0
        )
        pr.created_at = merged - waiting - self._span(rng, 4, 1.5, merged)
        lines = pr.additions + pr.deletions
        coding = (
            60
            if by_bot
            else self._span(rng, 5 * math.sqrt(1 + min(lines, 4000) / 150), 1.4, merged)
        )
        count = 1 if by_bot else 1 + min(11, int(rng.expovariate(0.6)) + len(pr.files) // 25)
        times = sorted(rng.randint(pr.created_at - coding, pr.created_at) for _ in range(count))
        if reviewed and count > 1 and rng.random() < 0.5:
            times[-1] = rng.randint(pr.created_at, merged)
        for place, when in enumerate(times):
            pr.commits.append(self._commit(pr, place, when, pr.files[place::count]))

    def _commit(self, pr: PullRequest, place: int, when: int, files: list[FileChange]) -> Commit:
        text = f"{self.project}/{pr.number}/{place}".encode()
        before = pr.commits[-1] if pr.commits else pr.base_commit
        return Commit(
            oid=hashlib.sha1(text, usedforsecurity=False).hexdigest(),
            parents=(before,) if before else (),
            author=pr.author,
            committer=pr.author,
            authored_at=when,
            committed_at=when,
            headline=f"Update {files[0].path}" if files else "Update",
            files=files,
            body=self.world.free_text(""),
            pull_requests=[pr],
            in_git=False,
        )

    def _note(
        self, pr: PullRequest, kind: str, actor: Account | None, at: int, **details: object
    ) -> None:
        number = self.world.next_id("EV")
        pr.timeline.append(
            TimelineItem(database_id=number, kind=kind, created_at=at, actor=actor, details=details)
        )

    def _between(self, rng: random.Random, start: int, end: int, share: float) -> int:
        """A moment in the first ``share`` of a span, early ones more likely."""
        return start + int((end - start) * share * rng.random() ** 2)

    def _draft(self, rng: random.Random, pr: PullRequest) -> int:
        """When the draft was left."""
        ready = self._between(rng, pr.created_at, pr.merged_at or 0, 0.6)
        self._note(pr, "ReadyForReviewEvent", pr.author, ready)
        if rng.random() < 0.15:
            back = self._between(rng, ready, pr.merged_at or 0, 0.3)
            self._note(pr, "ConvertToDraftEvent", pr.author, back)
            ready = self._between(rng, back, pr.merged_at or 0, 0.5)
            self._note(pr, "ReadyForReviewEvent", pr.author, ready)
        return ready

    def _request(
        self, rng: random.Random, pr: PullRequest, ready: int, reviewers: list[Account]
    ) -> None:
        wanted: list[Account | Team] = [who for who in reviewers if rng.random() < 0.6]
        home = self.team_of.get(pr.author) if pr.author else None
        if home and rng.random() < 0.15:
            wanted.append(home)
        for who in wanted:
            at = min(ready + rng.randint(5, 900), (pr.merged_at or 0) - 1)
            self._note(pr, "ReviewRequestedEvent", pr.author, at, requestedReviewer=who)

    def _add_review(self, pr: PullRequest, who: Account, state: str, at: int) -> None:
        times = [commit.committed_at for commit in pr.commits]
        seen = pr.commits[max(0, bisect_right(sorted(times), at) - 1)] if pr.commits else None
        team = self.team_of.get(who)
        review = Review(
            database_id=self.world.next_id("PRR"),
            author=who,
            state=state,
            submitted_at=at,
            created_at=at,
            updated_at=at,
            commit=seen,
            body=self.world.free_text(""),
            association="MEMBER" if team else "CONTRIBUTOR",
        )
        pr.reviews.append(self.world.remember("PRR", review))

    def _review(
        self, rng: random.Random, pr: PullRequest, ready: int, reviewers: list[Account]
    ) -> None:
        merged = pr.merged_at or 0
        first = min(
            ready + self._span(rng, 4, 1.5, merged),
            ready + int((merged - ready) * rng.uniform(0.2, 0.9)),
        )
        last = first + int((merged - first) * rng.uniform(0.3, 0.98))
        lead = reviewers[0]
        if rng.random() < 0.2:
            self._add_review(pr, lead, "CHANGES_REQUESTED", first)
        elif rng.random() < 0.45:
            self._add_review(pr, lead, "COMMENTED", first)
        elif rng.random() < 0.6:
            last = first
        if rng.random() < 0.88 or not pr.reviews:
            self._add_review(pr, lead, "APPROVED", last)
        for who in reviewers[1:]:
            state = rng.choice(("COMMENTED", "APPROVED", "APPROVED"))
            self._add_review(pr, who, state, self._between(rng, first, merged, 1))
        if rng.random() < 0.25 and pr.author and pr.author.kind == "User":
            # Answering in a review thread makes a review of the author's own.
            self._add_review(pr, pr.author, "COMMENTED", self._between(rng, first, merged, 1))
        pr.reviews.sort(key=lambda review: review.created_at)
        pr.thread_count = int(rng.expovariate(0.4))
        if rng.random() < 0.02:
            self._dismiss(pr, lead)

    def _dismiss(self, pr: PullRequest, actor: Account) -> None:
        early = [review for review in pr.reviews if review.state == "APPROVED"][:-1]
        for review in early[:1]:
            at = min(review.updated_at + 600, (pr.merged_at or 0) - 1)
            review.state, review.updated_at = "DISMISSED", at
            self._note(
                pr, "ReviewDismissedEvent", actor, at, previousReviewState="APPROVED", review=review
            )

    def _review_automatically(self, rng: random.Random, pr: PullRequest, ready: int) -> None:
        bot = self.reviewing_bot
        if bot and bot is not pr.author and ready > AUTOMATIC_REVIEWS_SINCE and rng.random() < 0.33:
            self._add_review(
                pr, bot, "COMMENTED", min(ready + rng.randint(90, 600), (pr.merged_at or 0) - 1)
            )
            pr.reviews.sort(key=lambda review: review.created_at)

    def _finish(self, rng: random.Random, pr: PullRequest, merged: int) -> None:
        if rng.random() < 0.1 and len(pr.commits) > 1:
            at = self._between(rng, pr.created_at, merged, 0.9)
            ends = {"beforeCommit": pr.commits[-2], "afterCommit": pr.commits[-1]}
            self._note(pr, "HeadRefForcePushedEvent", pr.author, at, **ends)
        if rng.random() < 0.03:
            at = self._between(rng, pr.created_at, merged, 0.9)
            self._note(
                pr,
                "RenamedTitleEvent",
                pr.author,
                at,
                previousTitle=f"Work on {pr.head_ref}",
                currentTitle=pr.title,
            )
        self._note(
            pr, "MergedEvent", pr.merged_by, merged, commit=pr.merge_commit, mergeRefName="main"
        )
        self._note(pr, "ClosedEvent", pr.merged_by, merged)
        if rng.random() < 0.7:
            gone = merged + rng.randint(2, 90)
            self._note(pr, "HeadRefDeletedEvent", pr.merged_by, gone, headRefName=pr.head_ref)
        pr.timeline.sort(key=lambda item: item.created_at)
        pr.comment_count = int(rng.expovariate(0.5))
        pr.updated_at = pr.timeline[-1].created_at
        pr.head_repository = pr.repository if rng.random() < 0.6 else None
        pr.is_cross_repository = pr.head_repository is None
        if pr.author and pr.author.kind == "Bot":
            pr.labels.append("dependencies")
        elif pr.files and "/" in pr.files[0].path:
            pr.labels.append(f"area: {pr.files[0].path.split('/')[0]}")
