"""Everything about people and access that web may write is in the audit log: by its changes, or by acts with a name.

What tracking does not see, as it is written by SQL over many rows or by the worker, is one act as well: memberships are
members_added, members_removed, members_set, teams_imported or directory_members_changed.
"""

from collections.abc import Iterable
from typing import Final

import pytest
from django.apps import apps
from django.conf import settings

from backend.audit.triggers import governed
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
UNWATCHED: Final = {
    "audit.event": "the log itself",
    "connections.appchange": "what is still to be done of an app_created or webhook_secret_set",
    "delivery.automatedtest": "ingested",
    "delivery.resultupload": "ingested",
    "delivery.commitresults": "ingested",
    "delivery.dailyresults": "ingested",
    "delivery.notableresult": "ingested",
    "delivery.reporteddeployment": "ingested, by a token whose making is an event",
    "delivery.incident": "ingested likewise",
    "delivery.pendingdeployments": "what is to be measured",
    "delivery.pendinginvestment": "what is to be measured",
    "delivery.pendingissue": "what is to be measured",
    "delivery.pendingmeasurement": "what is to be measured",
    "sources.hint": "what is to be collected",
    "governance.assessment": "asked for and made by acts; what it holds is signed",
    "outbound.query": "a ledger itself",
    "outbound.traffic": "a ledger itself",
    "account.emailaddress": "allauth's copy of an account's address, which is watched",
    "account.emailconfirmation": "not used: addresses are an administrator's to change",
    "usersessions.usersession": "seen at each request; its beginning and end are events",
    "sessions.session": "likewise",
    "admin.logentry": "Django's own note beside the log",
}
"""Tables that web writes and no trigger watches, and why."""


def _written_by_web(areas: Iterable[str]) -> set[str]:
    return {
        label
        for label in managed_models()
        if label.partition(".")[0] in areas
        and {"INSERT", "UPDATE", "DELETE"}
        & {right.split()[0] for right in TABLES[label].grants.get("web", ())}
    }


@pytest.fixture
def tracked() -> set[str]:
    return {one["model"].lower() for one in settings.AUDITLOG_INCLUDE_TRACKING_MODELS}


def test_what_web_writes_is_tracked_or_told_by_name(tracked: set[str]) -> None:
    assert _written_by_web(AREAS) - tracked == NAMED.keys()


def test_every_table_that_web_writes_is_watched_or_has_a_reason() -> None:
    watched = {name.lower() for name in governed()}
    areas = [app.label for app in apps.get_app_configs()]
    assert _written_by_web(areas) - watched == UNWATCHED.keys()
