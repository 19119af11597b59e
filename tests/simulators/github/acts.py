"""The world's verbs for those outside this process: ``POST /simulator/acts`` with a verb and its arguments."""

from typing import Any

from tests.simulators.github.records import Account, PullRequest, Repository, Team
from tests.simulators.github.world import World

VERBS = frozenset(
    {
        *(
            "open_pull_request",
            "push_commit",
            "force_push",
            "add_review",
            "request_review",
            "convert_to_draft",
        ),
        *("mark_ready", "rename_title", "add_label", "comment", "close", "reopen", "merge", "push"),
        *("rename_repository", "delete_repository", "archive_repository"),
    }
)
PEOPLE = frozenset({"author", "by", "actor", "reviewer"})


def act(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """``{"verb": "merge", "repository": "forge/app", "number": 3, "by": "dev0001"}``: people by login, the rest as the
    verb takes it. Answers what came of it by number, id or sha; ValueError says what is wrong with the question.
    """
    arguments = dict(body)
    verb = arguments.pop("verb", "")
    if verb not in VERBS:
        raise ValueError(f"{verb!r} is none of {', '.join(sorted(VERBS))}")
    repository = world.repository(str(arguments.pop("repository", "")))
    if repository is None:
        raise ValueError("there is no such repository")
    subject: Repository | PullRequest = repository
    if "number" in arguments:
        number = arguments.pop("number")
        if number not in repository.pull_requests:
            raise ValueError(f"there is no pull request {number}")
        subject = repository.pull_requests[number]
    for name in PEOPLE.intersection(arguments):
        arguments[name] = _who(world, arguments[name])
    done = getattr(world, verb)(subject, **arguments)
    return {
        name: getattr(done, name)
        for name in ("number", "database_id", "oid")
        if hasattr(done, name)
    }


def _who(world: World, login: str) -> Account | Team:
    teams = {team.slug: team for one in world.organizations.values() for team in one.teams.values()}
    found = world.accounts.get(login) or teams.get(login)
    if found is None:
        raise ValueError(f"there is nobody named {login!r}")
    return found
