"""How far collecting has come."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    APPEND_AND_UPDATE,
    READ,
    WRITE,
    Area,
    Table,
)

COLLECTION: Final = Area(
    key="collection",
    name="Collection",
    says="What is to be fetched, how far it came, and what it cost.",
    tables=(
        Table(
            label="sources.hint",
            purpose=(
                "An outside object that may have changed: its id, and nothing of a webhook's body."
            ),
            keep=retention.QUEUE,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            identifier="id connection_id container_external_id key number",
            operational=(
                "kind event action delivery received_at due_at attempts lease_until last_error "
                "parked_at"
            ),
            notes={
                "last_error": "Our own words on what failed, never an answer's text.",
            },
        ),
        Table(
            label="sources.cursor",
            purpose="How far a collection has come, and how complete it is.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id repository_id project_id head_sha",
            operational=(
                "kind complete_to page pass_top stored expected held counted_at unavailable gap "
                "mark"
            ),
        ),
        Table(
            label="sources.syncrun",
            purpose="One attempt to collect, with an outcome and a reason.",
            keep=retention.SYNC_RUNS,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id repository_id project_id",
            operational=(
                "kind started_at finished_at outcome reason action retry_at stored requests points"
            ),
        ),
        Table(
            label="sources.usage",
            purpose="How many requests went to a connection in one hour.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id",
            operational="hour interface requests not_modified points milliseconds",
        ),
        Table(
            label="sources.validator",
            purpose="An entity tag, so that what did not change is not sent again.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id connection_id",
            operational="path etag stored_at",
        ),
        Table(
            label="sources.serverschema",
            purpose="Which fields a server's GraphQL knows.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id",
            operational="host version question known asked_at",
            notes={
                "known": "Names of fields and types.",
            },
        ),
        Table(
            label="outbound.query",
            purpose="A thing that is asked of outside systems, with the fields that are asked for and kept.",
            keep=retention.OUTBOUND,
            grants={
                "web": APPEND_AND_UPDATE,
                "worker": WRITE,
                "sealer": APPEND_AND_UPDATE,
            },
            identifier="digest",
            operational="interface name asked kept first_asked_at",
            notes={
                "asked": "Names of fields.",
                "kept": "Names of fields.",
            },
        ),
        Table(
            label="outbound.traffic",
            purpose="What went to and came from one destination within an hour, by query and purpose.",
            keep=retention.OUTBOUND,
            grants={
                "web": APPEND_AND_UPDATE,
                "worker": WRITE,
                "sealer": APPEND_AND_UPDATE,
            },
            identifier="id query_id",
            operational=(
                "hour destination purpose requests refused failed bytes_sent bytes_received first_at "
                "last_at"
            ),
        ),
    ),
)
