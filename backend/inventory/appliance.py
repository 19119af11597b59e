"""What the host says that it has done for the appliance."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import READ, Area, Table

APPLIANCE: Final = Area(
    key="appliance",
    name="Appliance",
    says="What the operator does on the machine. Written by the host, as the tables' owner.",
    tables=(
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
