"""Who signs in, as matching people sees them."""

from typing import Final

from backend.accounts.models import User
from backend.people.matching import SignIn

LABEL: Final = "accounts.user.person"


def sign_ins() -> list[SignIn]:
    """Accounts are made by administrators and directories alone, so their addresses are taken as their owners'."""
    rows = User.objects.values_list("pk", "email", "name", "person")
    return [SignIn((LABEL, pk), email, name, person) for pk, email, name, person in rows]
