"""Checks that no setting weakens: what they look at is changed under them, and each turns weak."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail

from backend.audit.names import ACTS
from backend.governance.asvs.checks import (
    Weak,
    access,
    data_protection,
    event_log,
    sign_in,
    validation,
)
from backend.governance.asvs.checks.known import checks

pytestmark = pytest.mark.django_db
Patch = pytest.MonkeyPatch


def always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def _without_an_act(patch: Patch) -> None:
    patch.delitem(ACTS, "sign_in_failed")


def _mail_takes_all(patch: Patch) -> None:
    patch.setattr(validation, "EmailMessage", lambda **_: mail.EmailMessage())


def _clock_of_yesterday(patch: Patch) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    patch.setattr(event_log, "datetime", SimpleNamespace(now=always(yesterday)))


CASES: Final[dict[str, tuple[str, Callable[[Patch], None]]]] = {
    "no-operation": ("access.every_operation_has_a_rule", lambda to: to.setattr(access, "operations", always([]))),
    "no-schema": ("validation.schemas_are_own", lambda to: to.setattr(validation, "operations", always([]))),
    "cut-off": ("sign_in.nothing_is_cut_off", lambda to: to.setattr(sign_in, "check_password", always(True))),
    "one-seed": ("sign_in.seeds_are_random", lambda to: to.setattr(sign_in, "generate_totp_secret", always("A" * 32))),
    "one-recovery-seed": (
        "sign_in.recovery_codes_are_random",
        lambda to: to.setattr(RecoveryCodes, "generate_seed", always("a" * 80)),
    ),
    "a-hint": ("sign_in.no_secret_questions", lambda to: to.setattr(sign_in, "_ASKED", ("email",))),
    "an-act-less": ("event_log.security_acts_are_told_by_name", _without_an_act),
    "two-lines": ("event_log.a_line_stays_a_line", lambda to: to.setattr(event_log, "_written", always("a\nb\n"))),
    "no-json": ("event_log.logs_are_json_in_utc", lambda to: to.setattr(event_log, "_written", always("looked"))),
    "yesterday": ("event_log.clocks_agree", _clock_of_yesterday),
    "ldap": ("validation.no_ldap", lambda to: to.setattr(validation, "find_spec", always(object()))),
    "mail": ("validation.mail_headers_hold_one_line", _mail_takes_all),
    "entities": ("validation.xml_is_defused", lambda to: to.setattr(validation, "read_report", always(None))),
    "no-period": ("data_protection.every_table_has_an_end", lambda to: to.setattr(data_protection, "POLICIES", ())),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_was_changed_is_weak(case: str, monkeypatch: Patch) -> None:
    name, weaken = CASES[case]
    assert checks()[name]()
    weaken(monkeypatch)
    with pytest.raises(Weak) as weak:
        checks()[name]()
    assert weak.value.todo
