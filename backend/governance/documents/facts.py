"""What documents on data protection say: from the inventory, from what is configured, and from the particulars."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Field
from django.urls import reverse

from backend.accounts import policy
from backend.accounts.models import IdentityProvider, ScimToken, SignInPolicy
from backend.connections.models import Connection
from backend.governance.models.particulars import NAMES, Particulars, particulars
from backend.inventory import AREAS
from backend.inventory.entering import NEVER
from backend.inventory.terms import Area, Retention
from backend.people.store import organisation


@dataclass(frozen=True)
class Facts:
    """All values are plain text of people or of the product, as they were entered."""

    particulars: dict[str, str]
    sources: list[tuple[str, str, str]]
    """Name, kind and address of each connection."""
    providers: list[tuple[str, str]]
    """Name and kind of each enabled identity provider."""
    has_directory: bool
    """Whether a directory tells who joins and leaves."""
    personal: list[Area]
    """Areas that hold personal data."""
    retentions: list[tuple[Retention, list[str]]]
    """How long, and the names of the areas that it is about, personal data alone."""
    measures: list[str]
    never: tuple[str, ...]


def facts() -> Facts:
    """As of now; a handful of queries."""
    found = particulars()
    personal = [area for area in AREAS if area.people]
    return Facts(
        particulars={name: getattr(found, name).strip() for name in NAMES},
        sources=[
            (one.name, one.get_kind_display(), one.url)
            for one in Connection.objects.order_by("name")
        ],
        providers=[
            (one.name, one.get_kind_display())
            for one in IdentityProvider.objects.filter(is_enabled=True).order_by("name")
        ],
        has_directory=ScimToken.objects.filter(revoked_at=None).exists(),
        personal=personal,
        retentions=_retentions(personal),
        measures=_measures(),
        never=NEVER,
    )


@dataclass(frozen=True)
class Blank:
    """A particular that is still to be filled in, and where."""

    name: str
    label: str
    help: str


def blanks(of: Particulars | None = None) -> list[Blank]:
    found = of or particulars()
    return [
        Blank(name, label_of(name), str(_field(name).help_text))
        for name in NAMES
        if not getattr(found, name).strip()
    ]


def label_of(name: str) -> str:
    return str(_field(name).verbose_name)


def _field(name: str) -> "Field[Any, Any]":
    field: Field[Any, Any] = Particulars._meta.get_field(name)  # type: ignore[assignment]
    return field


def place() -> str:
    """The page on which the particulars are filled in."""
    return reverse("admin:governance_particulars_changelist")


def _retentions(areas: list[Area]) -> list[tuple[Retention, list[str]]]:
    found: dict[Retention, list[str]] = {}
    for area in areas:
        for table in area.tables:
            names = found.setdefault(table.keep, []) if table.personal else [area.name]
            if area.name not in names:
                names.append(area.name)
    return list(found.items())


def _measures() -> list[str]:
    """What always holds, then what holds as it is set today."""
    own = organisation()
    signing_in = policy.current()
    return [
        "What browsers ask for is encrypted, and what goes to the database, the broker and outside (TLS, verified).",
        "Credentials of sources are sealed to one process (HPKE); nobody and nothing else can open them.",
        "Each process has a database role with the rights that its work takes. The audit log can only be added to.",
        "Roles of people: owner, administrator, auditor, team lead, member. Team leads see teams opened to them alone.",
        "Fields that may enter are listed one by one; everything else is dropped in memory and never stored.",
        "Sources are read and never written to, by read-only permissions.",
        "Every important act, sign-ins and exports among them, is in an append-only audit log.",
        "An erasure needs two people; what was erased is kept from coming back by keyed digests without names.",
        _second_factor(signing_in),
        f"Sessions end after {signing_in.idle_minutes} idle minutes, and after {signing_in.session_hours} hours.",
        f"Figures about fewer than {own.minimum_group_size} people are not shown, nor what would tell of them.",
        "People are shown by pseudonyms."
        if own.pseudonyms
        else "People are shown by name. Pseudonyms can be switched on for the whole organisation.",
    ]


def _second_factor(signing_in: SignInPolicy) -> str:
    if signing_in.sso_only:
        return (
            "People sign in by single sign-on alone, but for emergency accounts, whose use is told."
        )
    if signing_in.second_factor_for_all:
        return "Whoever signs in with a password needs a second factor."
    return "Owners, administrators and auditors need a second factor."
