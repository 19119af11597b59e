"""A stateful Jira for tests and the demo, as Data Center and as Cloud.

A small world in a few lines::

    from tests.simulators.jira import World, running

    world = World()                                  # World(canary="MARK") puts a marker into all free text
    world.add_token("secret-token")                  # the account's zone: World(time_zone="Asia/Kolkata")
    forge = world.create_project("FORGE")
    dev = world.create_user("dev0001")
    epic = world.create_issue(forge, type="Epic")
    issue = world.create_issue(forge, by=dev, epic=epic, points=3.0)
    world.assign(issue, dev)
    world.set_status(issue, "In Progress", by=dev)   # To Do, In Progress, In Review, Done; world.create_status for more
    board = world.create_board(forge)
    sprint = world.create_sprint(board)
    world.plan(issue, sprint)                        # estimate, set_epic, set_parent, label, comment, link
    world.start_sprint(sprint)                       # complete_sprint
    world.move(issue, world.create_project("MILL"))  # a new key, the same id
    world.delete(issue)
    forge.hidden = True                              # or issue.hidden: what the account may not see
    world.index_lag = 30                             # seconds until a search finds a change; world.tick(30)

    with running(world, cloud=False, path="/jira") as jira:
        jira.url                                     # http://127.0.0.1:40123/jira
        jira.faults.arm("too_many_requests", on="search", after=2)    # on: the path's first word; see faults.KINDS
        jira.ledger.counts["search"]                 # changelog, issue, agile, other, requests, faults
        hook = jira.hook("http://127.0.0.1:8000/hooks/jira/jira", "secret")

``python -m tests.simulators.jira serve --help`` serves the issues of the four real histories, as the demo does.

Times (``at=…``) are Unix seconds or aware datetimes; left out, each thing happens a minute after the last.
"""

from tests.simulators.jira.server import Simulator, running
from tests.simulators.jira.world import World

__all__ = ["Simulator", "World", "running"]
