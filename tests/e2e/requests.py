"""Requests of people for the browser to find: overdue, due soon, extended, refused, and by letter."""

from datetime import timedelta

from backend.accounts.models import User
from backend.governance import requests
from backend.governance.models import SubjectRequest
from backend.people.models import Person


def known() -> None:
    """Of an account of their own, so that no other test meets them on a page of its account."""
    asker = User.objects.create(
        email="asker@plumbline.example", name="Kim Hale", role=User.Role.MEMBER
    )
    administrator = User.objects.get(email="administrator@plumbline.example")
    owner = User.objects.get(email="owner@plumbline.example")
    person = Person.objects.order_by("pk")[0]
    wishes = ((33, "rectification"), (27, "objection"), (30, "access"), (2, "erasure"))
    for days, kind in wishes:
        made = requests.ask(
            kind=kind,
            text="My family name is Hale-Roe since May."
            if kind != "erasure"
            else "I leave in June.",
            mode="remove" if kind == "erasure" else "",
            acting_user=asker,
        )
        _received(made, days)
    letter = requests.enter(
        kind="access",
        who="Jane Doe, 4 Example Lane",
        person=person,
        asked_on=requests.today() - timedelta(days=9),
        identity_checked="By the number of their badge.",
        acting_user=owner,
    )
    requests.enter(
        kind="access",
        who="Alex Mere, 9 Mill Lane",
        person=Person.objects.order_by("pk")[1],
        asked_on=requests.today() - timedelta(days=1),
        identity_checked="By a call to the number that is known of them.",
        acting_user=administrator,
    )
    requests.extend(
        request=letter, reason="The archive has to be searched.", acting_user=administrator
    )
    refused = requests.enter(
        kind="objection",
        who="Jane Doe, 4 Example Lane",
        person=person,
        asked_on=requests.today() - timedelta(days=20),
        identity_checked="By the number of their badge.",
        text="Not with me.",
        acting_user=administrator,
    )
    requests.refuse(
        request=refused, reason="The works agreement covers it.", acting_user=administrator
    )


def _received(made: SubjectRequest, days: int) -> None:
    """So many days ago."""
    made.asked_on = requests.today() - timedelta(days=days)
    made.due_on = requests.months_after(made.asked_on, requests.MONTHS)
    made.save()
