"""How people are called in every answer outside Django's administration.

By what their sources call them or, where the organisation chose so, by pseudonyms. They are made with a key that only
web can open, so that nobody finds a name by trying all names; a new key makes all of them new.
"""

import hmac
import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.db import transaction
from django.db.models import F, Func, JSONField, Model, Q, TextField, Value
from django.db.models.functions import Cast, Lower

from backend import keyring
from backend.audit.events import record
from backend.people.models import Identity, Organisation, Person
from backend.people.store import organisation

YOU: Final = "You"
_CONTEXT: Final = "people_organisation.pseudonym_key"
_LEGIBLE: Final = bytes.maketrans(b"ILOU0156", b"89WYXZKM")
"""Of base32's letters and digits no two that look alike are used."""


@dataclass(frozen=True)
class Names:
    """For one reader, told by person and account; they are "You" to themselves where others are pseudonyms."""

    sealed_key: bytes | None = None
    """None: no pseudonyms."""
    reader: int | None = None
    account: int | None = None

    @property
    def are_pseudonyms(self) -> bool:
        return self.sealed_key is not None

    def of(
        self,
        name: str | None,
        *,
        identity: int | None = None,
        person: int | None = None,
        is_bot: bool | None = False,
    ) -> str | None:
        """Somebody known outside as `name`; all identities of a person have one pseudonym, bots have none."""
        if name is None or self.sealed_key is None or is_bot:
            return name
        if person is not None:
            return YOU if person == self.reader else self._pseudonym(f"person {person}")
        return self._pseudonym(f"identity {identity}" if identity is not None else f"name {name}")

    def of_account(
        self, name: str | None, *, account: int | None, person: int | None
    ) -> str | None:
        """Somebody who did something here."""
        if name is None or self.sealed_key is None:
            return name
        if account is not None and account == self.account:
            return YOU
        if person is not None:
            return self.of(name, person=person)
        return self._pseudonym(f"account {account}")

    def of_owners(self, owners: Iterable[str]) -> list[str]:
        """Owners of files as CODEOWNERS names them: @login, an e-mail address, or @organisation/team."""
        told = list(owners)
        people = {one: one.removeprefix("@").lower() for one in told if "/" not in one}
        if self.sealed_key is None or not people:
            return told
        return [
            self._owners.get(people[one]) or self._unknown(one) if one in people else one
            for one in told
        ]

    def holding(self, word: str, identity: str) -> Q:
        """That what somebody is called has the word in it; `identity` is a field's name."""
        if self.sealed_key is None:
            return Q(**{f"{identity}__login__icontains": word})
        found = [pk for pk, name in self._shown.items() if word.lower() in name.lower()]
        return Q(**{f"{identity}__in": found})

    def people_called(self, word: str) -> list[int]:
        """Keys of the persons whose pseudonym has the word in it."""
        keys = Person.objects.values_list("pk", flat=True)
        return [pk for pk in keys if word.lower() in str(self.of("", person=pk)).lower()]

    def order(self, identity: str) -> F | Func:
        """What rows are sorted by to be in the order of what people are called; `identity` is a field's name."""
        if self.sealed_key is None:
            return F(f"{identity}__login")
        # A name's place must tell nothing that the name does not.
        shown = Value({str(pk): name for pk, name in self._shown.items()}, JSONField())
        key = Cast(F(f"{identity}_id"), TextField())
        return Func(
            shown, key, template="(%(expressions)s)", arg_joiner=" ->> ", output_field=TextField()
        )

    @cached_property
    def _key(self) -> bytes:
        return keyring.open_envelope(self.sealed_key or b"", context=_CONTEXT)

    @cached_property
    def _shown(self) -> dict[int, str]:
        rows = Identity.objects.values_list("pk", "login", "person_id", "is_bot")
        return {
            pk: self.of(login, identity=pk, person=person, is_bot=is_bot) or ""
            for pk, login, person, is_bot in rows
        }

    @cached_property
    def _owners(self) -> dict[str, str]:
        rows = Identity.objects.annotate(known_as=Lower("login")).values_list("known_as", "pk")
        return {login: self._shown[pk] for login, pk in rows if pk in self._shown}

    def _unknown(self, owner: str) -> str:
        return self._pseudonym(f"name {owner.lower()}")

    def _pseudonym(self, whom: str) -> str:
        """35 bits: of 20,000 people no two are called alike but once in 170 organisations."""
        code = b32encode(hmac.digest(self._key, whom.encode(), "sha256")).translate(_LEGIBLE)
        return f"Person {code[:4].decode()}-{code[4:7].decode()}"


def names_in(home: Organisation, reader: int | None = None, account: int | None = None) -> Names:
    sealed = bytes(home.pseudonym_key or b"") if home.pseudonyms else None
    return Names(sealed, reader, account)


def names_for(*, reader: int | None, account: int | None) -> Names:
    """One statement."""
    return names_in(organisation(), reader=reader, account=account)


@transaction.atomic
def set_pseudonyms(*, wanted: bool, acting_user: Model) -> None:
    """People are called by pseudonyms from now on, or by their names again. Both are recorded."""
    home, _ = Organisation.objects.select_for_update().get_or_create(pk=1)
    if home.pseudonyms == wanted:
        return
    home.pseudonyms = wanted
    if wanted and not home.pseudonym_key:
        home.pseudonym_key = _new_key()
    home.save(update_fields=["pseudonyms", "pseudonym_key"])
    name = "pseudonyms_turned_on" if wanted else "pseudonyms_turned_off"
    record(name=name, actor=acting_user, subject=home)


@transaction.atomic
def renew_pseudonyms(*, acting_user: Model) -> None:
    """Everybody gets a new pseudonym; the former ones can be made by nobody any more."""
    home, _ = Organisation.objects.select_for_update().get_or_create(pk=1)
    home.pseudonym_key = _new_key()
    home.save(update_fields=["pseudonym_key"])
    record(name="pseudonyms_renewed", actor=acting_user, subject=home)


def _new_key() -> bytes:
    return keyring.envelope(secrets.token_bytes(32), context=_CONTEXT)
