"""The verbs for check suites and runs, and for commit statuses.

None of them moves ``updated_at`` of a pull request: GitHub does not either.
"""

from typing import NamedTuple

from tests.simulators.github.automation import App, CheckRun, CheckSuite, CommitStatus
from tests.simulators.github.hosting import Hosting
from tests.simulators.github.records import Account, Commit, PullRequest, Repository
from tests.simulators.github.registry import Moment, seconds

Target = PullRequest | Repository
"""What is checked or run: the head of a pull request, or of a repository's default branch."""


class Place(NamedTuple):
    repository: Repository
    commit: Commit
    branch: str


def place(target: Target, commit: Commit | None = None, branch: str | None = None) -> Place:
    """A commit of a repository and the branch it is on; left out, the head of the target."""
    if isinstance(target, PullRequest):
        repository, found, name = target.repository, target.head_commit, target.head_ref
    else:
        repository, name = target, branch or target.default_branch
        found = target.branches.get(name)
    chosen = commit or found
    if chosen is None:
        raise ValueError(f"{repository.full_name} has no commit on {name}")
    return Place(repository, chosen, branch or name)


class Checking(Hosting):
    """What apps and scripts say of commits."""

    def check(  # noqa: PLR0913 - what one may say of a check
        self,
        target: Target,
        name: str = "build",
        conclusion: str | None = "SUCCESS",
        *,
        app: str = "ci",
        commit: Commit | None = None,
        branch: str | None = None,
        at: Moment = None,
        duration: int = 60,
        external_id: str = "",
    ) -> CheckRun:
        """A check run in the app's suite of the commit, which is made where it is new.

        It starts at ``at`` and ends ``duration`` seconds later; with ``conclusion`` None it goes on.
        """
        started = self.moment(at)
        where = place(target, commit, branch)
        suite = self.suite_of(where, app, at=started)
        run = self.add_check_run(
            suite, name, conclusion, at=started, duration=duration, external_id=external_id
        )
        if conclusion is not None:
            self.moment(started + duration)
        self._tell_of(run, "created" if conclusion is None else "completed")
        return run

    def finish_check(
        self, run: CheckRun, conclusion: str = "SUCCESS", *, at: Moment = None
    ) -> None:
        run.status, run.conclusion, run.completed_at = "COMPLETED", conclusion, self.moment(at)
        run.suite.updated_at = max(run.suite.updated_at, run.completed_at)
        self._tell_of(run, "completed")

    def set_status(
        self,
        target: Target,
        context: str = "ci/build",
        state: str = "SUCCESS",
        *,
        commit: Commit | None = None,
        creator: Account | None = None,
        at: Moment = None,
    ) -> CommitStatus:
        """A further status of a context on a commit: ERROR, FAILURE, PENDING or SUCCESS."""
        where = place(target, commit)
        status = CommitStatus(
            database_id=self.next_id("SC"),
            repository=where.repository,
            commit=where.commit,
            context=context,
            state=state,
            created_at=self.moment(at),
            creator=creator,
            description=self.free_text(""),
        )
        where.commit.statuses.append(status)
        self._emit_of(where.repository, "status", None, creator, status=status)
        return status

    # -- what the verbs share, and what a large world is made with ----------------------------------------------

    def checking_app(self, slug: str) -> App:
        """The integration of that slug, made where it is new."""
        found = self.checking_apps.get(slug)
        if found is None:
            name = slug.replace("-", " ").title()
            found = App(
                database_id=self.next_id("A"), slug=slug, name=name, created_at=1_500_000_000
            )
            self.checking_apps[slug] = self.remember("A", found)
        return found

    def suite_of(self, where: Place, app: str, *, at: int) -> CheckSuite:
        """The app's suite of a commit; a workflow's run has a suite for itself, which this never is."""
        for suite in where.commit.check_suites:
            if suite.app.slug == app and suite.workflow_run is None:
                return suite
        return self.add_check_suite(where, app, at=at)

    def add_check_suite(self, where: Place, app: str, *, at: int) -> CheckSuite:
        suite = CheckSuite(
            database_id=self.next_id("CS"),
            repository=where.repository,
            commit=where.commit,
            app=self.checking_app(app),
            branch=where.branch,
            created_at=at,
            updated_at=at,
        )
        where.commit.check_suites.append(suite)
        return self.remember("CS", suite)

    def add_check_run(
        self,
        suite: CheckSuite,
        name: str,
        conclusion: str | None,
        *,
        at: int,
        duration: int = 60,
        external_id: str = "",
    ) -> CheckRun:
        """A run that starts at ``at``; SKIPPED ones end at once."""
        done = None if conclusion is None else at + (0 if conclusion == "SKIPPED" else duration)
        run = CheckRun(
            database_id=self.next_id("CR"),
            suite=suite,
            name=name,
            status="IN_PROGRESS" if done is None else "COMPLETED",
            conclusion=conclusion,
            started_at=at,
            completed_at=done,
            external_id=external_id,
            output=self.canary,
        )
        suite.runs.append(run)
        suite.updated_at = max(suite.updated_at, seconds(done, at))
        return run

    def _tell_of(self, run: CheckRun, action: str) -> None:
        """The run, and its suite where nothing of it goes on any more."""
        self._emit_of(run.repository, "check_run", action, None, check_run=run)
        if run.suite.status == "COMPLETED":
            self._emit_of(run.repository, "check_suite", "completed", None, check_suite=run.suite)

    def _emit_of(
        self,
        repository: Repository,
        name: str,
        action: str | None,
        sender: Account | None,
        **details: object,
    ) -> None:
        self.emit(
            name,
            action,
            repository.owner,
            repository=repository,
            sender=sender,
            details=details,
        )
