"""Change sizes per commit, from a bare clone that lives in memory for as long as it is read."""

from backend.sources.git.collect import Read, collect_commits
from backend.sources.git.failures import NoBranch, TooLarge

__all__ = ["NoBranch", "Read", "TooLarge", "collect_commits"]
