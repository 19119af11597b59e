"""Teams made from who works where: people of a project who change the same part of its tree."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from .records import Account, PullRequest

SMALLEST = 4
AREAS = 3
TESTS = {"t", "test", "tests"}
RECENT = 3 * 365 * 86_400


def people_by_area(pulls: list[PullRequest]) -> dict[str, list[Account]]:
    """Up to three areas with the people who mostly work there, and ``core`` for those who work all over.

    Taken are those with two pull requests in the last three years of the data, or twenty at any time: who came once
    is a contributor and in no team. A team has at least four people.
    """
    last = max(pr.merged_at or 0 for pr in pulls)
    recent = [pr for pr in pulls if (pr.merged_at or 0) > last - RECENT]
    regular = {who for who, count in _authors(recent).items() if count >= 2}
    regular |= {who for who, count in _authors(pulls).items() if count >= 20}
    work: dict[Account, Counter[str]] = defaultdict(Counter)
    everyone: Counter[str] = Counter()
    depth = _depth(recent)
    for pr in pulls:
        if pr.author in regular:
            # Tests come with the code they test, which tells better where someone works.
            paths = [change.path for change in pr.files if change.path.split("/")[0] not in TESTS]
            areas = Counter(_area(path, depth) for path in paths)
            if areas:
                area = areas.most_common(1)[0][0]
                work[pr.author][area] += 1
                everyone[area] += 1
    homes: dict[Account, str] = {who: areas.most_common(1)[0][0] for who, areas in work.items()}
    sizes = Counter(homes.values())
    chosen = [area for area, _ in everyone.most_common() if area and sizes[area] >= SMALLEST][
        :AREAS
    ]
    teams: dict[str, list[Account]] = {area: [] for area in chosen}
    teams["core"] = []
    for who in sorted(regular, key=lambda one: one.login):
        home = homes.get(who, "")
        best = max(chosen, key=lambda area: work[who][area], default="") if who in work else ""
        teams[home if home in teams else best if best and work[who][best] else "core"].append(who)
    if len(teams["core"]) < SMALLEST:
        rest = teams.pop("core")
        teams[min(teams, key=lambda area: len(teams[area]))] += rest
    return teams


def _authors(pulls: Iterable[PullRequest]) -> Counter[Account]:
    return Counter(pr.author for pr in pulls if pr.author and pr.author.kind == "User")


def _depth(pulls: list[PullRequest]) -> int:
    """2 where most of the work is below one folder, so that the parts of that folder become the areas."""
    tops = Counter(
        change.path.split("/")[0] for pr in pulls for change in pr.files if "/" in change.path
    )
    return 2 if tops.most_common(1)[0][1] > tops.total() * 0.5 else 1


def _area(path: str, depth: int) -> str:
    folders = path.split("/")[:-1]
    return folders[min(depth, len(folders)) - 1] if folders else ""
