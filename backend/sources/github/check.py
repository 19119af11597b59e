"""Is the connection as it should be? What is missing or too much is told with what to do."""

from dataclasses import dataclass
from typing import Final

from backend.sources.github.client import GitHub

NEEDED: Final = frozenset({"repo", "read:org"})
"""Scopes of a classic token. `repo` also writes: GitHub has no narrower one that reads private repositories."""
_IMPLIED: Final = {
    "read:org": {"admin:org", "write:org"},
    "repo": set[str](),
}
_HARMLESS: Final = frozenset({"read:user", "user:email", "read:org", "repo"})


@dataclass(frozen=True)
class Finding:
    version: str
    login: str
    missing: tuple[str, ...]
    excess: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Empty where there is nothing to say."""
        parts = []
        if self.missing:
            parts.append(f"The token lacks {', '.join(self.missing)}.")
        if self.excess:
            parts.append(f"The token may do more than is needed: {', '.join(self.excess)}.")
        return " ".join(parts)

    @property
    def action(self) -> str:
        if self.missing:
            return f"Make a token with {' and '.join(sorted(NEEDED))} and enter it."
        if self.excess:
            return "Make a token without these and enter it; a fine-grained one can be read-only."
        return ""


def check(github: GitHub) -> Finding:
    """Raises SourceError where address, certificate or token is wrong."""
    found = github.identify()
    scopes = found.scopes
    if scopes is None:
        return Finding(found.version, found.login, (), ())
    missing = sorted(
        scope for scope in NEEDED if scope not in scopes and not scopes & _IMPLIED[scope]
    )
    excess = sorted(scopes - _HARMLESS)
    return Finding(found.version, found.login, tuple(missing), tuple(excess))
