"""Which release may become which. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final, FrozenSet, NamedTuple, Sequence

from host.ending import Refused


class Release(NamedTuple):
    version: str
    stop: str = ""
    """Why no upgrade may pass it by, in words that end "first upgrade to …, because …"."""
    empties: FrozenSet[str] = frozenset()
    """Tables that have fewer rows after its migrations, or are gone, because that is meant."""


RELEASES: Final[Sequence[Release]] = (Release("0.1.0"),)
"""All there are, oldest first. A new one is entered here when its version is raised in pyproject.toml."""


def path(running: str, target: str, releases: Sequence[Release] = RELEASES) -> Sequence[Release]:
    """The releases whose migrations an upgrade runs. Raises Refused with the reason and the way.

    The same version is allowed: a newer build, with Debian's security updates.
    """
    order = [release.version for release in releases]
    if target not in order:
        raise Refused(
            f"{target} is no release that this command knows: use its own scripts/appliance."
        )
    if running not in order:
        raise Refused(
            f"there is no way from {running} to {target}: {running} is not among its former releases"
            f" ({', '.join(order)})."
        )
    first, last = order.index(running), order.index(target)
    if last < first:
        raise Refused(
            f"{target} is older than {running}, and cannot read its data. To go back, restore a backup that"
            f" {target} made."
        )
    for release in releases[first + 1 : last]:
        if release.stop:
            raise Refused(
                f"no upgrade may pass by {release.version}: first upgrade to {release.version},"
                f" because {release.stop}."
            )
    return releases[first + 1 : last + 1]


def must_not_be_older(made: str, running: str) -> None:
    """A bundle of long ago is signed as well, and brings back what was mended since. Raises Refused; "": not known."""
    if made and running and _moment(made) < _moment(running):
        raise Refused(
            f"it is of {made}, older than what runs, which is of {running}: it lacks what was mended since."
        )


def _moment(told: str) -> datetime:
    return datetime.strptime(told, "%Y-%m-%dT%H:%M:%S%z")
