"""`manage.py maintenance` as the host calls it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backend.appliance import maintenance
from backend.audit.models import Event

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("maintenance", *arguments, stdout=out)
    return out.getvalue().strip()


def test_on_status_off() -> None:
    told = said(
        *("on", "--message=New disks.", "--at=2031-08-20T14:00:00+02:00"),
        *("--allow=10.1.2.3/16", "--allow=10.1.0.0/16", "--allow=2001:db8::1"),
    )
    awaited = (
        "Open; closes at 2031-08-20 12:00 UTC, for all but 10.1.0.0/16, 2001:db8::1/128: New disks."
    )
    assert told == said("status") == awaited
    assert said("on").startswith("Closed since ")
    stored = maintenance.stored()
    assert stored
    assert (stored.message, stored.allowed) == (maintenance.DEFAULT_MESSAGE, [])
    assert said("off") == said("off") == said("status") == "Open: there is no maintenance."
    assert set(Event.objects.values_list("name", flat=True)) == {
        *("operator_command", "maintenance_began", "maintenance_ended")
    }


@pytest.mark.parametrize(
    "wrong",
    ["--message= ", f"--message={'x' * 501}", "--allow=office", "--at=noon", "--at=2031-08-20"],
    ids=["no message", "a long message", "no network", "no time", "no zone"],
)
def test_what_is_wrong_changes_nothing(wrong: str) -> None:
    with pytest.raises(CommandError):
        said("on", wrong)
    assert maintenance.stored() is None
