"""That a certificate ends is told before it does: on every page to administrators, on record, and to a scraper."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.models import Event
from backend.keyring.certificates import certificates, ending
from backend.pipeline.tasks import watch_certificates
from tests.front.authority import Authority, self_signed
from tests.sign_in import an_account, sign_in


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.CERTIFICATES_DIR = tmp_path / "certificates"
    settings.CERTIFICATES_DIR.mkdir()
    authority = Authority(tmp_path)
    (settings.CERTIFICATES_DIR / "postgres.pem").write_bytes(self_signed("x", days=90.5).chain)
    # Its intermediate authority ends after 30 days.
    (settings.CERTIFICATES_DIR / "public.pem").write_bytes(authority.issue("x", days=300).chain)
    return Path(settings.CERTIFICATES_DIR)


@pytest.mark.parametrize(
    ("passed", "urgency"),
    [(0, "soon"), (15, "soon"), (16, "near"), (22, "near"), (23, "urgent"), (31, "urgent")],
)
def test_the_nearer_the_end_the_more_urgent(passed: int, urgency: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=passed, minutes=-5), tick=False):
        (found,) = ending()
        assert (found.name, found.days, found.urgency) == ("public", 30 - passed, urgency)


def test_what_cannot_be_read_counts_as_ended(folder: Path) -> None:
    (folder / "valkey.pem").write_text("rubbish")
    first = certificates()[0]
    assert (first.name, first.days < 0) == ("valkey", True)


def test_without_the_folder_nothing_is_told(settings: Any) -> None:
    settings.CERTIFICATES_DIR = Path("/nowhere")
    assert certificates() == []


@pytest.mark.django_db
def test_it_is_on_record_each_day_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    watch_certificates()
    (event,) = Event.objects.filter(name="certificate_ends_soon")
    assert event.additional_data == {"certificate": "public", "days": 29}
    assert "certificate_ends_soon" in caplog.text


@pytest.mark.django_db
def test_administrators_are_told_on_every_page_and_nobody_else(client: Client) -> None:
    administrator = sign_in(client, an_account(User.Role.ADMINISTRATOR))
    (told,) = administrator.get("/api/v1/me").json()["certificates_ending"]
    assert (told["name"], told["days"], told["urgency"]) == ("public", 29, "soon")
    assert "A certificate ends on" in administrator.get("/admin/").content.decode()
    for role in (User.Role.AUDITOR, User.Role.TEAM_LEAD):
        other = sign_in(Client(), an_account(role))
        assert other.get("/api/v1/me").json()["certificates_ending"] == []


@pytest.mark.django_db
def test_a_scraper_is_told_all_of_them(client: Client, tmp_path: Path, settings: Any) -> None:
    settings.SECRETS_DIR = tmp_path
    (tmp_path / "metrics_token").write_text("a-token-of-the-scraper")
    headers = {"Authorization": "Bearer a-token-of-the-scraper"}
    told = client.get("/metrics", headers=headers).content.decode()
    assert 'plumbline_certificate_days{certificate="public"} 29.0' in told
    assert 'plumbline_certificate_days{certificate="postgres"} 90.0' in told
