"""Accounts: users, how they sign in, tokens, and reviews of all of these."""

from backend.accounts.models.reviews import (
    AccessReview,
    AccountAccess,
    Checklist,
    ChecklistItem,
    ReviewedAccount,
)
from backend.accounts.models.sign_in import BreakGlassUse, IdentityProvider, SignInPolicy
from backend.accounts.models.tokens import TOKEN_LIFE, ApiToken, ScimToken
from backend.accounts.models.users import ServiceAccount, TeamGrant, User

__all__ = [
    "TOKEN_LIFE",
    "AccessReview",
    "AccountAccess",
    "ApiToken",
    "BreakGlassUse",
    "Checklist",
    "ChecklistItem",
    "IdentityProvider",
    "ReviewedAccount",
    "ScimToken",
    "ServiceAccount",
    "SignInPolicy",
    "TeamGrant",
    "User",
]
