"""What Plumbline promises, each with what shows it: the same kinds of proof as the standard's requirements have."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from backend.governance.asvs.catalogue import Claim, Met, Requirement, proofs_in

_FILE: Final = Path(__file__).parent / "promises.toml"


@dataclass(frozen=True, slots=True)
class Promise:
    key: str
    says: str
    how: str
    """The mechanism that keeps it."""
    claim: Claim


@cache
def promises() -> Sequence[Promise]:
    """All there are, in their order. Raises catalogue.Inconsistent."""
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return [_promise(key, told) for key, told in read.items()]


def _promise(key: str, told: dict[str, object]) -> Promise:
    says, how = str(told["says"]), str(told["how"])
    about = Requirement(key, "promises", "", 1, "", says)
    return Promise(key, says, how, Claim(about, Met.AUTOMATED, how, proofs_in(key, told)))
