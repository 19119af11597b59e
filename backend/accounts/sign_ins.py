"""Who signs in, as matching people sees them."""

from typing import Final

from backend.accounts.models import User
from backend.people.matching import SignIn

LABEL: Final = "accounts.user.person"


def sign_ins() -> list[SignIn]:
    """Accounts are made by administrators, directories and identity providers, so their addresses are their owners'.

    Service accounts are nobody's: one that had a person would read that person's own figures.
    """
    people = User.objects.filter(is_service=False)
    rows = people.values_list("pk", "email", "name", "person")
    return [SignIn((LABEL, pk), email, name, person) for pk, email, name, person in rows]
