"""The words that the inventory is written in. Pure: what is said here holds without a database.

A column is of one class. What is stored of a person is `PERSONAL` also where it is only a reference to them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class DataClass(StrEnum):
    IDENTIFIER = "identifier"
    PERSONAL = "personal"
    WORK = "work metadata"
    SECRET = "secret"
    OPERATIONAL = "operational"


MEANINGS: Final[Mapping[DataClass, str]] = {
    DataClass.IDENTIFIER: "What a thing is known by, here or at its source. It names no person.",
    DataClass.PERSONAL: "Names a person, refers to one, or tells where and when one signed in.",
    DataClass.WORK: "What happened to work, and when: states, times, sizes, names of branches, titles.",
    DataClass.SECRET: "Opens something, or proves who somebody is. Sealed, enveloped or a digest, and never shown.",
    DataClass.OPERATIONAL: "What the appliance needs to run: settings, progress, leases, reasons of failures.",
}


@dataclass(frozen=True, slots=True)
class Retention:
    """How long something is kept, and what ends it."""

    key: str
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    data_class: DataClass
    note: str = ""


Privileges = Mapping[str, tuple[str, ...]]
"""By Postgres role."""

READ: Final = ("SELECT",)
APPEND: Final = ("SELECT", "INSERT")
APPEND_AND_UPDATE: Final = ("SELECT", "INSERT", "UPDATE")
REMOVE: Final = ("SELECT", "DELETE")
WRITE: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")


def columns_of(privilege: str) -> tuple[str, tuple[str, ...]]:
    """What `SELECT (id, name)` grants: the privilege, and the columns it is cut down to; none: all of them."""
    name, _, columns = privilege.partition(" ")
    return name, tuple(columns.strip("()").split(", ")) if columns else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what it is for, for how long, who may touch it, and the class of each of its columns.

    Columns are named as in the database, parted by spaces. `about`: how one comes from a row to the people that it is
    about, as paths of Django's ORM parted by spaces. A path ends at an account (`accounts.User`) or a person
    (`people.Person`); one that ends at a number holds the key of a person; `pk`: the row is one itself. `notes` say of
    a column what its name does not: what is inside JSON, why it is kept, how it is protected.
    """

    label: str
    purpose: str
    keep: Retention
    grants: Privileges
    about: str = ""
    identifier: str = ""
    personal: str = ""
    work: str = ""
    secret: str = ""
    operational: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)

    def holders(self, privilege: str, column: str = "") -> tuple[str, ...]:
        """The roles that may do this, `SELECT` say, with the column; without one: with the whole table."""
        return tuple(
            role
            for role, given in self.grants.items()
            for name, columns in map(columns_of, given)
            if name == privilege and (column in columns or not columns)
        )

    @property
    def columns(self) -> tuple[Column, ...]:
        """In the order of the classes."""
        return tuple(self._columns())

    def _columns(self) -> Iterator[Column]:
        for data_class, names in (
            (DataClass.IDENTIFIER, self.identifier),
            (DataClass.PERSONAL, self.personal),
            (DataClass.SECRET, self.secret),
            (DataClass.WORK, self.work),
            (DataClass.OPERATIONAL, self.operational),
        ):
            for name in names.split():
                yield Column(name, data_class, self.notes.get(name, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Tables that belong together, as a reader looks for them. `people`: whose personal data is among it."""

    key: str
    name: str
    says: str
    people: str = ""
    tables: tuple[Table, ...]
