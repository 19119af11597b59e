"""Who owns files, by their repositories' CODEOWNERS."""

import re
from collections.abc import Iterable

from backend.delivery.models import OwnerPattern
from backend.delivery.wildmatch import matcher

_WILD = re.compile(r"[*?]")


def owners_of(files: Iterable[tuple[int, str]]) -> dict[tuple[int, str], list[str]]:
    """Of each file, told by repository id and path, its owners; of one that nobody owns, none. One statement."""
    wanted = {(repository, path) for repository, path in files if path}
    if not wanted:
        return {}
    found: dict[tuple[int, str], list[str]] = {}
    lines = OwnerPattern.objects.filter(repository__in={repository for repository, _ in wanted})
    for repository, pattern, owners in lines.order_by("position").values_list(
        "repository_id", "pattern", "owners"
    ):
        for one in wanted:
            # The last that matches decides, also where it names nobody.
            if one[0] == repository and owns(pattern, one[1]):
                found[one] = owners
    return found


def owns(pattern: str, path: str) -> bool:
    """By GitHub's rules: gitignore's, but that a wildcard at the end (`docs/*`) does not reach into folders."""
    *folders, name = pattern.rstrip("/").split("/")
    compiled = matcher("/".join([*folders, name]))
    if compiled is None:
        return False
    parts = path.split("/")
    candidates = ["/".join(parts[:length]) for length in range(1, len(parts))]
    if pattern.endswith("/"):
        # Of a folder that is named by one name GitHub takes any at that name, wherever it stands.
        return any(compiled.fullmatch(folder.encode()) for folder in candidates)
    if _WILD.search(name) and name != "**":
        candidates = []
    return any(compiled.fullmatch(one.encode()) for one in [*candidates, path])
