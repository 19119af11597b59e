import pytest
from django.db import transaction

from backend.accounts.models import User
from backend.audit.events import record
from backend.audit.models import Event
from backend.audit.reading import opened
from backend.audit.recording import NotRecorded

pytestmark = pytest.mark.django_db


def test_an_event_outlives_who_did_it_and_what_it_was_about() -> None:
    user = User(email="lead-a@plumbline.example")
    user.set_unusable_password()
    user.save()
    record(name="signed_in", actor=user, subject=user, address="192.0.2.7", detail={"rows": 3})
    User.objects.filter(pk=user.pk).delete()
    (told,) = opened(Event.objects.filter(name="signed_in"))
    assert (told.email, told.address) == ("lead-a@plumbline.example", "192.0.2.7")
    assert told.detail == {"rows": 3}


def test_an_act_whose_event_cannot_be_written_does_not_happen() -> None:
    before = User.objects.count()
    with pytest.raises(NotRecorded), transaction.atomic():
        User.objects.create(email="somebody@plumbline.example")
        record(name="x" * 200)
    assert User.objects.count() == before


def test_what_is_created_tells_its_columns_and_nothing_that_refers_to_it() -> None:
    user = User.objects.create(email="somebody@plumbline.example")
    (told,) = opened(Event.objects.filter(object_pk=str(user.pk)))
    assert told.changes["email"] == ["None", "somebody@plumbline.example"]
    assert told.changes.keys() <= {field.name for field in User._meta.concrete_fields}
