"""Whom it is about, and what a table says of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from backend.accounts.models import User
from backend.people.models import DirectoryUser, Identity, Person


@dataclass(frozen=True)
class Subject:
    """Whom it is about: an account, a person, or both; with all that they are known by."""

    account: int | None
    person: int | None

    @cached_property
    def roots(self) -> Mapping[type[Model], list[Any]]:
        """Keys, by the kind of thing that rows refer to somebody by."""
        of_person = Q(person=self.person) if self.person is not None else Q(pk__in=[])
        accounts = User.objects.filter(Q(pk=self.account) | of_person)
        directory = DirectoryUser.objects.filter(of_person | Q(account__in=accounts))
        return {
            User: list(accounts.values_list("pk", flat=True)),
            Person: [] if self.person is None else [self.person],
            Identity: list(Identity.objects.filter(of_person).values_list("pk", flat=True)),
            DirectoryUser: list(directory.values_list("pk", flat=True)),
        }

    @property
    def measured_as(self) -> list[int]:
        """What facts call an author: a person by their key, an account that is nobody's by its own below zero."""
        return [*self.roots[Person], *(-pk for pk in self.roots[Identity])]


@dataclass(frozen=True)
class Category:
    key: str
    name: str
    purpose: str
    source: str
    kept: str


PULL: Final = {
    "repository": "pull_request__repository__name_with_owner",
    "number": "pull_request__number",
}
COMMIT: Final = {"repository": "repository__name_with_owner"}

Choice = Callable[[Subject], Q]


@dataclass(frozen=True, eq=False)
class Section:
    """Rows of one table that are somebody's. `by`: relations that lead to them, or a choice of rows where none does.

    `columns`: what is told, each by its name and where it stands; those that begin with _ are for `tell` alone, which
    is given some rows at a time and may change them.
    """

    key: str
    title: str
    category: Category
    label: str
    by: tuple[str, ...] | Choice
    columns: Mapping[str, str]
    tell: Callable[[list[dict[str, Any]]], None] = field(default=lambda _: None)

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    @property
    def told(self) -> list[str]:
        return [name for name in self.columns if not name.startswith("_")]

    def rows(self, subject: Subject) -> QuerySet[Model]:
        if callable(self.by):
            return self._all().filter(self.by(subject))
        chosen = Q(pk__in=[])
        for path in self.by:
            chosen |= Q(**{f"{path}__in": subject.roots[root(self.model, path)]})
        return self._all().filter(chosen)

    def _all(self) -> QuerySet[Model]:
        return self.model._default_manager.order_by()


def root(model: type[Model], path: str) -> type[Model]:
    """What a path of relations ends at; "pk" is the model's own."""
    for name in path.split("__"):
        if name != "pk":
            related = model._meta.get_field(name).related_model
            if not isinstance(related, type):
                raise TypeError(f"{path} is no path of relations.")
            model = related
    return model


def columns(*same: str, **renamed: str) -> Mapping[str, str]:
    return {name: name for name in same} | renamed


def by_key(name: str) -> Choice:
    """Rows of a fact whose author is named by a key."""
    return lambda subject: Q(**{f"{name}__in": subject.measured_as})
