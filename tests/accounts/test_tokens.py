import pytest
from allauth.mfa.models import Authenticator

from backend.accounts.models import User
from backend.accounts.store import reset_second_factor
from backend.accounts.tokens import EnrolmentTokens
from tests.sign_in import an_account

pytestmark = pytest.mark.django_db


def test_a_link_ends_when_the_second_factor_is_set_up_or_reset() -> None:
    user, administrator = an_account(User.Role.MEMBER), an_account(User.Role.ADMINISTRATOR)
    tokens = EnrolmentTokens()
    first = tokens.make_token(user)
    assert tokens.check_token(user, first)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert not tokens.check_token(user, first)
    second = tokens.make_token(user)
    reset_second_factor(user=user, acting_user=administrator)
    assert not tokens.check_token(user, second)
