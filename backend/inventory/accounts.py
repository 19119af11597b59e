"""Who may sign in to the product, and who did."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    APPEND,
    APPEND_AND_UPDATE,
    WRITE,
    Area,
    Table,
)

ACCOUNTS: Final = Area(
    key="accounts",
    name="Accounts",
    says="Who may sign in, in which role, and what shows who had access.",
    people="Whoever has an account of this product.",
    tables=(
        Table(
            label="accounts.user",
            purpose="An account that may sign in, or a service account.",
            keep=retention.ACCOUNTS,
            grants={
                "web": APPEND_AND_UPDATE,
                "worker": (
                    "SELECT (id, email, name, role, is_active, person_id, directory_user_id, is_service)",
                    "UPDATE (person_id)",
                ),
            },
            about="pk",
            personal=(
                "id last_login email name person_id joined_at directory_user_id responsible_id"
            ),
            secret="password",
            operational="role is_active is_break_glass closed_by_directory is_service sessions_ended",
            notes={
                "password": "Argon2; never the password itself.",
                "responsible_id": "Who answers for a service account.",
            },
        ),
        Table(
            label="accounts.teamgrant",
            purpose="Which teams a team lead sees.",
            keep=retention.ACCOUNTS,
            grants={"web": WRITE, "worker": ("SELECT (id, team_id)", "DELETE")},
            about="user",
            identifier="id team_id",
            personal="user_id",
            operational="granted_at",
        ),
        Table(
            label="accounts.apitoken",
            purpose="Lets a script read what its account may read.",
            keep=retention.ACCESS_EVIDENCE,
            grants={"web": APPEND_AND_UPDATE},
            about="user created_by",
            identifier="id",
            personal="user_id created_by_id last_used_at addresses",
            secret="digest",
            operational="name scopes beginning created_at expires_at revoked_at",
            notes={
                "scopes": "Words for what it may read.",
                "digest": "SHA-256 of the token, which is shown once and not kept.",
                "beginning": "Its first letters, to tell tokens apart.",
                "addresses": "Network addresses that it was used from.",
            },
        ),
        Table(
            label="accounts.scimtoken",
            purpose="Lets the organisation's directory tell who joins and leaves.",
            keep=retention.ACCESS_EVIDENCE,
            grants={"web": APPEND_AND_UPDATE},
            about="created_by",
            identifier="id",
            personal="created_by_id",
            secret="digest",
            operational="name beginning created_at expires_at revoked_at last_used_at",
            notes={
                "digest": "SHA-256 of the token, which is shown once and not kept.",
            },
        ),
        Table(
            label="accounts.accessreview",
            purpose="A look at every account.",
            keep=retention.ACCESS_EVIDENCE,
            grants={"web": APPEND_AND_UPDATE},
            about="started_by closed_by",
            identifier="id",
            personal="started_by_id closed_by_id",
            operational="started_at closed_at",
        ),
        Table(
            label="accounts.reviewedaccount",
            purpose="One account in a review, with what it could do.",
            keep=retention.ACCESS_EVIDENCE,
            grants={"web": APPEND_AND_UPDATE},
            about="user decided_by",
            identifier="id review_id",
            personal="user_id role teams decided_by_id",
            operational="tokens decision decided_at",
        ),
        Table(
            label="accounts.checklist",
            purpose="What is done when somebody joins or leaves.",
            keep=retention.ACCESS_EVIDENCE,
            grants={"web": APPEND_AND_UPDATE},
            about="user started_by completed_by",
            identifier="id",
            personal="user_id started_by_id completed_by_id",
            operational="kind started_at completed_at",
        ),
        Table(
            label="accounts.checklistitem",
            purpose="One thing of it.",
            keep=retention.ACCESS_EVIDENCE,
            grants={"web": APPEND_AND_UPDATE},
            about="done_by checklist__user",
            identifier="id checklist_id",
            personal="done_by_id",
            operational="text done_at",
        ),
        Table(
            label="accounts.breakglassuse",
            purpose="A sign-in of an emergency account.",
            keep=retention.ACCESS_EVIDENCE,
            grants={"web": (*APPEND, "UPDATE (acknowledged_at, acknowledged_by_id)")},
            about="user acknowledged_by",
            identifier="id",
            personal="user_id signed_in_at address acknowledged_by_id",
            operational="acknowledged_at",
        ),
        Table(
            label="accounts.identityprovider",
            purpose="A way of single sign-on.",
            keep=retention.SETTINGS,
            grants={"web": WRITE},
            identifier="id slug",
            secret="enveloped_secret",
            operational=(
                "kind name address entity_id metadata client_id ca_certificate other_hosts "
                "trusts_second_factor second_factor_values email_domains vouches_for_email "
                "links_by_email creates_accounts is_enabled proven_at"
            ),
            notes={
                "email_domains": "Domains of addresses.",
                "other_hosts": "Names of hosts.",
                "second_factor_values": (
                    "Values by which the provider says that a second factor was used."
                ),
                "enveloped_secret": "Enveloped under web's key.",
                "metadata": "The provider's SAML metadata, with its public certificates.",
            },
        ),
        Table(
            label="accounts.signinpolicy",
            purpose="What the organisation asks of whoever signs in.",
            keep=retention.SETTINGS,
            grants={
                "web": APPEND_AND_UPDATE,
                # To tell in a self-assessment whether it is laxer than what is shipped.
                "worker": ("SELECT (id, second_factor_for_all, idle_minutes, session_hours)",),
            },
            identifier="id",
            operational=(
                "sso_only second_factor_for_all factors idle_minutes session_hours admin_networks"
            ),
            notes={
                "admin_networks": "From where the administration may be used.",
            },
        ),
    ),
)
