"""A small world to play with: one organisation, two teams, two repositories, a handful of pull requests, and what
machines made of them.
"""

from .records import Account, PullRequest
from .world import World

HOUR = 3600


def load(*, canary: str = "") -> World:
    world = World(now=1_786_900_000, canary=canary)
    organization = world.create_organization("forge")
    people = [world.create_user(f"dev{number:04}") for number in range(1, 9)]
    bot = world.create_user("bot0001", kind="Bot")
    world.create_team(organization, "Team A", people[:4])
    world.create_team(organization, "Team B", people[4:])
    for name, crew in (("app", people[:4]), ("service", people[4:])):
        repository = world.create_repository(organization, name)
        world.push(repository, crew[0], [("README.md", 20, 0), ("src/main.py", 120, 0)])
        world.set_topics(repository, ["forge", name], at=world.now)
        for number, author in enumerate((*crew, bot)):
            files = [(f"src/part{number}.py", 30 + 10 * number, 0), ("src/main.py", 5, 2)]
            start = world.now + HOUR
            pr = world.open_pull_request(
                repository, author, title=f"Change part {number}", commits=[files], at=start
            )
            _check(world, pr, bot, start, passes=number % 2 == 1)
            world.add_review(pr, crew[number - 1], at=start + (number + 1) * HOUR)
            merged_at = start + (number + 3) * HOUR
            world.merge(pr, crew[number - 1], at=merged_at)
            _ship(world, pr, bot, merged_at)
        world.open_pull_request(repository, crew[1], title="Work in progress", draft=True)
    return world


def _check(world: World, pr: PullRequest, bot: Account, start: int, *, passes: bool) -> None:
    """A linter, a status, and a workflow whose tests fail at first where they do not pass."""
    world.check(pr, "lint", app="linter", at=start + 60)
    world.set_status(pr, "ci/coverage", "PENDING", creator=bot, at=start + 60)
    world.set_status(pr, "ci/coverage", "SUCCESS", creator=bot, at=start + 300)
    jobs = {"build": "SUCCESS", "test": "SUCCESS" if passes else "FAILURE"}
    run = world.run_workflow(pr, jobs=jobs, at=start + 60)
    if not passes:
        world.rerun(run, {"test": "SUCCESS"}, at=start + 1200)


def _ship(world: World, pr: PullRequest, bot: Account, at: int) -> None:
    """To staging and production, as a release with its tag."""
    for environment in ("staging", "production"):
        world.deploy(pr.repository, environment, creator=bot, at=at)
    world.release(pr.repository, f"v1.{pr.number}", author=pr.author, at=at)
