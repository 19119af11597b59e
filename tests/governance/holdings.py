"""A row of every table that leads to a person, filled in by what its columns are: texts tell whose they are."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Model

from backend.accounts.models import User
from backend.audit.events import record
from backend.governance.held import SECTIONS, Section
from backend.governance.held.shape import root
from backend.people.models import DirectoryUser, Identity, Membership, Offer, Person, Team
from tests.factories import a_connection
from tests.sign_in import an_account

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECRET = "zzSECRETzz"
_numbers = count(1)
_VALUES: dict[str, dict[str, Any]] = {
    "accounts.ReviewedAccount": {"decision": "", "decided_by": None, "decided_at": None},
    "accounts.Checklist": {"completed_at": NOON},
    "accounts.ChecklistItem": {"done_at": NOON},
    "governance.SubjectRequest": {"outcome": "refused", "closed_at": NOON},
    "governance.IncidentReminder": {"passed_at": None},
    "governance.Erasure": {"approved_by": None, "subject_name": "", "preview": {}, "done": {}},
    "people.Merge": {
        "moved": {
            "made": False,
            "persons": [],
            "identities": [],
            "rows": [],
            "memberships": {"moved": [], "removed": [], "changed": []},
        }
    },
    "governance.RetentionPeriod": {"takes_effect_at": None},
    "metrics.ActivityDay": {"issue": None},
    "audit.Event": {"changes": {"name": ["zzOTHERzz", "zzOTHERzz"]}, "action": 1},
}
"""What a constraint asks of a row beyond its columns."""
_SECRET = {"password", "digest", "beginning", "session_key"}

_NAMES = {"key": "FORGE"}
"""What a thing of anybody's is called by in somebody's rows."""


@dataclass
class Somebody:
    """An account with a person, an account outside and a directory's entry, whose texts all hold the mark."""

    mark: str
    account: User = field(init=False)
    person: Person = field(init=False)
    identity: Identity = field(init=False)
    directory: DirectoryUser = field(init=False)

    def __post_init__(self) -> None:
        number = next(_numbers)
        self.person = Person.objects.create(name=f"{self.mark} name")
        self.account = an_account(
            User.Role.MEMBER, email=f"{self.mark.lower()}{number}@plumbline.example"
        )
        self.directory = DirectoryUser.objects.create(
            user_name=f"{self.mark}{number}", person=self.person
        )
        self.account.person, self.account.directory_user = self.person, self.directory
        self.account.name, self.account.password = f"{self.mark} account", SECRET
        self.account.save()
        self.identity = Identity.objects.create(
            connection=a_connection(),
            kind="user",
            login=f"{self.mark}{number}",
            external_id=number,
            person=self.person,
        )

    @property
    def roots(self) -> dict[type[Model], Model]:
        return {
            User: self.account,
            Person: self.person,
            Identity: self.identity,
            DirectoryUser: self.directory,
        }


def hold(whose: Somebody, *, beside: Somebody) -> None:
    """At least one row of each section that is theirs; every other part in it is the other's."""
    for section in SECTIONS:
        if callable(section.by):
            _by_key(section, whose, beside)
            continue
        for path in section.by:
            if path != "pk":
                along(section.model, path, whose, beside)


def along(model: type[Model], path: str, whose: Somebody, beside: Somebody) -> Model:
    """A row that leads to them by this path; at its end may stand a person's key."""
    name, _, rest = path.partition("__")
    related = model._meta.get_field(name).related_model
    given: Any = whose.person.pk
    if rest:
        assert isinstance(related, type)
        given = along(related, rest, whose, beside)
    elif related is not None:
        given = whose.roots[root(model, name)]
    return _fill(model, beside, {name: given}, mark=whose.mark)


def _by_key(section: Section, whose: Somebody, beside: Somebody) -> None:
    if section.label == "audit.Event":
        event = record(name="name_changed", actor=beside.account, subject=whose.person)
        assert event.content_type == ContentType.objects.get_for_model(Person)
        return
    key = "person_key" if section.label == "people.Merge" else "author_key"
    _fill(section.model, beside, {key: whose.person.pk}, mark=whose.mark)


def _fill(model: type[Model], beside: Somebody, given: dict[str, Any], *, mark: str) -> Model:
    """`beside` stands wherever somebody is asked for and none is given."""
    values = given | _VALUES.get(model._meta.label, {})
    for column in model._meta.concrete_fields:
        if column.name in values or isinstance(column, models.AutoField):
            continue
        values[column.name] = _value(column, beside, mark)
    if model._meta.label == "people.Offer":
        pair = (values.pop("first"), values.pop("second"))
        first, second = sorted(pair, key=lambda one: one.pk)
        offer, _ = Offer.objects.get_or_create(first=first, second=second, defaults=values)
        return offer
    if model is Membership:
        values["ends_on"] = None
    made: Model = model._default_manager.create(**values)
    return made


def _value(column: Any, beside: Somebody, mark: str) -> Any:
    related = column.related_model
    if related is column.model:
        return None
    if related is not None:
        return beside.roots.get(related) or _related(related, beside)
    if isinstance(column, ArrayField):
        return [_plain(column.base_field, mark)]
    return _plain(column, mark)


def _plain(column: Any, mark: str) -> Any:
    if isinstance(column, models.CharField | models.TextField):
        if column.choices:
            return column.flatchoices[0][0]
        text = SECRET if column.name in _SECRET else _NAMES.get(column.name, mark)
        return f"{text} {next(_numbers)}"[: column.max_length]
    kinds: tuple[tuple[type[Any], Any], ...] = (
        (models.DateTimeField, NOON),
        (models.DateField, NOON.date()),
        (models.BooleanField, False),
        (models.JSONField, {"told": SECRET if column.name == "data" else f"{mark} told"}),
        (models.GenericIPAddressField, "192.0.2.7"),
        (models.TimeField, NOON.time()),
        (models.BinaryField, SECRET.encode()),
    )
    for kind, value in kinds:
        if isinstance(column, kind):
            return value
    return None if column.null else next(_numbers) % 30_000


def _related(model: type[Model], beside: Somebody) -> Model:
    if model is ContentType:
        return ContentType.objects.get_for_model(Team)
    refers = {column.related_model for column in model._meta.concrete_fields}
    return _fill(model, beside, {}, mark=beside.mark if refers & beside.roots.keys() else "thing")
