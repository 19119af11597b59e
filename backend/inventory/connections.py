"""Which outside systems are read, and with what."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    APPEND,
    REMOVE,
    WRITE,
    Area,
    Table,
)

CONNECTIONS: Final = Area(
    key="connections",
    name="Connections",
    says="Outside systems that are read, what is read of them, and their sealed credentials.",
    people="The account that reads Jira Cloud.",
    tables=(
        Table(
            label="connections.connection",
            purpose="One outside system that may be read.",
            keep=retention.SETTINGS,
            grants={
                "web": WRITE,
                "worker": (
                    "SELECT",
                    "UPDATE (state, state_reason, state_action, checked_at, server_version, permissions)",
                    "DELETE",
                ),
            },
            identifier="id slug",
            operational=(
                "kind name url ca_certificate organisations requests_per_hour quiet_from quiet_to"
                " clone_limit_megabytes cloning_allowed state state_reason state_action "
                "checked_at server_version permissions created_at"
            ),
            notes={
                "organisations": "Logins of organisations.",
                "permissions": "Names of permissions that the server granted.",
            },
        ),
        Table(
            label="connections.credential",
            purpose="What a connection signs in with.",
            keep=retention.CREDENTIALS,
            grants={
                "web": (
                    "SELECT (id, connection_id, kind, fingerprint, set_at, last_used_at)",
                    "INSERT",
                    "DELETE",
                ),
                "worker": (*APPEND, "DELETE", "UPDATE (sealed, last_used_at)"),
            },
            identifier="id connection_id",
            secret="sealed",
            operational="kind fingerprint set_at last_used_at",
            notes={
                "sealed": "Sealed to the worker's public key: web writes it and cannot open it.",
                "fingerprint": "Enough to tell two apart, and no more.",
            },
        ),
        Table(
            label="connections.githubapp",
            purpose="What identifies a GitHub App. Nothing of it is secret.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": WRITE},
            identifier="id connection_id app_id slug client_id installation_id",
        ),
        Table(
            label="connections.appchange",
            purpose="What is to be done at the server with a GitHub App.",
            keep=retention.CREDENTIALS,
            grants={
                "web": (
                    "SELECT (id, connection_id, step, created_at, due_at, expires_at, error)",
                    "INSERT",
                    "DELETE",
                ),
                "worker": ("SELECT", "UPDATE", "DELETE"),
            },
            identifier="id connection_id",
            secret="sealed",
            operational="step created_at due_at expires_at error",
            notes={
                "sealed": "Sealed to the worker's public key.",
            },
        ),
        Table(
            label="connections.jirasettings",
            purpose="What is read of a Jira, and which custom fields mean what.",
            keep=retention.SETTINGS,
            grants={
                "web": WRITE,
                "worker": ("SELECT", "UPDATE (fields_found, site_url)", "DELETE"),
            },
            identifier="id connection_id",
            personal="email",
            operational=(
                "projects keeps_summaries story_points_field epic_link_field sprint_field "
                "team_field fields_found site_url webhook_addresses"
            ),
            notes={
                "projects": "Keys of projects.",
                "webhook_addresses": "Networks that its webhooks come from.",
                "email": "Of the account that reads Jira Cloud; a technical account's, as a rule.",
                "fields_found": "Ids, names and types of Jira's fields.",
                "keeps_summaries": "Whether titles of issues are kept.",
            },
        ),
        Table(
            label="connections.repositoryrule",
            purpose="Which repositories are read.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": REMOVE},
            identifier="id connection_id",
            operational="effect test pattern",
        ),
        Table(
            label="connections.webhooksecret",
            purpose="What web verifies webhooks with.",
            keep=retention.CREDENTIALS,
            grants={"web": WRITE, "worker": ("SELECT (id, connection_id)", "DELETE")},
            identifier="id connection_id",
            secret="enveloped",
            operational="created_at expires_at last_used_at",
            notes={
                "enveloped": "Enveloped under web's own key.",
            },
        ),
    ),
)
