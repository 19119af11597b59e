"""A small world to play with: one organisation, two teams, two repositories, a handful of pull requests."""

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
        for number, author in enumerate((*crew, bot)):
            files = [(f"src/part{number}.py", 30 + 10 * number, 0), ("src/main.py", 5, 2)]
            start = world.now + HOUR
            pr = world.open_pull_request(
                repository, author, title=f"Change part {number}", commits=[files], at=start
            )
            world.add_review(pr, crew[number - 1], at=start + (number + 1) * HOUR)
            world.merge(pr, crew[number - 1], at=start + (number + 3) * HOUR)
        world.open_pull_request(repository, crew[1], title="Work in progress", draft=True)
    return world
