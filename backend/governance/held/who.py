"""The account, the directory's entry, and who somebody is outside."""

from typing import Final

from django.db.models import Q

from backend.governance.held.categories import ACCOUNT, DIRECTORY, WHO
from backend.governance.held.shape import Section, columns
from backend.people.models import Person

WHO_SOMEBODY_IS: Final = (
    Section(
        "accounts",
        "Account",
        ACCOUNT,
        "accounts.User",
        ("pk",),
        columns(
            *("email", "name", "role", "is_active", "joined_at", "last_login"),
            *("is_break_glass", "closed_by_directory"),
        ),
    ),
    Section(
        "account_addresses",
        "Addresses of the account",
        ACCOUNT,
        "account.EmailAddress",
        ("user",),
        columns("email", "verified", "primary"),
    ),
    Section(
        "team_grants",
        "Teams that were opened to you",
        ACCOUNT,
        "accounts.TeamGrant",
        ("user",),
        columns("granted_at", team="team__name"),
    ),
    Section(
        "second_factors",
        "Second factors, without their secrets",
        ACCOUNT,
        "mfa.Authenticator",
        ("user",),
        columns("type", "created_at", "last_used_at"),
    ),
    Section(
        "single_sign_on",
        "Accounts at identity providers",
        ACCOUNT,
        "socialaccount.SocialAccount",
        ("user",),
        columns("provider", "uid", "last_login", "date_joined", told_by_provider="extra_data"),
    ),
    Section(
        "sessions",
        "Sessions",
        ACCOUNT,
        "usersessions.UserSession",
        ("user",),
        columns("created_at", "last_seen_at", "user_agent", address="ip"),
    ),
    Section(
        "api_tokens",
        "API tokens, without the tokens themselves",
        ACCOUNT,
        "accounts.ApiToken",
        ("user",),
        columns(
            *("name", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at"),
            "addresses",
        ),
    ),
    Section(
        "directory_users",
        "Entry in the directory",
        DIRECTORY,
        "people.DirectoryUser",
        ("pk",),
        columns(
            *("external_id", "user_name", "display_name", "formatted_name", "family_name"),
            *("given_name", "active", "created_at", "changed_at"),
        ),
    ),
    Section(
        "directory_addresses",
        "Addresses in the directory",
        DIRECTORY,
        "people.DirectoryEmail",
        ("user",),
        columns("value", "type", "primary"),
    ),
    Section(
        "directory_groups",
        "Groups of the directory",
        DIRECTORY,
        "people.DirectoryGroup_members",
        ("directoryuser",),
        columns(group="directorygroup__display_name"),
    ),
    Section("people", "Person", WHO, "people.Person", ("pk",), columns("name")),
    Section(
        "identities",
        "Accounts and addresses outside",
        WHO,
        "people.Identity",
        ("pk",),
        columns(
            *("kind", "login", "name", "external_id", "account_id", "is_bot", "is_bot_by_hand"),
            connection="connection__name",
        ),
    ),
    Section(
        "addresses",
        "Addresses that these systems tell",
        WHO,
        "people.Address",
        ("identity",),
        columns("email", login="identity__login"),
    ),
    Section(
        "match_offers",
        "Questions whether an account is yours, too",
        WHO,
        "people.Offer",
        ("first", "second"),
        columns("strength", "answer", "answered_at"),
    ),
    Section(
        "merges",
        "Accounts that were found to be one person's",
        WHO,
        "people.Merge",
        lambda subject: Q(person_key__in=subject.roots[Person]),
        columns("reason", "merged_at", "undone_at"),
    ),
    Section(
        "memberships",
        "Teams",
        WHO,
        "people.Membership",
        ("person",),
        columns("starts_on", "ends_on", team="team__name"),
    ),
)
