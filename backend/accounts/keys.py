"""Security keys and passkeys: what is checked of an answer besides what allauth and fido2 check.

What is stored of a key is its public part, so that it is not enveloped: whoever reads it can sign nothing.
"""

from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

_PORTS: Final = {"http": 80, "https": 443}
_COUNT: Final = "sign_count"


def is_from_here(answer: AuthenticationResponse | RegistrationResponse) -> bool:
    """Whether the browser stood on this very origin; fido2 takes any name below the host as well."""
    return _origin(answer.response.client_data.origin) == _origin(settings.PUBLIC_URL)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts: SplitResult = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, parts.hostname, port or _PORTS.get(parts.scheme)


def has_verified_user(answer: AuthenticationResponse) -> bool:
    """Whether the key asked for PIN or fingerprint, and so is two factors in one."""
    return answer.response.authenticator_data.is_user_verified()


@transaction.atomic
def count_use(authenticator: Authenticator, count: int) -> bool:
    """Remember the key's own counter of signatures. False where it does not go up: it was copied (WebAuthn, 6.1.1).

    Passkeys that are kept in step between devices always say 0.
    """
    locked = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    before = _last_count(locked)
    if (count or before) and count <= before:
        return False
    locked.data[_COUNT] = count
    locked.save(update_fields=["data"])
    authenticator.data = locked.data
    return True


def _last_count(authenticator: Authenticator) -> int:
    data: dict[str, Any] = authenticator.data
    return int(data[_COUNT] if _COUNT in data else authenticator.wrap().authenticator_data.counter)
