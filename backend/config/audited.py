"""Whose changes the audit log tells, by model: by django-auditlog, by acts and triggers; and whom they are about."""

from collections.abc import Mapping
from typing import Any, Final

# Every governed model. What is sealed is in none of them: backend.connections.store records its changes by name.
TRACKED: Final[tuple[dict[str, Any], ...]] = (
    # A new password is an event by name; the library masks but half of a value.
    {"model": "accounts.User", "exclude_fields": ["last_login", "password", "sessions_ended"]},
    {
        "model": "accounts.ServiceAccount",
        "exclude_fields": ["last_login", "password", "sessions_ended"],
    },
    {"model": "accounts.TeamGrant"},
    {
        "model": "accounts.IdentityProvider",
        "exclude_fields": ["enveloped_secret", "proven_at"],
        "mask_fields": ["metadata"],  # names whom to ask there
    },
    {"model": "accounts.SignInPolicy"},
    {
        "model": "people.Organisation",
        "exclude_fields": ["pseudonym_key"],
        "mask_fields": ["bot_logins"],  # may name people
    },
    {"model": "people.Person"},
    {"model": "people.Identity", "exclude_fields": ["buried_as"]},
    {"model": "people.Team", "exclude_fields": ["members"]},
    {"model": "people.Membership"},
    {"model": "accounts.ScimToken", "exclude_fields": ["last_used_at", "digest"]},
    {
        "model": "connections.Connection",
        "exclude_fields": [
            *("state", "state_reason", "state_action", "checked_at", "server_version"),
            "permissions",
            *("app", "app_change", "credentials"),  # in tables that web may not read, or not all of
        ],
    },
    {"model": "connections.RepositoryRule"},
    {"model": "delivery.GeneratedFileRule"},
    {"model": "delivery.DeploymentRule"},
    {"model": "delivery.HotfixRule"},
    {"model": "delivery.IncidentRule"},
    {"model": "delivery.DeliverySettings"},
    {"model": "delivery.ArtifactRule"},
    {
        "model": "connections.JiraSettings",
        "exclude_fields": ["fields_found", "site_url"],
        "mask_fields": ["email"],
    },
    {"model": "delivery.StatusRule"},
    {"model": "delivery.InvestmentCategory"},
    {"model": "delivery.InvestmentRule"},
    {"model": "delivery.Ownership"},
    {"model": "governance.Particulars"},
    # What people write of themselves stands in their request, and goes with them.
    {
        "model": "governance.SubjectRequest",
        "exclude_fields": ["who", "text", "identity_checked", "extension_reason", "outcome_text"],
    },
    {
        "model": "governance.SecurityIncident",
        "exclude_fields": [
            *("title", "what_happened", "causes", "consequences", "measures", "contact"),
            *("delay_reason", "not_notified_reason", "people_reason", "root_cause", "lessons"),
            *("figures", "closing"),
        ],
    },
    {"model": "governance.RetentionPeriod"},
)
# Governed besides the tracked ones: acts tell of these by name, and triggers of whatever else is done to them. `only`:
# collecting and matching write the table too, and these columns are for people to change.
GOVERNED: Final[Mapping[str, dict[str, Any]]] = {
    "people.Identity": {"only": ["person", "is_bot", "is_bot_by_hand"]},
    "people.Offer": {"only": ["answer"]},
    "people.Merge": {},
    "people.DirectoryUser": {"exclude_fields": ["person"]},
    "people.DirectoryEmail": {},
    "people.DirectoryGroup": {},
    "people.DirectoryGroup_members": {},
    "accounts.AccessReview": {},
    "accounts.ReviewedAccount": {},
    "accounts.Checklist": {},
    "accounts.ChecklistItem": {},
    "accounts.BreakGlassUse": {},
    "accounts.ApiToken": {"exclude_fields": ["last_used_at", "addresses"]},
    "mfa.Authenticator": {"exclude_fields": ["last_used_at", "data"]},
    "socialaccount.SocialAccount": {"exclude_fields": ["last_login", "extra_data"]},
    "connections.Credential": {"exclude_fields": ["last_used_at"]},
    "connections.GitHubApp": {"exclude_fields": ["installation_id"]},
    "connections.WebhookSecret": {"exclude_fields": ["last_used_at"]},
    "delivery.IngestToken": {"exclude_fields": ["last_used_at"]},
    "delivery.FixCorrection": {},
    "delivery.IssueCorrection": {},
    "delivery.MutedTest": {},
    "governance.Erasure": {
        "exclude_fields": [
            *("subject_name", "reason", "preview", "started_at", "finished_at", "done"),
            *("attempts", "lease_until", "last_error", "certificate"),
        ]
    },
    "governance.ConfirmedDate": {},
    "tombstones.Tombstone": {"only": ["lifted_at"]},
    # A key that is destroyed takes from the log who it was.
    "audit.SubjectKey": {"only": ["secret", "forgotten_at"]},
}
# Whose personal values the rows of a model hold, as kind/column: these are sealed under a key of that person's own.
SUBJECTS: Final = {
    "accounts.User": "user/pk",
    "accounts.TeamGrant": "user/user_id",
    "accounts.ApiToken": "user/user_id",
    "accounts.BreakGlassUse": "user/user_id",
    "accounts.ReviewedAccount": "user/user_id",
    "accounts.Checklist": "user/user_id",
    "people.Person": "person/pk",
    "people.Membership": "person/person_id",
    "people.Identity": "identity/pk",
    "people.Address": "identity/identity_id",
    "people.Offer": "identity/first_id",
    "people.DirectoryUser": "directoryuser/pk",
    "people.DirectoryEmail": "directoryuser/user_id",
    "mfa.Authenticator": "user/user_id",
    "socialaccount.SocialAccount": "user/user_id",
}
