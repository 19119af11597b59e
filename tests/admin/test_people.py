"""Identities are found by what their source knows them by."""

import pytest
from django.test import Client
from django.urls import reverse

from backend.accounts.models import User
from tests.factories import a_connection, an_identity

pytestmark = pytest.mark.django_db
ACCOUNT = "712020:0000002a-0000-4000-8000-000000000000"


def test_an_account_of_a_jira_is_shown_and_found_by_its_id(client: Client, auditor: User) -> None:
    jira = a_connection(kind="jira_cloud", slug="jira")
    one = an_identity(jira, external_id=None, account_id=ACCOUNT)
    an_identity(jira, external_id=None, account_id="712020:0000002b-0000-4000-8000-000000000000")
    page = reverse("admin:people_identity_change", args=[one.pk])
    found = client.get(reverse("admin:people_identity_changelist"), {"q": ACCOUNT})
    assert page in found.content.decode()
    assert "1 identity" in found.content.decode()
    assert ACCOUNT in client.get(page).content.decode()
    assert one.person is not None
    person = reverse("admin:people_person_change", args=[one.person.pk])
    people = client.get(reverse("admin:people_person_changelist"), {"q": ACCOUNT})
    assert person in people.content.decode()
    assert ACCOUNT in client.get(person).content.decode()
