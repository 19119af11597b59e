"""What a backup says of itself, inside its encryption. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from backend.appliance.digests import TableDigest


class Unreadable(Exception):
    """It is no backup of ours, or not a whole one."""


@dataclass(frozen=True)
class Manifest:
    release: str
    made_at: str
    """An ISO time: the moment of the snapshot."""
    migrations: tuple[str, ...]
    """What had been applied, as `app.name`, in order of names."""
    tables: Mapping[str, TableDigest]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def json(self) -> bytes:
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def read(cls, content: bytes) -> "Manifest":
        """Raises Unreadable."""
        try:
            found = json.loads(content)
            return cls(
                release=str(found["release"]),
                made_at=str(found["made_at"]),
                migrations=tuple(str(one) for one in found["migrations"]),
                tables={
                    str(name): TableDigest(int(rows), str(digest))
                    for name, (rows, digest) in found["tables"].items()
                },
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreadable("Its manifest cannot be read.") from error


def differences(
    expected: Mapping[str, TableDigest], found: Mapping[str, TableDigest]
) -> Iterator[str]:
    """In words, a table each; none where all is equal."""
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            yield f"{name} is missing"
        elif name not in expected:
            yield f"{name} was not in the backup"
        elif expected[name].rows != found[name].rows:
            yield f"{name} has {found[name].rows} rows and not {expected[name].rows}"
        elif expected[name] != found[name]:
            yield f"{name} has other values"
