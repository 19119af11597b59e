"""What is kept, why, for how long, and who may touch it: the one declaration, for the whole database.

Pure: it names tables and columns and imports none of them. `backend.config.declared` compares it with the models and
the database; a column, grant or field of a payload that is not in it fails the build. Grants are made from it, what may
enter is checked against it (`backend.inventory.entering`), and reviewers read it as a page and in docs/inventory.md.
"""

from typing import Final

from backend.inventory.accounts import ACCOUNTS
from backend.inventory.appliance import APPLIANCE
from backend.inventory.automation import AUTOMATION, DEPLOYMENTS
from backend.inventory.code import CODE
from backend.inventory.collection import COLLECTION
from backend.inventory.connections import CONNECTIONS
from backend.inventory.framework import FRAMEWORK, SIGN_IN
from backend.inventory.governance import AUDIT, GOVERNANCE
from backend.inventory.issues import INVESTMENT, ISSUES
from backend.inventory.metrics import METRICS
from backend.inventory.people import PEOPLE
from backend.inventory.terms import (
    Area,
    Table,
)
from backend.inventory.test_results import TESTS

AREAS: Final[tuple[Area, ...]] = (
    *(CODE, AUTOMATION, DEPLOYMENTS, TESTS, ISSUES, INVESTMENT, METRICS),
    *(PEOPLE, ACCOUNTS, SIGN_IN, CONNECTIONS, COLLECTION, AUDIT, GOVERNANCE, APPLIANCE, FRAMEWORK),
)
TABLES: Final[dict[str, Table]] = {table.label: table for area in AREAS for table in area.tables}
"""By label, as `app.model` in lower case."""
