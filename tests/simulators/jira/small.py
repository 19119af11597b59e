"""A small world to play with: one project on a board, a sprint, and a handful of issues on their way."""

from tests.simulators.jira.world import World


def load(*, canary: str = "Free text") -> World:
    """Summaries are the issues' keys alone; the canary stands in all free text that nobody may keep."""
    world = World(canary=canary)
    project = world.create_project("FORGE", "Forge")
    sprint = world.create_sprint(world.create_board(project))
    world.start_sprint(sprint)
    for number in range(1, 5):
        dev = world.create_user(f"dev{number:04}")
        issue = world.create_issue(project, f"Change part {number}", by=dev)
        world.assign(issue, dev)
        world.plan(issue, sprint)
        world.comment(issue)
        world.set_status(issue, "In Progress", by=dev)
        if number > 1:
            world.set_status(issue, "Done", by=dev)
    return world
