"""What the host says that it has done for the appliance."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import READ, Area, Table

APPLIANCE: Final = Area(
    key="appliance",
    name="Appliance",
    says="Backups, drills that show that they can be restored, maintenance. Written by the host, as the tables' owner.",
    tables=(
        Table(
            label="appliance.backup",
            purpose="A backup that was made and signed, and whether it still lies there.",
            keep=retention.BACKUPS,
            grants={"web": READ, "worker": READ},
            identifier="id name",
            operational="made_at release size sha256 tables rows place removed_at",
        ),
        Table(
            label="appliance.drill",
            purpose="A backup was restored aside and compared.",
            keep=retention.BACKUPS,
            grants={"web": READ, "worker": READ},
            identifier="id backup_id",
            operational="finished_at passed reason seconds tables rows",
        ),
        Table(
            label="appliance.maintenance",
            purpose="Whether Plumbline is closed for maintenance, from when, and who is let in. Empty while it is not.",
            keep=retention.SETTINGS,
            grants={"web": READ},
            identifier="id",
            operational="message closes_at allowed",
            notes={
                "message": "What the operator wants everybody to read.",
                "allowed": "Networks, as addresses and lengths of prefixes.",
            },
        ),
    ),
)
