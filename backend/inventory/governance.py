"""What proves what happened: the audit log, erasures, tombstones."""

from typing import Final

from backend.inventory import retention
from backend.inventory.incidents import INCIDENTS
from backend.inventory.terms import (
    APPEND,
    APPEND_AND_UPDATE,
    READ,
    WRITE,
    Area,
    Table,
)

AUDIT: Final = Area(
    key="audit",
    name="Audit log",
    says="What happened, by whom and from where, and what is signed with it.",
    people="Whoever has an account of this product, and people whose data an administrator changes.",
    tables=(
        Table(
            label="audit.event",
            purpose="An important act or change.",
            keep=retention.AUDIT,
            grants={
                "web": APPEND,
                "worker": ("SELECT (id, transaction)", "INSERT"),
                "sealer": APPEND,
            },
            about="actor",
            identifier="id object_pk object_id cid content_type_id transaction",
            personal=(
                "object_repr serialized_data changes_text changes remote_addr remote_port "
                "timestamp additional_data actor_email actor_id operator subject sealed_subject holder "
                "sealed_actor address_digest"
            ),
            operational="action name covers recorded_at recorded_by",
            notes={
                "actor_email": "Empty: it is sealed.",
                "covers": "Names of tables of whose rows it tells all at once.",
                "sealed_subject": "What it says of a person, under their own key.",
                "sealed_actor": "E-mail and network address of who acted, under their own key.",
                "address_digest": "Keyed; what an address is found by.",
                "recorded_at": "Set by the database, whatever the application says.",
                "recorded_by": "The database role that wrote it; likewise.",
                "serialized_data": "Empty: the library brings it.",
                "changes_text": "Empty: the library brings it.",
                "changes": "Fields of governed tables, before and after; secrets are left out.",
                "additional_data": "What the event says besides, by ids.",
                "object_repr": "What the thing is called.",
                "remote_addr": "Empty: it is sealed.",
            },
        ),
        Table(
            label="audit.subjectkey",
            purpose="The key under which the log holds what is personal of one person, until they are erased.",
            keep=retention.ERASURES,
            grants={
                "web": (*APPEND, "UPDATE (secret)"),
                "worker": (
                    "SELECT (subject, forgotten_at)",
                    "INSERT",
                    "UPDATE (secret, forgotten_at)",
                ),
            },
            personal="subject",
            secret="secret",
            operational="forgotten_at",
            notes={
                "subject": "As user/12 or person/7; an erasure finds it by that.",
                "secret": "Enveloped under web's key; empty once it is destroyed.",
            },
        ),
        Table(
            label="audit.unsealed",
            purpose="An event that is not in the chain yet.",
            keep=retention.QUEUE,
            grants={"sealer": ("SELECT", "DELETE")},
            identifier="event_id",
        ),
        Table(
            label="audit.link",
            purpose="An event's place in the chain.",
            keep=retention.AUDIT,
            grants={"web": READ, "sealer": APPEND},
            identifier="position event_id",
            operational="digest",
        ),
        Table(
            label="audit.head",
            purpose="A signed word about how far the chain had come.",
            keep=retention.AUDIT,
            grants={"web": READ, "sealer": APPEND},
            identifier="id key_id",
            operational="kind position digest signed_at signature",
        ),
        Table(
            label="audit.signeddocument",
            purpose="What the appliance vouches for, such as the certificate of an erasure.",
            keep=retention.AUDIT,
            grants={
                "web": READ,
                "worker": APPEND,
                "sealer": (
                    "SELECT",
                    "UPDATE (signature, key_id, signed_at, head_position, head_digest)",
                ),
            },
            identifier="id key_id",
            operational="kind content created_at signature signed_at head_position head_digest",
            notes={
                "content": "Canonical JSON: counts and ids, no names.",
                "signature": "Ed25519.",
            },
        ),
    ),
)
GOVERNANCE: Final = Area(
    key="governance",
    name="Governance",
    says="Erasures, and what keeps erased things from coming back; the register of security incidents.",
    people="Whoever is erased, who asked for and approved it, and whom an incident is about.",
    tables=(
        Table(
            label="governance.erasure",
            purpose="What is to go for good, who approved it, and how far it came.",
            keep=retention.ERASURES,
            grants={
                "web": APPEND_AND_UPDATE,
                "worker": (
                    "SELECT",
                    "UPDATE (subject_name, reason, preview, done, started_at, finished_at)",
                    "UPDATE (attempts, lease_until, last_error, certificate_id)",
                ),
            },
            about="asked_by approved_by refused_by subject_id",
            identifier="id certificate_id",
            personal="subject_id accounts subject_name reason asked_by_id approved_by_id refused_by_id",
            operational=(
                "kind mode preview asked_at approved_at refused_at started_at finished_at done "
                "attempts lease_until last_error"
            ),
            notes={
                "subject_id": "Of the thing that is erased: a person's key where `kind` says so.",
                "accounts": "Keys of accounts.",
                "subject_name": "What it is called, until it is erased.",
                "reason": "In words; empty once the person whom it is about is erased.",
                "preview": "Counts of rows by table.",
                "done": "Counts of rows by table.",
            },
        ),
        Table(
            label="governance.subjectrequest",
            purpose="What a person asked for about their own data, by when it is due, and what became of it.",
            keep=retention.ACCESS_EVIDENCE,
            grants={
                "web": APPEND_AND_UPDATE,
                "worker": (
                    "SELECT (id, account_id, person_id)",
                    "UPDATE (account_id, person_id, who, text, identity_checked)",
                    "UPDATE (extension_reason, outcome_text)",
                ),
            },
            about="account person entered_by handled_by",
            identifier="id erasure_id",
            personal=(
                "account_id person_id who text identity_checked entered_by_id handled_by_id "
                "extension_reason outcome_text"
            ),
            operational=(
                "kind mode asked_on entered_at due_on extended_at outcome closed_at available_until "
                "downloaded_at"
            ),
            notes={
                "who": "Who asked by letter; empty once they are erased, like every text here.",
            },
        ),
        *INCIDENTS,
        Table(
            label="governance.retentionperiod",
            purpose="How long a kind of data is kept, as somebody decided.",
            keep=retention.SETTINGS,
            grants={"web": APPEND_AND_UPDATE, "worker": READ},
            about="set_by",
            identifier="policy",
            personal="set_by_id",
            operational="days next_days takes_effect_at set_at",
        ),
        Table(
            label="governance.confirmeddate",
            purpose="That the appliance's clock is right, as somebody said when nothing else bore it out.",
            keep=retention.SETTINGS,
            grants={"web": APPEND_AND_UPDATE, "worker": READ},
            about="by",
            identifier="id",
            personal="by_id",
            operational="at",
        ),
        Table(
            label="governance.retentionrun",
            purpose="One night's removing of what is kept no longer, and how far it came.",
            keep=retention.RUNS_OF_RETENTION,
            grants={"web": READ, "worker": WRITE},
            identifier="id policy",
            operational="before started_at finished_at step place deleted not_before error",
            notes={"deleted": "Counts of rows by table."},
        ),
        Table(
            label="governance.hostlook",
            purpose="What the host found of the appliance from outside, and what the release was signed with.",
            keep=retention.LOOKS,
            grants={"web": READ, "worker": READ},
            identifier="id",
            operational="looked_at findings release evidence evidence_reason",
            notes={
                "findings": "Of each check: found, whether good, what to do.",
                "release": "Version, commit and checksums.",
                "evidence": "Names of tests, and how often each passed.",
            },
        ),
        Table(
            label="governance.assessment",
            purpose="A self-assessment against OWASP ASVS 4.0.3: why, when, and how it came out.",
            keep=retention.ASSESSMENTS,
            grants={
                "web": APPEND,
                "worker": (
                    *APPEND,
                    "UPDATE (finished_at, counts, document_id, attempts, lease_until, last_error)",
                ),
            },
            about="asked_by",
            identifier="id document_id",
            personal="asked_by_id",
            operational="cause asked_at finished_at counts attempts lease_until last_error",
            notes={"counts": "Requirements by verdict."},
        ),
        Table(
            label="governance.assessmentfile",
            purpose="Its report as it was made.",
            keep=retention.ASSESSMENTS,
            grants={"web": READ, "worker": APPEND},
            identifier="id assessment_id",
            operational="kind content",
        ),
        Table(
            label="governance.particulars",
            purpose="What documents on data protection are filled from, and the product cannot know.",
            keep=retention.SETTINGS,
            grants={"web": APPEND_AND_UPDATE},
            identifier="id",
            personal="protection_officer controller_contact",
            operational=(
                "controller controller_address authority legal_basis works_council hosting processor "
                "processor_address subprocessors recipients transfers backups"
            ),
            notes={
                "protection_officer": "May name a person, whom no account needs to belong to.",
                "controller_contact": "Likewise; a mailbox, as a rule.",
            },
        ),
        Table(
            label="tombstones.tombstone",
            purpose="What was erased, by a keyed digest.",
            keep=retention.ERASURES,
            grants={
                "web": ("SELECT", "UPDATE (lifted_at)"),
                "worker": (*APPEND, "UPDATE (erasure_id, erased_at, lifted_at)"),
            },
            identifier="id digest erasure_id",
            operational="kind erased_at lifted_at",
            notes={
                "digest": "HMAC-SHA256: without the key nobody can try names out.",
            },
        ),
    ),
)
