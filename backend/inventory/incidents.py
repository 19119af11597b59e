"""The register of security incidents, and the mails that remind of its deadlines."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import APPEND_AND_UPDATE, READ, Table

INCIDENTS: Final = (
    Table(
        label="governance.securityincident",
        purpose="A security incident: what is known of it, who was told of it, and what it affected.",
        keep=retention.INCIDENTS,
        grants={
            "web": APPEND_AND_UPDATE,
            "worker": (
                "SELECT (id, detected_at, personal_data, notified_at, not_notified_at, closed_at)",
                "SELECT (closing, report_id)",
                "UPDATE (report_id)",
            ),
        },
        about="opened_by closed_by",
        identifier="id exposed_connections report_id",
        personal=(
            "title what_happened causes consequences measures contact delay_reason "
            "not_notified_reason people_reason root_cause lessons opened_by_id closed_by_id "
            "exposed_accounts figures closing"
        ),
        operational=(
            "detected_at confidentiality integrity availability personal_data opened_at notified_at "
            "not_notified_at people_decided_at tell_people people_told_at exposed_from exposed_until "
            "exposed_tables counted_at closed_at"
        ),
        notes={
            "title": "In words, like every text here; a name in it goes with whom it names.",
            "exposed_connections": "Keys.",
            "exposed_accounts": "Keys.",
            "exposed_tables": "Labels.",
            "figures": "Counts of people and rows, and by keys of accounts how often they acted.",
            "closing": "What the closing report says: times, counts and keys, and a digest of the texts.",
        },
    ),
    Table(
        label="governance.incidentreminder",
        purpose="That somebody is reminded of an incident's deadline by mail, and no more than once.",
        keep=retention.INCIDENTS,
        grants={"web": READ, "worker": APPEND_AND_UPDATE},
        about="to",
        identifier="id incident_id",
        personal="to_id",
        operational="hours attempts not_before claimed_at sent_at passed_at error",
        notes={"error": "Why the server did not take it; without addresses."},
    ),
)
