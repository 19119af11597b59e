"""Checklists for joiners and leavers: ticked off on record, and completed when they are true."""

from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client

from backend.accounts import access, store
from backend.accounts.api_tokens import create_api_token
from backend.accounts.checklists import (
    ITEMS,
    ChecklistRefused,
    complete_checklist,
    start_checklist,
    tick,
)
from backend.accounts.models import Checklist, User
from backend.audit.models import Event
from tests.factories import a_team
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
PAGE = "/admin/accounts/checklist/"


def ticked(checklist: Checklist, by: User) -> None:
    for item in checklist.items.all():
        tick(item=item, is_done=True, acting_user=by)


def test_a_joiner_is_complete_once_all_is_ticked() -> None:
    owner, user = an_account("owner"), an_account("member")
    made = start_checklist(user=user, kind="joiner", acting_user=owner)
    assert [item.text for item in made.items.order_by("pk")] == list(ITEMS["joiner"])
    with pytest.raises(ChecklistRefused, match="6 items open"):
        complete_checklist(checklist=made, acting_user=owner)
    ticked(made, owner)
    item = made.items.order_by("pk").last()
    assert item is not None
    assert (item.done_by, item.done_at is not None) == (owner, True)
    tick(item=item, is_done=False, acting_user=owner)
    with pytest.raises(ChecklistRefused, match="1 items open"):
        complete_checklist(checklist=made, acting_user=owner)
    tick(item=item, is_done=True, acting_user=owner)
    complete_checklist(checklist=made, acting_user=owner)
    with pytest.raises(ChecklistRefused, match="completed"):
        tick(item=item, is_done=False, acting_user=owner)
    named = list(Event.objects.exclude(name="").values_list("name", flat=True))
    assert named.count("checklist_item_done") == 7
    assert named.count("checklist_item_reopened") == 1
    assert {"joiner_checklist_started", "joiner_checklist_completed"} <= set(named)


def test_a_leaver_is_not_complete_while_any_access_remains() -> None:
    owner = an_account("owner")
    leaver = an_account("administrator", teams=[a_team(slug="a")])
    create_api_token(user=leaver, name="x", scopes=["figures"], days=9, acting_user=leaver)
    service = store.add_service_account(name="x", role="auditor", responsible=leaver)
    UserSession.objects.create(user=leaver, session_key="x", ip="192.0.2.1", data={})
    made = start_checklist(user=leaver, kind="leaver", acting_user=owner)
    ticked(made, owner)
    with pytest.raises(ChecklistRefused) as refused:
        complete_checklist(checklist=made, acting_user=owner)
    assert str(refused.value).partition(": ")[2] == (
        "1 sessions open, 1 API tokens good, 1 teams still opened to the account, "
        "1 service accounts without somebody else, the account is still open."
    )
    store.close(user=leaver, acting_user=owner)
    leaver.grants.all().delete()
    service.responsible = owner
    service.save()
    complete_checklist(checklist=Checklist.objects.get(pk=made.pk), acting_user=owner)


def test_an_administrator_works_one_off_in_the_administration(client: Client) -> None:
    owner, user = an_account("owner"), an_account("member")
    sign_in(client, owner)
    wish = {"user": user.pk, "kind": "joiner"}
    client.post(f"{PAGE}add/", wish)
    made = Checklist.objects.get()
    assert "such a checklist already" in client.post(f"{PAGE}add/", wish).content.decode()
    items = list(made.items.order_by("pk"))
    page = f"{PAGE}{made.pk}/change/"
    assert items[0].text in client.get(page).content.decode()
    typed: dict[str, Any] = {"items-TOTAL_FORMS": 6, "items-INITIAL_FORMS": 6}
    for place, item in enumerate(items):
        typed |= {f"items-{place}-id": item.pk, f"items-{place}-checklist": made.pk}
    client.post(page, typed | {"items-0-is_done": "on"})
    assert list(made.items.exclude(done_at=None).values_list("pk", "done_by")) == [
        (items[0].pk, owner.pk)
    ]
    done = {"action": "complete", ACTION_CHECKBOX_NAME: [made.pk], "confirmed": "yes"}
    client.post(PAGE, done)
    assert "5 items open" in client.get(PAGE).content.decode()
    client.post(page, typed | {f"items-{place}-is_done": "on" for place in range(6)})
    client.post(PAGE, done)
    made.refresh_from_db()
    assert made.completed_by == owner
    assert client.post(page, typed).status_code == 403


def test_an_auditor_reads_them_and_ticks_nothing(client: Client) -> None:
    owner, user = an_account("owner"), an_account("member")
    made = start_checklist(user=user, kind="leaver", acting_user=owner)
    auditor = an_account("auditor")
    sign_in(client, auditor)
    assert client.get(f"{PAGE}{made.pk}/change/").status_code == 200
    assert client.post(f"{PAGE}{made.pk}/change/", {}).status_code == 403
    with pytest.raises(access.Denied):
        ticked(made, auditor)
    with pytest.raises(access.Denied):
        complete_checklist(checklist=made, acting_user=auditor)
    with pytest.raises(access.Denied):
        start_checklist(user=user, kind="joiner", acting_user=auditor)


@pytest.mark.parametrize("kind", sorted(ITEMS))
def test_every_item_is_documented(kind: str) -> None:
    told = " ".join((Path(settings.DOCS_DIR) / "administer.md").read_text().split())
    for item in ITEMS[kind]:
        assert item in told
