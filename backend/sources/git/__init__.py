"""Change sizes per commit, from a bare clone that lives in memory for as long as it is read."""

from backend.sources.git.collect import collect_commits

__all__ = ["collect_commits"]
