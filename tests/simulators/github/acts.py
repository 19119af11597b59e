"""The world's verbs for those outside this process: ``POST /simulator/acts`` with a verb and its arguments."""

from typing import Any

from tests.simulators.github.records import Account, Repository, Team
from tests.simulators.github.world import World

VERBS = frozenset(
    {
        *("open_pull_request", "push_commit", "force_push", "add_review", "request_review"),
        *("convert_to_draft", "mark_ready", "rename_title", "add_label", "comment", "add_thread"),
        *("resolve_thread", "close", "reopen", "merge", "enable_auto_merge", "disable_auto_merge"),
        *("enqueue", "dequeue", "change_base", "delete_head", "restore_head"),
        *("push", "create_branch", "delete_branch", "force_branch", "change_default_branch"),
        *("check", "set_status", "run_workflow", "rerun", "deploy", "set_deployment_status"),
        *("release", "tag", "set_topics", "set_visibility", "archive_repository"),
        *("unarchive_repository", "rename_repository", "transfer_repository", "delete_repository"),
    }
)
PEOPLE = frozenset(
    {"author", "by", "actor", "reviewer", "creator", "tagger", "sender"},
)


def act(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """``{"verb": "merge", "repository": "forge/app", "number": 3, "by": "dev0001"}``: people by login, a commit by its
    sha, an organisation by its login, a ``run`` or ``deployment`` by its id, the rest as the verb takes it. Answers
    what came of it by number, id or sha; ValueError says what is wrong with the question.
    """
    arguments = dict(body)
    verb = arguments.pop("verb", "")
    if verb not in VERBS:
        raise ValueError(f"{verb!r} is none of {', '.join(sorted(VERBS))}")
    repository = world.repository(str(arguments.pop("repository", "")))
    if repository is None:
        raise ValueError("there is no such repository")
    subject = _subject(repository, arguments)
    for name in PEOPLE.intersection(arguments):
        arguments[name] = _who(world, arguments[name])
    if "commit" in arguments:
        arguments["commit"] = _found(repository.commit(arguments["commit"]), "commit of that sha")
    if "organization" in arguments:
        organization = world.organizations.get(str(arguments["organization"]).lower())
        arguments["organization"] = _found(organization, "such organisation")
    done = getattr(world, verb)(subject, **arguments)
    return {
        name: getattr(done, name)
        for name in ("number", "database_id", "oid")
        if hasattr(done, name)
    }


def _subject(repository: Repository, arguments: dict[str, Any]) -> Any:
    """What the verb is about: the repository, or what one of the arguments names in it."""
    if "number" in arguments:
        number = arguments.pop("number")
        return _found(repository.pull_requests.get(number), f"pull request {number}")
    if "run" in arguments:
        number = arguments.pop("run")
        return _found(repository.workflow_runs.get(number), f"workflow run {number}")
    if "deployment" in arguments:
        number = arguments.pop("deployment")
        known = {one.database_id: one for one in repository.deployments}
        return _found(known.get(number), f"deployment {number}")
    return repository


def _found(thing: Any, what: str) -> Any:
    if thing is None:
        raise ValueError(f"there is no {what}")
    return thing


def _who(world: World, login: str) -> Account | Team:
    teams = {team.slug: team for one in world.organizations.values() for team in one.teams.values()}
    found = world.accounts.get(login) or teams.get(login)
    if found is None:
        raise ValueError(f"there is nobody named {login!r}")
    return found
