"""Everything about people and access that web may write is in the audit log: by its changes, or by acts with a name.

What tracking does not see, as it is written by SQL over many rows or by the worker, is one act as well: memberships are
members_added, members_removed, members_set, teams_imported or directory_members_changed.
"""

from typing import Final

import pytest
from django.conf import settings

from backend.config.declared import managed_models
from backend.inventory import TABLES

AREAS: Final = ("people", "accounts", "account", "mfa", "socialaccount", "usersessions")
NAMED: Final = {
    # Their acts are told by name, with who did them, since a change of columns does not tell what was meant.
    "people.offer": "offer_refused, people_merged",
    "people.merge": "people_merged, merge_undone",
    "people.directoryuser": "directory_user_created, …_changed and …_removed, with the token's name",
    "people.directoryemail": "directory_user_changed",
    "people.directorygroup": "directory_group_created, …_changed and …_removed",
    "people.directorygroup_members": "directory_members_changed: thousands in one act",
    "accounts.accessreview": "access_review_started, access_review_closed",
    "accounts.reviewedaccount": "access_accepted, access_revoked",
    "accounts.checklist": "joiner_checklist_started, leaver_checklist_started and …_completed",
    "accounts.checklistitem": "checklist_item_done",
    "accounts.breakglassuse": "break_glass_used, break_glass_acknowledged",
    "accounts.apitoken": "api_token_made, api_token_revoked, account_closed",
    "mfa.authenticator": "second_factor_added, …_removed and …_reset, recovery_codes_made",
    "socialaccount.socialaccount": "sign_in_connected, sign_in_disconnected",
    "usersessions.usersession": "signed_in, signed_out, session_ended, sessions_ended",
    # Nothing that is governed.
    "account.emailaddress": "allauth's copy of an account's address, which is tracked",
    "account.emailconfirmation": "not used: addresses are an administrator's to change",
}


def _written_by_web() -> set[str]:
    return {
        label
        for label in managed_models()
        if label.partition(".")[0] in AREAS
        and {"INSERT", "UPDATE", "DELETE"}
        & {right.split()[0] for right in TABLES[label].grants.get("web", ())}
    }


@pytest.fixture
def tracked() -> set[str]:
    return {one["model"].lower() for one in settings.AUDITLOG_INCLUDE_TRACKING_MODELS}


def test_what_web_writes_is_tracked_or_told_by_name(tracked: set[str]) -> None:
    assert _written_by_web() - tracked == NAMED.keys()
