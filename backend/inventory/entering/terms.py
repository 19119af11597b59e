"""The words that the allow-list is written in. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Field:
    """A field that may enter: where it is stored, as `app.table.column`, or else what is made of it in memory."""

    name: str
    stored: tuple[str, ...] = ()
    read: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """An object of a source, with every field of it that may enter, as the source calls it, in snake case.

    `model`: the class that reads it, in the source's module; empty where nothing but its frame is asked for. `of`: what
    the source calls it, parted by spaces, where that is another name. `stored`: fields of which the value is kept, in
    the column of the same name of `into`, or as `field>column`, `field>app.table.column`. `read`: fields that stay in
    memory, and what is made of them. `holds`: fields that hold further objects, which are listed by themselves.
    """

    model: str
    of: str = ""
    into: str = ""
    stored: str = ""
    read: Mapping[str, str] = field(default_factory=dict)
    holds: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(self._fields())

    def _fields(self) -> Iterator[Field]:
        places: dict[str, tuple[str, ...]] = {}
        for one in self.stored.split():
            name, _, column = one.partition(">")
            column = column or name
            place = column if "." in column else f"{self.into}.{column}"
            places[name] = (*places.get(name, ()), place)
        for name, stored in places.items():
            yield Field(name, stored=stored)
        for names, made in self.read.items():
            for name in names.split():
                yield Field(name, read=made)

    @property
    def names(self) -> frozenset[str]:
        """Everything that may enter, holders among it."""
        return frozenset({one.name for one in self.fields} | set(self.holds.split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where things come from. `module`: the one that reads them, whose classes `objects` name."""

    key: str
    name: str
    says: str
    module: str
    objects: tuple[Entering, ...]
