"""Who may sign in with a password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from backend.accounts.models import User
from backend.accounts.sso import store


class PasswordBackend(AuthenticationBackend):  # type: ignore[misc] # allauth has no types
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """A closed account is answered like one that does not exist, after the same work.

        allauth keeps such an account aside, to tell its owner that it is closed; here it is let go.
        """
        user: User | None = super().authenticate(request, **credentials)
        self.unstash_authenticated_user()
        return user

    def _check_password(self, user: User | None, password: str) -> User | None:
        """Where single sign-on is the only way, a right password is as good as a wrong one."""
        if user is None or store.may_use_password(user):
            found: User | None = super()._check_password(user, password)
            return found
        self._did_check_password = True
        user.check_password(password)  # for it to take as long
        return None
