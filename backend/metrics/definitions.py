"""What each figure means, in a sentence or two, and the version of the formula behind it."""

from dataclasses import dataclass

from backend.metrics.formulas import dora, effort, issue, pull_request, size, sprint, test_runs


@dataclass(frozen=True)
class Definition:
    name: str
    text: str
    version: int
    anchor: str = "pull-requests"
    """Heading in docs/metrics.md."""


_V = pull_request.VERSION
_D, _DELIVERY = dora.VERSION, "delivery"
_R, _RUNS = test_runs.VERSION, "automated-test-runs"
_I, _ISSUES = issue.VERSION, "issues"
_E, _INVESTMENT = effort.VERSION, "investment"
_STAGE = " Pull requests merged in the range; the four stages of one add up to its cycle time."

DEFINITIONS = {
    "cycle_time": Definition(
        "Cycle time",
        "From start (the earlier of opening and the first commit's author date) to merge. "
        "Merged pull requests only.",
        _V,
    ),
    "coding": Definition(
        "Coding",
        "From start to ready for review: opening, or the last leaving of draft before the first "
        "review that counts. Left out where the commits are unknown." + _STAGE,
        _V,
    ),
    "pickup": Definition(
        "Pickup",
        "From ready to the first review that counts: one by somebody who is neither the author "
        "nor a bot, submitted when ready or later and not after the merge. Left out, and counted "
        "as unreviewed, where there was none." + _STAGE,
        _V,
    ),
    "review": Definition(
        "Review",
        "From the first review that counts to the last approval that counts; without an approval, "
        "to the merge." + _STAGE,
        _V,
    ),
    "merge": Definition(
        "Merge",
        "From the last approval that counts to the merge; 0 where it was reviewed but never "
        "approved." + _STAGE,
        _V,
    ),
    "time_to_first_review": Definition(
        "Time to first review",
        "From ready to the first review that counts, of all pull requests whose first such review "
        "was given in the range, whether merged, open or closed. Those that still wait are "
        "counted apart.",
        _V,
    ),
    "review_rate": Definition(
        "Review rate",
        "Merged pull requests with at least one review that counts, of all merged ones.",
        _V,
    ),
    "batch_size": Definition(
        "Batch size",
        "Lines added plus lines deleted, over the files that are not generated. Merged pull "
        "requests only; left out where the files are unknown.",
        size.VERSION,
    ),
    "throughput": Definition(
        "Throughput",
        "Pull requests merged a week (Monday to Sunday in the team's time zone), the median over "
        "the range's whole weeks that are shown.",
        _V,
    ),
    "weekly_stages": Definition(
        "Weekly stages",
        "Each stage's share of the week's total time, times the week's median cycle time: the "
        "four add up to the median.",
        _V,
    ),
    "deployment_frequency": Definition(
        "Deployment frequency",
        "Successful deployments to the environment, a day and a week, over the range's days so far: "
        "days without one count, and nothing is rounded. Attempts that failed are counted apart. "
        "Of a team: those that brought a change of its.",
        _D,
        _DELIVERY,
    ),
    "lead_time": Definition(
        "Lead time for changes",
        "From a pull request's start (the earlier of opening and the first commit's author date) to "
        "the finish of the first successful deployment that contains it. Never shorter than its "
        "cycle time. What the first deployment known of a service holds is not counted.",
        _D,
        _DELIVERY,
    ),
    "merge_to_deploy": Definition(
        "Merge to deploy",
        "From the merge to the finish of the first successful deployment that contains it: the last "
        "part of its lead time.",
        _D,
        _DELIVERY,
    ),
    "change_failure_rate": Definition(
        "Change failure rate",
        "Successful deployments that something had to fix, of all successful ones. A fix is a revert "
        "of a change in it, a rollback to an earlier commit, a hotfix by rule, an incident that names "
        "it or is linked to it by time where the organisation chose so, or what a person says. "
        "Attempts that failed are counted apart.",
        _D,
        _DELIVERY,
    ),
    "time_to_restore": Definition(
        "Time to restore",
        "From a failing deployment's finish to the finish of the deployment, or the end of the "
        "incident, that fixed it first. Failing deployments of the range that were restored; those "
        "that were not are counted apart.",
        _D,
        _DELIVERY,
    ),
    "test_runs": Definition(
        "Runs",
        "Finished attempts of workflows, checks of other apps, and commit statuses, by the time "
        "that they finished. Those cancelled, skipped and the like are neither failed nor "
        "succeeded. Of a team: runs on its pull requests, and others that its people began.",
        _R,
        _RUNS,
    ),
    "run_failure_rate": Definition(
        "Failure rate",
        "Failed runs, of those that failed or succeeded.",
        _R,
        _RUNS,
    ),
    "queue_time": Definition(
        "Queue time",
        "From an attempt of a workflow being asked for to its first job's start. Left out where no "
        "job tells when it ran.",
        _R,
        _RUNS,
    ),
    "run_duration": Definition(
        "Duration",
        "From the first job's start to the last job's end, or a check's start to its end. "
        "Statuses tell no start and are left out.",
        _R,
        _RUNS,
    ),
    "time_to_feedback": Definition(
        "Time to feedback",
        "From a push to a pull request to the moment when every check reported on that commit had "
        "finished for the first time. Reruns make it no longer; what began after the pull request's "
        "end is left out.",
        _R,
        _RUNS,
    ),
    "wasted_time": Definition(
        "Wasted time",
        "Machine time, over all jobs, of failed attempts that passed when rerun on the same commit.",
        _R,
        _RUNS,
    ),
    "flaky_tests": Definition(
        "Flaky tests",
        "Tests that both passed and failed on the same commit, over all reruns and retries. The "
        "flake rate is commits with both outcomes, of those where it passed or failed. A renamed or "
        "moved test is another one, whose history begins anew.",
        _R,
        _RUNS,
    ),
    "issue_cycle_time": Definition(
        "Cycle time of issues",
        "All the time that an issue spent in statuses that mean it is in progress, by its history, whether in one "
        "piece or in several. Issues done in the range that were ever begun; those that went straight to done are "
        "counted apart.",
        _I,
        _ISSUES,
    ),
    "issue_elapsed": Definition(
        "First start to done",
        "From when an issue first came into a status that means it was begun to when it came into the last run of "
        "statuses that mean it is done, waiting included.",
        _I,
        _ISSUES,
    ),
    "issue_flow_efficiency": Definition(
        "Flow efficiency",
        "Of each issue done in the range, the time in progress divided by the time from its first start to done.",
        _I,
        _ISSUES,
    ),
    "issue_throughput": Definition(
        "Throughput of issues",
        "Issues done in the range; the median is over its whole weeks that are shown.",
        _I,
        _ISSUES,
    ),
    "issue_direct_to_done": Definition(
        "Direct to done",
        "Issues done in the range that were never in a status that means they were begun. They have no cycle time, "
        "which is not one of 0.",
        _I,
        _ISSUES,
    ),
    "issue_reopened": Definition(
        "Re-opened",
        "Issues done in the range that had left done before, divided by all that were done in it.",
        _I,
        _ISSUES,
    ),
    "issue_work_in_progress": Definition(
        "Work in progress",
        "Issues in a status that means they are begun and not done, as it is now. For the end of a week: those begun "
        "before it and not done by then.",
        _I,
        _ISSUES,
    ),
    "issue_age": Definition(
        "Age of work in progress",
        "Of issues in progress or waiting now, the time since they were first begun.",
        _I,
        _ISSUES,
    ),
    "sprints": Definition(
        "Sprints",
        "Committed: in the sprint when it was started. Added: came in later. Removed: not in it at its end, or now. "
        "Completed: in it and done then; the others are carried over. So committed + added - removed = completed + "
        "carried over. What was done before the start is in none of these. Points are those of the start for what "
        "was committed, and of the end for the rest.",
        sprint.VERSION,
        _ISSUES,
    ),
    "investment_effort": Definition(
        "Effort",
        "Each person's month is one unit, split over what they worked on by weighted days: 1 for a day with commits "
        "of a pull request or its opening, a half for a review of another's, a quarter for moving an issue on. "
        "Open work counts too, and bots do not.",
        _E,
        _INVESTMENT,
    ),
    "investment_activity": Definition(
        "Activity",
        "Issues done and pull requests merged in the range, each counted once, in its one category.",
        _E,
        _INVESTMENT,
    ),
}
