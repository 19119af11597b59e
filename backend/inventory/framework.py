"""Tables of the libraries that the product is built with."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    APPEND,
    READ,
    WRITE,
    Area,
    Table,
)

SIGN_IN: Final = Area(
    key="sign_in",
    name="Sign-in",
    says="Tables of the library for sign-in (django-allauth), and sessions.",
    people="Whoever has an account of this product.",
    tables=(
        Table(
            label="account.emailaddress",
            purpose="The address that an account signs in with.",
            keep=retention.ACCOUNTS,
            grants={"web": WRITE, "worker": ("SELECT (id, user_id, email)",)},
            about="user",
            identifier="id",
            personal="user_id email",
            operational="verified primary",
        ),
        Table(
            label="account.emailconfirmation",
            purpose=(
                "Addresses to be confirmed: accounts are opened by administrators or by single "
                "sign-on."
            ),
            keep=retention.UNUSED,
            grants={"web": WRITE},
            about="email_address__user",
            identifier="id",
            personal="email_address_id",
            secret="key",
            operational="created sent",
        ),
        Table(
            label="mfa.authenticator",
            purpose="A second factor of an account.",
            keep=retention.ACCOUNTS,
            grants={"web": WRITE},
            about="user",
            identifier="id",
            personal="user_id created_at last_used_at",
            secret="data",
            operational="type",
            notes={
                "data": (
                    "Keys of one-time passwords, public keys of security keys, seeds of recovery "
                    "codes; encrypted."
                ),
            },
        ),
        Table(
            label="usersessions.usersession",
            purpose="A session, so that whoever has it can see and end it.",
            keep=retention.SESSIONS,
            grants={"web": WRITE},
            about="user",
            identifier="id",
            personal="user_id created_at ip last_seen_at user_agent data",
            secret="session_key",
            notes={
                "data": "How the session was begun.",
            },
        ),
        Table(
            label="sessions.session",
            purpose="What a session holds.",
            keep=retention.SESSIONS,
            grants={"web": WRITE},
            secret="session_key session_data",
            operational="expire_date",
            notes={
                "session_data": "Signed; which account it is, and when it proved itself.",
            },
        ),
        Table(
            label="socialaccount.socialaccount",
            purpose="Which subject of an identity provider an account belongs to.",
            keep=retention.ACCOUNTS,
            grants={"web": WRITE, "worker": ("SELECT (id, user_id, provider, uid)",)},
            about="user",
            identifier="id provider",
            personal="user_id uid last_login date_joined extra_data",
            notes={
                "extra_data": (
                    "The address that the provider told at the first sign-in, and nothing else."
                ),
            },
        ),
        Table(
            label="socialaccount.socialapp",
            purpose="Providers stand in accounts.identityprovider.",
            keep=retention.UNUSED,
            grants={},
            identifier="id",
            secret="secret key",
            operational="provider provider_id name client_id settings",
            notes={
                "settings": "Empty.",
            },
        ),
        Table(
            label="socialaccount.socialtoken",
            purpose="No token of a provider is stored.",
            keep=retention.UNUSED,
            grants={},
            about="account__user",
            identifier="id app_id",
            personal="account_id",
            secret="token token_secret",
            operational="expires_at",
        ),
    ),
)
FRAMEWORK: Final = Area(
    key="framework",
    name="Framework",
    says="Tables that Django brings.",
    people="Administrators.",
    tables=(
        Table(
            label="admin.logentry",
            purpose=(
                "Django's own log of changes in the administration; the audit log is what counts."
            ),
            keep=retention.ACCESS_EVIDENCE,
            grants={"web": APPEND},
            about="user",
            identifier="id content_type_id object_id",
            personal="action_time user_id object_repr",
            operational="action_flag change_message",
            notes={
                "object_repr": "What the changed thing is called. May name people.",
                "change_message": "Names of the changed fields.",
            },
        ),
        Table(
            label="auth.group",
            purpose="Roles are fixed; there are no groups.",
            keep=retention.UNUSED,
            grants={"web": READ},
            identifier="id",
            operational="name",
        ),
        Table(
            label="auth.group_permissions",
            purpose="Likewise.",
            keep=retention.UNUSED,
            grants={"web": READ},
            identifier="id group_id permission_id",
        ),
        Table(
            label="auth.permission",
            purpose="Names of permissions that Django makes of models.",
            keep=retention.SOFTWARE,
            grants={"web": READ},
            identifier="id content_type_id",
            operational="name codename",
        ),
        Table(
            label="contenttypes.contenttype",
            purpose="Names of models.",
            keep=retention.SOFTWARE,
            grants={"web": READ, "worker": READ, "sealer": READ},
            identifier="id",
            operational="app_label model",
        ),
        Table(
            label="migrations.migration",
            purpose="Which changes of the schema were applied.",
            keep=retention.SOFTWARE,
            grants={"web": READ, "worker": READ},
            identifier="id",
            operational="app name applied",
        ),
    ),
)
