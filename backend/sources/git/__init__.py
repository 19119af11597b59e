"""Change sizes per commit, from a bare clone that lives in memory for as long as it is read."""

from backend.sources.git.collect import collect_commits
from backend.sources.git.failures import NoBranch

__all__ = ["NoBranch", "collect_commits"]
