"""Who did something: by the id that lasts, `key` on Data Center and `accountId` in the Cloud."""

from typing import Final

from backend.delivery.records import ActorRecord
from backend.sources.jira.payloads import Account

_APP: Final = "app"


def actor(account: Account | None) -> ActorRecord | None:
    """None for nobody, and for an account that has no id: anonymous, or deleted long ago."""
    if account is None:
        return None
    known_by = account.account_id or account.key or account.name
    if not known_by:
        return None
    login = account.display_name if account.account_id else account.name
    kind = "bot" if account.account_type == _APP else "user"
    return ActorRecord(
        kind,
        (login or known_by)[:320],
        None,
        known_by[:200],
        name=account.display_name,
        email=account.email_address,
    )
