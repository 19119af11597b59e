"""Which deployment an incident means: held against looking at each of them."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.graph import Brought
from backend.metrics.deployments.contents import Attempt, Deployed
from backend.metrics.deployments.naming import Named

MOMENTS = st.integers(0, 6)
SHAS = st.text("aAb", min_size=9, max_size=9).map(str.lower)
NAMES = st.one_of(st.sampled_from(["D0", "D1", "D2", "D9"]), st.text("aAb", min_size=5, max_size=9))


def deployed(key: str, sha: str, *commits: str, source: str = "api", at: int = 0) -> Deployed:
    attempt = Attempt("web", "production", source, key, sha, "succeeded", at, at)
    return Deployed(attempt, "forward", tuple(Brought(one, False) for one in commits), 0, 0, "")


@st.composite
def rows(draw: st.DrawFn) -> list[Deployed]:
    found = [
        deployed(
            f"D{key}",
            draw(SHAS),
            *draw(st.lists(SHAS, max_size=3)),
            source=draw(st.sampled_from(["api", "workflow"])),
            at=draw(MOMENTS),
        )
        for key in range(draw(st.integers(0, 5)))
    ]
    return sorted(found, key=lambda one: one.attempt.order)


def looked_up(row: list[Deployed], name: str, moment: int) -> Attempt | None:
    """The same, without an index."""
    attempts = [one.attempt for one in row]
    reported = [one for one in attempts if (one.source, one.key) == ("api", name)]
    if reported or len(name) < 7:
        return next(iter(reported), None)
    sha = name.lower()
    of_commit = [one for one in attempts if one.sha.startswith(sha)]
    by_then = [one for one in of_commit if (one.finished_at or 0) <= moment]
    brought = [one.attempt for one in row for of in one.commits if of.sha.startswith(sha)]
    return next(iter([*by_then[-1:], *of_commit, *brought]), None)


@given(rows(), st.lists(st.tuples(NAMES, MOMENTS), max_size=5))
def test_it_finds_what_looking_at_each_finds(
    row: list[Deployed], asked: list[tuple[str, int]]
) -> None:
    named = Named(row)
    for name, moment in asked:
        assert named.by(name, moment) == looked_up(row, name, moment)
        by_then = [one.attempt for one in row if (one.attempt.finished_at or 0) <= moment]
        assert named.latest(moment) == (by_then[-1] if by_then else None)


class Watched(tuple[Brought, ...]):
    """Commits that count how often all of them are looked at."""

    __slots__ = ()
    looked = 0

    def __iter__(self) -> Iterator[Brought]:
        type(self).looked += 1
        return super().__iter__()


def test_however_many_incidents_name_it_each_deployment_is_looked_at_once() -> None:
    one = deployed("D1", "a" * 40)
    commits = Watched(Brought(f"{at:040x}", False) for at in range(50))
    named = Named([Deployed(one.attempt, "forward", commits, 50, 50, "")])
    for at in range(200):
        assert named.by(f"fffffff{at}", 1) is None
        assert named.by(f"{at % 50:040x}", 1) == one.attempt
    assert Watched.looked == 1
