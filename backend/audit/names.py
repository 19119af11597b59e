"""Every act that is recorded by name: what it means, and the tables of whose rows it tells all at once.

What changes a model row by row needs no name: it is recorded as created, changed or deleted, with before and after.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Act:
    group: str
    meaning: str
    covers: tuple[str, ...] = ()
    """Models by label: their triggers add nothing to it in its transaction."""


_TOKEN: Final = ("accounts.apitoken",)
_REVIEW: Final = ("accounts.accessreview", "accounts.reviewedaccount")
_CHECKLIST: Final = ("accounts.checklist", "accounts.checklistitem")
_FACTOR: Final = ("mfa.authenticator",)
_PROVIDED: Final = ("socialaccount.socialaccount",)
_KEYS: Final = ("connections.credential", "connections.githubapp")
_HOOK: Final = ("connections.webhooksecret",)
_TEAMS: Final = ("people.team", "people.membership")
_WHO: Final = (
    *("people.person", "people.identity", "people.membership", "people.merge", "people.offer"),
    *("people.directoryuser", "accounts.user"),
)
_USERS: Final = ("people.directoryuser", "people.directoryemail", "people.directorygroup_members")
_ERASURE: Final = ("governance.erasure",)
_DATE: Final = ("governance.confirmeddate",)
_INCIDENT: Final = ("governance.securityincident",)
_GRAVES: Final = ("tombstones.tombstone",)
_ERASED: Final = (
    *_WHO,
    *_USERS,
    *_TEAMS,
    *_KEYS,
    *_HOOK,
    *_TOKEN,
    *_FACTOR,
    *_PROVIDED,
    *_ERASURE,
    *("connections.connection", "connections.jirasettings", "connections.repositoryrule"),
    *("delivery.deploymentrule", "delivery.hotfixrule", "delivery.incidentrule"),
    *("delivery.artifactrule", "delivery.statusrule", "delivery.ownership"),
    *("delivery.ingesttoken", "delivery.fixcorrection", "delivery.issuecorrection"),
    *("delivery.mutedtest", "people.organisation", "people.directorygroup"),
    *("accounts.teamgrant", "accounts.breakglassuse", "audit.subjectkey"),
    *("governance.subjectrequest", "governance.securityincident"),
)
"""What erasures take away or blank, of whatever kind."""
_OUTDATED: Final = (
    *("accounts.apitoken", "accounts.scimtoken", "delivery.ingesttoken", *_REVIEW, *_CHECKLIST),
    *(
        "accounts.breakglassuse",
        "people.merge",
        "delivery.issuecorrection",
    ),
)
"""What retention takes away."""
_GROUPS: Final = ("people.directorygroup", "people.directorygroup_members", *_TEAMS)

SIGN_INS: Final = "sign-ins"
ACCESS: Final = "access"
PEOPLE: Final = "people and teams"
CONNECTIONS: Final = "connections"
FIGURES: Final = "figures"
EXPORTS: Final = "exports"
READS: Final = "reads of personal data"
COLLECTING: Final = "collecting"
GOVERNANCE: Final = "governance"
OPERATOR: Final = "operator and database"

ROW_CHANGED: Final = "row_changed"
MASKED: Final = "not kept"
BY_NOBODY: Final = frozenset(
    {"sign_in_failed", "single_sign_on_refused", "scim_token_refused", "second_factor_refused"}
)
"""What somebody did who has not shown who they are."""

ACTS: Final[Mapping[str, Act]] = {
    "signed_in": Act(
        SIGN_INS, "Signed in; with the identity provider, where it was one.", _PROVIDED
    ),
    "signed_out": Act(SIGN_INS, "Signed out."),
    "sign_in_failed": Act(
        SIGN_INS, "A sign-in was refused; names the account, and never what was typed."
    ),
    "second_factor_refused": Act(SIGN_INS, "A wrong code or key was shown."),
    "session_ended": Act(SIGN_INS, "A session was idle too long or too old."),
    "sessions_ended": Act(SIGN_INS, "Sessions of an account were ended, by itself or for it."),
    "single_sign_on_refused": Act(SIGN_INS, "An identity provider's answer was not taken."),
    "copied_key_refused": Act(SIGN_INS, "A security key that seems copied was refused."),
    "recovery_code_used": Act(SIGN_INS, "Signed in with a recovery code."),
    "break_glass_used": Act(
        SIGN_INS, "The account for emergencies signed in.", ("accounts.breakglassuse",)
    ),
    "second_factor_added": Act(ACCESS, "A second factor was set up.", _FACTOR),
    "second_factor_removed": Act(ACCESS, "A second factor was taken away by its owner.", _FACTOR),
    "second_factor_reset": Act(
        ACCESS, "Somebody else took all second factors of an account away.", _FACTOR
    ),
    "recovery_codes_made": Act(ACCESS, "New recovery codes replaced the former ones.", _FACTOR),
    "password_changed": Act(ACCESS, "A password was set or changed."),
    "sign_in_connected": Act(ACCESS, "An account was connected with a provider.", _PROVIDED),
    "sign_in_disconnected": Act(ACCESS, "That connection was taken away.", _PROVIDED),
    "enrolment_link_made": Act(ACCESS, "A link was made that sets an account's password once."),
    "account_made_by_sign_in": Act(ACCESS, "A provider's sign-in made an account.", _PROVIDED),
    "account_opened": Act(ACCESS, "The directory opened an account again."),
    "account_closed": Act(ACCESS, "An account was closed, with its sessions and tokens.", _TOKEN),
    "account_linked_to_directory": Act(ACCESS, "An account is a directory's user from now on."),
    "account_address_changed": Act(ACCESS, "The directory changed an account's address."),
    "role_taken": Act(ACCESS, "The role that a group gave is gone, with the teams opened."),
    "service_account_added": Act(ACCESS, "An account for a program was made."),
    "break_glass_made": Act(ACCESS, "An account for emergencies was made."),
    "break_glass_acknowledged": Act(
        ACCESS, "An owner has seen that it was used.", ("accounts.breakglassuse",)
    ),
    "api_token_made": Act(ACCESS, "An API token was made.", _TOKEN),
    "api_token_revoked": Act(ACCESS, "An API token was revoked.", _TOKEN),
    "api_token_used_from_new_address": Act(ACCESS, "An API token came from a new address."),
    "scim_token_created": Act(ACCESS, "A token for the directory was made."),
    "scim_token_revoked": Act(ACCESS, "A token for the directory was revoked."),
    "scim_token_refused": Act(ACCESS, "A token for the directory was not good."),
    "identity_provider_tested": Act(ACCESS, "An identity provider was tried."),
    "identity_provider_secret_set": Act(ACCESS, "Its secret was set."),
    "identity_provider_removed": Act(
        ACCESS, "An identity provider was removed, with what connects accounts.", _PROVIDED
    ),
    "sso_only_switched_on": Act(ACCESS, "Passwords sign in no more, but for emergencies."),
    "sso_only_switched_off": Act(ACCESS, "Passwords sign in again."),
    "administration_opened": Act(ACCESS, "An operator opened the administration to all networks."),
    "administration_refused": Act(ACCESS, "Somebody came from a network that may not administer."),
    "access_denied": Act(ACCESS, "Somebody asked for administration without the right to."),
    "access_review_started": Act(ACCESS, "A review of who has access began.", _REVIEW),
    "access_review_closed": Act(ACCESS, "It was closed.", _REVIEW),
    "access_accepted": Act(ACCESS, "A reviewer left an account its access.", _REVIEW),
    "access_revoked": Act(ACCESS, "A reviewer took it away.", _REVIEW),
    "joiner_checklist_started": Act(ACCESS, "The list for a joiner was begun.", _CHECKLIST),
    "joiner_checklist_completed": Act(ACCESS, "It was completed.", _CHECKLIST),
    "leaver_checklist_started": Act(ACCESS, "The list for a leaver was begun.", _CHECKLIST),
    "leaver_checklist_completed": Act(ACCESS, "It was completed.", _CHECKLIST),
    "checklist_item_done": Act(ACCESS, "One point of it was done.", _CHECKLIST),
    "checklist_item_reopened": Act(ACCESS, "One point of it is open again.", _CHECKLIST),
    "people_merged": Act(PEOPLE, "Two were made one person by hand.", _WHO),
    "merge_undone": Act(PEOPLE, "That was taken back.", _WHO),
    "identity_given": Act(PEOPLE, "Somebody said whose an identity is.", _WHO),
    "offer_refused": Act(PEOPLE, "Somebody said that two are not one person.", _WHO),
    "bot_marked": Act(PEOPLE, "Somebody said whether an account is a bot.", ("people.identity",)),
    "minimum_group_size_set": Act(PEOPLE, "How small a group figures are shown of was changed."),
    "pseudonyms_turned_on": Act(PEOPLE, "People are shown under pseudonyms."),
    "pseudonyms_turned_off": Act(PEOPLE, "People are shown by name."),
    "pseudonyms_renewed": Act(PEOPLE, "Everybody got a new pseudonym."),
    "team_put": Act(PEOPLE, "A team was made, renamed or moved.", _TEAMS),
    "team_moved": Act(PEOPLE, "A team stands below another one.", _TEAMS),
    "team_ended": Act(PEOPLE, "A team was ended.", _TEAMS),
    "team_taken_over": Act(PEOPLE, "A team is kept by hand from now on.", _TEAMS),
    "members_added": Act(PEOPLE, "People came into a team.", _TEAMS),
    "members_removed": Act(PEOPLE, "People left a team.", _TEAMS),
    "members_set": Act(PEOPLE, "A team's members were set.", _TEAMS),
    "teams_imported": Act(PEOPLE, "Teams and members were taken from a file.", _TEAMS),
    "directory_user_created": Act(PEOPLE, "The directory told of a user.", _USERS),
    "directory_user_changed": Act(PEOPLE, "The directory changed a user.", _USERS),
    "directory_user_removed": Act(PEOPLE, "The directory removed a user.", _USERS),
    "directory_group_created": Act(PEOPLE, "The directory told of a group.", _GROUPS),
    "directory_group_changed": Act(PEOPLE, "The directory changed a group.", _GROUPS),
    "directory_group_removed": Act(PEOPLE, "The directory removed a group.", _GROUPS),
    "directory_members_changed": Act(PEOPLE, "The directory changed who is in a group.", _GROUPS),
    "token_set": Act(CONNECTIONS, "A connection's token was set.", _KEYS),
    "app_set": Act(CONNECTIONS, "A connection signs in as a GitHub App.", _KEYS),
    "app_created": Act(CONNECTIONS, "A GitHub App was created for a connection.", _KEYS),
    "app_key_added": Act(CONNECTIONS, "The App got a further key.", _KEYS),
    "app_key_retired": Act(CONNECTIONS, "A key of the App was forgotten.", _KEYS),
    "app_return_refused": Act(CONNECTIONS, "What came back from GitHub was not taken."),
    "credentials_forgotten": Act(CONNECTIONS, "A connection signs in as nobody.", _KEYS),
    "webhook_secret_set": Act(CONNECTIONS, "The secret of its webhooks was set.", _HOOK),
    "former_webhook_secret_ended": Act(CONNECTIONS, "The former secret is not taken.", _HOOK),
    "connection_paused": Act(CONNECTIONS, "Nothing is collected from a connection."),
    "connection_resumed": Act(CONNECTIONS, "It is collected from again."),
    "sync_asked_for": Act(CONNECTIONS, "Somebody asked to collect now."),
    "retry_asked_for": Act(CONNECTIONS, "Somebody asked to try parked work again."),
    "ingest_token_created": Act(
        CONNECTIONS, "A token for reports was made.", ("delivery.ingesttoken",)
    ),
    "ingest_token_revoked": Act(CONNECTIONS, "It was revoked.", ("delivery.ingesttoken",)),
    "fix_corrected": Act(
        FIGURES, "Somebody said what fixed a deployment.", ("delivery.fixcorrection",)
    ),
    "fix_correction_withdrawn": Act(FIGURES, "That was taken back.", ("delivery.fixcorrection",)),
    "issue_link_corrected": Act(
        FIGURES, "Somebody said which issue a change is of.", ("delivery.issuecorrection",)
    ),
    "issue_link_correction_withdrawn": Act(
        FIGURES, "That was taken back.", ("delivery.issuecorrection",)
    ),
    "test_muted": Act(FIGURES, "A flaky test was muted.", ("delivery.mutedtest",)),
    "test_unmuted": Act(FIGURES, "It was unmuted.", ("delivery.mutedtest",)),
    "pull_requests_exported": Act(EXPORTS, "Pull requests as CSV."),
    "deployments_exported": Act(EXPORTS, "Deployments as CSV."),
    "issues_exported": Act(EXPORTS, "Issues as CSV."),
    "sprints_exported": Act(EXPORTS, "Sprints as CSV."),
    "investment_exported": Act(EXPORTS, "Investment as CSV."),
    "workflows_exported": Act(EXPORTS, "Workflows as CSV."),
    "jobs_exported": Act(EXPORTS, "Jobs as CSV."),
    "branches_exported": Act(EXPORTS, "Branches as CSV."),
    "teams_exported": Act(EXPORTS, "Teams, or test runs by team, as CSV."),
    "flaky_tests_exported": Act(EXPORTS, "Flaky tests as CSV."),
    "failing_tests_exported": Act(EXPORTS, "Failing tests as CSV."),
    "slowest_tests_exported": Act(EXPORTS, "Slow tests as CSV."),
    "access_exported": Act(EXPORTS, "Who has access, as CSV."),
    "audit_exported": Act(EXPORTS, "The audit log as JSON lines."),
    "people_read": Act(READS, "Looked at people and who they are outside; once an hour."),
    "pull_request_read": Act(READS, "Looked at single pull requests and who did what; likewise."),
    "accounts_read": Act(READS, "Looked at accounts or people in the administration; likewise."),
    "audit_read": Act(READS, "Looked at the audit log; likewise."),
    "collected": Act(COLLECTING, "One attempt to collect ended; with counts."),
    "teams_collected": Act(
        COLLECTING, "Teams were read from a source.", (*_TEAMS, "people.person", "people.identity")
    ),
    "people_matched": Act(COLLECTING, "What is certainly one person was joined.", _WHO),
    "erasure_asked_for": Act(GOVERNANCE, "Somebody asked for something to be erased.", _ERASURE),
    "erasure_approved": Act(GOVERNANCE, "A second person approved it.", _ERASURE),
    "erasure_refused": Act(GOVERNANCE, "Somebody refused it.", _ERASURE),
    "erasure_withdrawn": Act(GOVERNANCE, "Whoever asked took it back.", _ERASURE),
    "erasure_retried": Act(GOVERNANCE, "One that had stopped was told to go on.", _ERASURE),
    "erasure_started": Act(
        GOVERNANCE, "Tombstones are laid, and rows begin to go.", (*_ERASURE, *_GRAVES)
    ),
    "erasure_went_on": Act(GOVERNANCE, "Some governed rows went; with their count.", _ERASED),
    "erasure_finished": Act(GOVERNANCE, "All of it is gone; with the count of rows.", _ERASURE),
    "erasure_applied_again": Act(
        GOVERNANCE, "An older backup had brought it back: it is gone again.", _ERASURE
    ),
    "erasure_lifted": Act(GOVERNANCE, "What was erased may be collected again.", _GRAVES),
    "tombstones_lifted": Act(GOVERNANCE, "A person who was erased may be stored again.", _GRAVES),
    "erased_person_refused": Act(
        GOVERNANCE, "The directory told of a person who was erased; nothing of it was stored."
    ),
    "subject_request_made": Act(GOVERNANCE, "A person asked for something of their own data."),
    "subject_request_entered": Act(GOVERNANCE, "What a person asked for by letter was entered."),
    "subject_request_withdrawn": Act(GOVERNANCE, "They took it back."),
    "subject_request_extended": Act(GOVERNANCE, "The answer takes two months longer."),
    "subject_request_refused": Act(GOVERNANCE, "It was refused, with a reason."),
    "subject_request_fulfilled": Act(GOVERNANCE, "It was fulfilled."),
    "subject_request_erasure_begun": Act(GOVERNANCE, "The erasure that they wish was asked for."),
    "subject_access_handed_over": Act(GOVERNANCE, "The copy of their data may be taken."),
    "subject_access_downloaded": Act(EXPORTS, "The copy of a person's data was taken."),
    "security_incident_opened": Act(GOVERNANCE, "A security incident was entered in the register."),
    "security_incident_described": Act(
        GOVERNANCE, "What is known of it was changed; with which facts."
    ),
    "security_incident_scoped": Act(
        GOVERNANCE, "What was exposed by it was said, and people and records were counted."
    ),
    "security_incident_counted": Act(GOVERNANCE, "These were counted again."),
    "security_incident_authority_told": Act(
        GOVERNANCE, "When the notice to the authority left was entered."
    ),
    "security_incident_not_notified": Act(
        GOVERNANCE, "It was decided that the authority need not be told of it."
    ),
    "security_incident_people_decided": Act(
        GOVERNANCE, "It was decided whether people are told of it."
    ),
    "security_incident_people_told": Act(GOVERNANCE, "When people were told of it was entered."),
    "security_incident_reminded": Act(
        GOVERNANCE, "A mail reminded somebody of its deadline, after so many hours."
    ),
    "security_incident_not_reminded": Act(
        GOVERNANCE, "Such a mail was not taken; it is tried again. After so many hours."
    ),
    "security_incident_closed": Act(GOVERNANCE, "It was closed: nothing of it changes any more."),
    "security_incident_reported": Act(
        GOVERNANCE, "Its closing report was written down to be signed.", _INCIDENT
    ),
    "security_incident_exported": Act(
        EXPORTS, "A notice about it, or its closing report, was taken along."
    ),
    "document_exported": Act(EXPORTS, "A document on data protection was taken along."),
    "outbound_exported": Act(EXPORTS, "The ledger of what left, as CSV or JSON."),
    "retention_began": Act(GOVERNANCE, "A night's removing began: its date is borne out."),
    "retention_held": Act(
        GOVERNANCE,
        "Nothing was removed that night: nothing bears out the date that the clock tells.",
    ),
    "retention_date_confirmed": Act(
        GOVERNANCE, "Somebody said that the date is right: removing goes on.", _DATE
    ),
    "retention_changed": Act(GOVERNANCE, "How long a kind of data is kept was changed."),
    "retention_change_taken_back": Act(GOVERNANCE, "That was taken back before it had effect."),
    "retention_went_on": Act(
        GOVERNANCE, "Governed rows that were kept long enough went; with their count.", _OUTDATED
    ),
    "audit_pruned": Act(GOVERNANCE, "Events that had become too old went; an anchor stays."),
    "audit_heads_not_told": Act(GOVERNANCE, "Signed heads could not be told outside; with why."),
    "audit_heads_told_again": Act(GOVERNANCE, "They can be told again."),
    "audit_restart_accepted": Act(
        GOVERNANCE, "An operator took the log as it stood, such as after a restore."
    ),
    "key_rotated": Act(
        GOVERNANCE,
        "Stored secrets were brought under a new key; with their count.",
        (
            *("connections.credential", "connections.webhooksecret", "mfa.authenticator"),
            *("accounts.identityprovider", "audit.subjectkey", "people.organisation"),
        ),
    ),
    "backup_made": Act(OPERATOR, "A backup was made and signed; with its digest."),
    "backup_failed": Act(OPERATOR, "No backup was made; with why. Those from before stay."),
    "drill_done": Act(OPERATOR, "A backup was restored aside, and is what was backed up."),
    "drill_failed": Act(OPERATOR, "A backup could not be restored aside, or differs; with why."),
    "restored": Act(OPERATOR, "The database was restored from a backup."),
    "certificate_ends_soon": Act(
        OPERATOR, "A certificate of the installation ends within 30 days."
    ),
    "host_looked": Act(
        OPERATOR, "The host looked at the appliance from outside; with what is amiss."
    ),
    "assessment_asked": Act(GOVERNANCE, "Somebody, or the calendar, asked for a self-assessment."),
    "assessment_made": Act(GOVERNANCE, "A self-assessment was made and signed; with its counts."),
    "maintenance_began": Act(
        OPERATOR, "An operator announced maintenance, or changed it: message, time, who is let in."
    ),
    "maintenance_ended": Act(OPERATOR, "An operator ended it."),
    "encryption_attested": Act(
        GOVERNANCE, "Somebody answers for encryption at rest below the machine; with who and why."
    ),
    "evaluation_excepted": Act(
        GOVERNANCE, "Nothing need be encrypted at rest for 30 days; with who says so, and why."
    ),
    "operator_command": Act(OPERATOR, "An operator ran a command that changes something."),
    ROW_CHANGED: Act(
        OPERATOR,
        "A governed row was changed without the application's own record: in bulk, along with another row, or by SQL.",
    ),
}

REFERS: Final[Mapping[str, str]] = {
    "erasure": "governance.erasure",
    "former": "people.person",
    "people": "people.person",
}
"""What keys in an event's detail are of, where they are under no name of a column of what it is about."""


def groups() -> Iterator[tuple[str, list[str]]]:
    """The acts of each group, in the order of the table above."""
    for group in dict.fromkeys(act.group for act in ACTS.values()):
        yield group, [name for name, act in ACTS.items() if act.group == group]


def masked(_: str) -> str:
    """For django-auditlog: instead of a personal value in a row that is about no person."""
    return MASKED
