"""A stateful GitHub Enterprise Server for tests and the demo.

A small world in a few lines::

    from tests.simulators.github import World, running

    world = World()                                  # World(canary="MARK") puts a marker into all free text
    org = world.create_organization("forge")
    alice, bob = world.create_user("dev0001"), world.create_user("dev0002")
    world.create_team(org, "Team A", [alice, bob])
    repo = world.create_repository(org, "app")       # or of an account: world.create_personal_owner("dev0009")
    pr = world.open_pull_request(repo, alice, title="Add a page", commits=[[("src/page.py", 40, 0)]])
    world.add_review(pr, bob, "APPROVED")
    run = world.check(pr, "lint", "FAILURE")         # None: goes on until world.finish_check(run, "SUCCESS")
    world.set_status(pr, "ci/unit", "SUCCESS")
    world.enable_auto_merge(pr, bob)                 # disable_auto_merge; enqueue and dequeue for the merge queue
    world.change_base(pr, "release")                 # delete_head, restore_head; add_thread, resolve_thread, comment
    world.merge(pr, bob)                             # how="squash" (default), "merge" or "rebase"
    deployment = world.deploy(repo, "production")    # of a repository's or pull request's head, or commit=…
    world.set_deployment_status(deployment, "FAILURE")    # delete_deployment, delete_workflow_run: nobody is told
    world.release(repo, "v1.0")                      # with its tag; draft=True, then world.publish(release)
    world.tag(repo, "v1.0-rc1", annotated=True)      # also move_tag, delete_tag, create_branch, delete_branch
    run = world.run_workflow(pr, "CI", {"build": "SUCCESS", "test": "FAILURE"})    # None: goes on until
    world.finish_job(run.latest.jobs[1])             # … this; no jobs at all: it fails to start
    world.rerun(run, {"test": "SUCCESS"})            # a further attempt of these jobs (None: all, and they succeed)
    world.set_topics(repo, ["billing"])
    world.set_visibility(repo, "INTERNAL")           # rename_, transfer_, archive_, unarchive_, delete_repository,
                                                     # change_default_branch, force_branch
    world.add_token("secret-token")                  # all repositories, scopes repo, read:org, workflow

    with running(world, repositories=tmp_path) as github:   # repositories=None: no git
        github.url                                   # e.g. http://127.0.0.1:40123: REST below /api/v3, /api/graphql
        github.faults.arm("bad_gateway", on="graphql", after=2, times=1)    # kinds: faults.KINDS
        github.ledger.counts["base"]                 # base, nested, other, graphql, rest, git, points, requests
        hook = github.hook("http://127.0.0.1:8000/hooks/github/1", "secret")
        world.push_commit(pr)                        # verbs also work while it runs, and send webhooks
        hook.deliveries[-1].status

GitHub Apps (manifest, keys, installations, tokens, deliveries) are ``github.apps``: see :mod:`.apps`.

A commit's files are ``(path, additions, deletions)``; None for both counts makes the file binary. Times (``at=…``) are
Unix seconds or aware datetimes; left out, each thing happens a minute after the last. Shas are those of git once
``repositories`` is given. What was pushed with git itself into ``world.git.path(repo)`` is taken over by
``world.adopt(repo)``, with renames, modes, submodules and any bytes as a path. The real history of four projects is
``history.load()``; its model is told by ``model.MODEL_NOTES``. On the command line:
``python -m tests.simulators.github --help``.
"""

from .automation import CheckRun, CheckSuite, CommitStatus, WorkflowRun
from .deployments import Deployment, Release, Tag
from .gitrepos import Store
from .model import MODEL_NOTES
from .records import Account, Commit, Organization, PullRequest, Repository, Review, Team
from .registry import Token
from .server import running
from .simulator import Simulator
from .webhooks import Hook, sign
from .world import World

__all__ = [
    "MODEL_NOTES",
    "Account",
    "CheckRun",
    "CheckSuite",
    "Commit",
    "CommitStatus",
    "Deployment",
    "Hook",
    "Organization",
    "PullRequest",
    "Release",
    "Repository",
    "Review",
    "Simulator",
    "Store",
    "Tag",
    "Team",
    "Token",
    "WorkflowRun",
    "World",
    "running",
    "sign",
]
