"""Who a password opens an account for."""

from allauth.account.auth_backends import AuthenticationBackend

from backend.accounts.models import User
from backend.accounts.sso import store


class PasswordBackend(AuthenticationBackend):  # type: ignore[misc] # allauth has no types
    """allauth's, but that single sign-on may be the only way: a right password is then as good as a wrong one."""

    def _check_password(self, user: User | None, password: str) -> User | None:
        if user is None or store.may_use_password(user):
            found: User | None = super()._check_password(user, password)
            return found
        self._did_check_password = True
        user.check_password(password)  # for it to take as long
        return None
