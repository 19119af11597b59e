"""What the routes of deployments answer, beyond the figures themselves."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from backend.audit.models import Event
from backend.delivery.models import FixCorrection, Incident, PendingDeployments
from backend.metrics.deployments import choices
from backend.metrics.models import DeployedChange, DeploymentTeam, ServiceDeployment
from tests.api.conftest import SignIn, World, statements_of
from tests.deployed import Deployed, fixed, said
from tests.factories import MONDAY, a_repository, hours
from tests.recorded import recorded

pytestmark = pytest.mark.django_db
RANGE = "from=2026-03-02&to=2026-03-16"
A = f"team=team-a&{RANGE}"


@pytest.fixture
def lead(sign_in: SignIn) -> Client:
    client = sign_in("lead of team a")
    client.get("/api/v1/me")  # the session is noted once
    return client


@pytest.fixture
def administrator(sign_in: SignIn) -> Client:
    return sign_in("administrator")


@pytest.fixture
def shop(world: World) -> Deployed:
    PendingDeployments.objects.all().delete()
    return Deployed(world.history.repository)


def ask(client: Client, path: str) -> Any:
    answer = client.get(f"/api/v1/deployments{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        (f"/deployments/figures?{A}", 10),
        (f"/deployments?{A}", 7),
        (f"/deployments.csv?{A}", 6),
        ("/deployments/choices", 6),
        ("/deployments/candidates?team=team-a", 11),
        ("/deployments/{deployed}", 14),
    ],
)
def test_statements_of_each_route(lead: Client, world: World, path: str, statements: int) -> None:
    assert statements_of(lead, path.format(deployed=world.deployment_of_a)) == statements


def test_the_figures_come_with_how_complete_they_are(lead: Client) -> None:
    found = ask(lead, f"/figures?{A}")
    assert (found["team"]["slug"], found["environment"]) == ("team-a", "production")
    assert found["deployment_frequency"]["deployments"] == 1
    assert found["lead_time"]["n"] == 7
    assert found["range"]["from"] == "2026-03-02"
    assert found["completeness"]["complete"] is False


@pytest.mark.parametrize(
    "query",
    [
        "team=team-a",
        f"{A}&environment=prod-eu",
        f"{A}&outcome=cancelled",
        f"{A}&sort=sha",
        f"{A}&service=a%00b",
        f"{A}&search=a%00b",
        f"{A}&search=a+b+c+d+e+f+g+h+i",
        f"{A}&page=0",
        f"{A}&page_size=201",
    ],
)
def test_a_query_that_makes_no_sense_is_told_so(lead: Client, query: str) -> None:
    answer = lead.get(f"/api/v1/deployments?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
def test_a_number_that_no_deployment_has_is_not_found(lead: Client, number: int) -> None:
    assert lead.get(f"/api/v1/deployments/{number}").status_code == 404


def test_the_export_holds_what_the_table_holds(lead: Client, shop: Deployed) -> None:
    shop.at(30, outcome="failed", key="=1+1")
    answer = lead.get(f"/api/v1/deployments.csv?{A}&sort=finished_at")
    lines = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    table = ask(lead, f"?{A}&sort=finished_at")["items"]
    assert [line["sha"] for line in lines] == [row["sha"] for row in table]
    assert [line["key"] for line in lines] == ["'=1+1", table[1]["key"]]
    assert [line["changes"] for line in lines] == ["", "7"]
    event = Event.objects.get(name="deployments_exported")
    assert event.additional_data == {"from": "2026-03-02", "to": "2026-03-16", "rows": 2}


def test_the_page_of_one_tells_its_changes_and_fixes(
    lead: Client, world: World, shop: Deployed
) -> None:
    bad, good = ServiceDeployment.objects.order_by("pk")
    fixed(bad, good)
    incident = Incident.objects.create(
        repository=shop.repository,
        external_id="INC-1",
        service="shop",
        started_at=MONDAY + hours(24 * 8 + 2),
        resolved_at=MONDAY + hours(24 * 8 + 3),
        reported_at=MONDAY,
    )
    fixed(bad, incident, kind="incident", is_inferred=True)
    found = ask(lead, f"/{bad.pk}")
    assert (found["changes"], len(found["listed"]), found["elsewhere"]) == (7, 7, 0)
    for change in found["listed"]:
        assert change["lead_seconds"] == change["cycle_seconds"] + change["merge_to_deploy_seconds"]
    leads = [change["lead_seconds"] for change in found["listed"]]
    assert leads == sorted(leads, reverse=True)
    first, second = found["fixes"]
    assert (first["kind"], first["deployment"]["id"], first["restore_seconds"]) == (
        "revert",
        good.pk,
        3600,
    )
    assert (second["incident"]["external_id"], second["is_inferred"]) == ("INC-1", True)
    assert found["failed_in_use"] is True
    assert found["restore_seconds"] == 3600
    assert [one["id"] for one in found["later"]] == [good.pk]
    # To choose from, for those alone who may.
    assert (found["incidents"], found["may_correct"], found["is_pending"]) == ([], False, False)
    (correction,) = found["corrections"]
    assert (correction["verdict"], correction["deployment"]) == ("not_fixed_by", None)


def test_changes_of_teams_that_one_does_not_see_are_counted_alone(
    lead: Client, administrator: Client, world: World, shop: Deployed
) -> None:
    """One deployment with changes of both teams."""
    DeployedChange.objects.update(deployment=world.deployment_of_a)
    DeploymentTeam.objects.update(deployment=world.deployment_of_a)
    found = ask(lead, f"/{world.deployment_of_a}")
    assert (found["changes"], len(found["listed"]), found["elsewhere"]) == (7, 7, 7)
    everything = ask(administrator, f"/{world.deployment_of_a}")
    assert (everything["changes"], everything["elsewhere"]) == (14, 0)


def test_what_brought_nothing_may_be_seen_by_its_services_teams(
    sign_in: SignIn, world: World, shop: Deployed
) -> None:
    attempt = shop.at(24 * 8 + 2, outcome="failed")
    again = shop.at(24 * 8 + 3)
    foreign = Deployed(a_repository()).at(24 * 8 + 4, outcome="failed")
    for name in ("lead of team a", "lead of team b"):
        client = sign_in(name)
        assert ask(client, f"/{attempt.pk}")["outcome"] == "failed"
        assert ask(client, f"/{again.pk}")["changes"] == 0
        assert client.get(f"/api/v1/deployments/{foreign.pk}").status_code == 404


def test_choices_are_those_of_what_one_sees(
    lead: Client, administrator: Client, shop: Deployed
) -> None:
    other = Deployed(a_repository(name_with_owner="acme/other"), environment="staging")
    other.at(5)
    name = shop.repository.name_with_owner
    mine = ask(lead, "/choices")
    assert mine["services"] == [{"repository": name, "service": "shop", "deployments": 1}]
    assert mine["environments"] == [{"environment": "production", "deployments": 1}]
    everything = ask(administrator, "/choices")
    assert [one["repository"] for one in everything["services"]] == ["acme/other", name]
    assert [one["environment"] for one in everything["environments"]] == ["production", "staging"]


def test_of_many_choices_those_with_the_most_deployments_are_told(
    administrator: Client, shop: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choices, "AT_MOST", 2)
    for service, times in (("b", 4), ("a", 5), ("c", 1)):
        deployed = Deployed(a_repository(name_with_owner=f"acme/{service}"), service=service)
        for at in range(times):
            deployed.at(at)
            deployed.repository.reported_deployments.create(
                external_id=str(at), environment=f"at {service}", sha="a" * 40,
                outcome="succeeded", finished_at=MONDAY + hours(at), reported_at=MONDAY,
            )  # fmt: skip
    found = ask(administrator, "/choices")
    assert [one["service"] for one in found["services"]] == ["a", "b"]
    assert [one["name"] for one in found["unmapped"]] == ["at a", "at b"]
    assert (found["services_in_all"], found["unmapped_in_all"]) == (4, 3)


def correct(client: Client, failed: int, /, **word: Any) -> Any:
    return client.post(
        f"/api/v1/deployments/{failed}/fixes",
        {"verdict": "fixed_by", "reason": "It was that."} | word,
        content_type="application/json",
    )


def test_a_person_corrects_what_fixed_it(administrator: Client, world: World) -> None:
    FixCorrection.objects.all().delete()
    PendingDeployments.objects.all().delete()
    bad, good = ServiceDeployment.objects.order_by("pk")
    answer = correct(administrator, bad.pk, deployment=good.pk)
    assert answer.status_code == 200
    (told,) = answer.json()["corrections"]
    assert (told["verdict"], told["deployment"]["id"]) == ("fixed_by", good.pk)
    assert (told["reason"], told["made_by"]) == ("It was that.", "administrator")
    assert answer.json()["is_pending"] is True
    stored = FixCorrection.objects.get()
    assert (stored.source, stored.key, stored.fix_key) == (bad.source, bad.key, good.key)
    assert PendingDeployments.objects.filter(repository=world.history.repository).exists()
    event = recorded(name="fix_corrected")
    assert event.email == "administrator@plumbline.example"
    assert "reason" not in event.detail, "it may name somebody"
    assert event.detail["fix_key"] == good.key


def test_the_later_word_stands_and_may_be_taken_back(administrator: Client) -> None:
    FixCorrection.objects.all().delete()
    bad, good = ServiceDeployment.objects.order_by("pk")
    correct(administrator, bad.pk, deployment=good.pk)
    answer = correct(administrator, bad.pk, deployment=good.pk, verdict="not_fixed_by")
    (told,) = answer.json()["corrections"]
    assert told["verdict"] == "not_fixed_by"
    assert FixCorrection.objects.count() == 1
    gone = administrator.delete(f"/api/v1/deployments/{bad.pk}/fixes/{told['id']}")
    assert (gone.status_code, gone.json()["corrections"]) == (200, [])
    assert not FixCorrection.objects.exists()
    assert Event.objects.filter(name="fix_correction_withdrawn").count() == 1


def test_an_incident_can_be_named(administrator: Client, shop: Deployed) -> None:
    FixCorrection.objects.all().delete()
    bad = ServiceDeployment.objects.earliest("pk")
    incident = Incident.objects.create(
        repository=shop.repository,
        external_id="INC-1",
        started_at=MONDAY + hours(24 * 8 + 2),
        reported_at=MONDAY,
    )
    answer = correct(administrator, bad.pk, incident=incident.pk)
    (told,) = answer.json()["corrections"]
    assert (told["incident"]["external_id"], told["deployment"]) == ("INC-1", None)
    assert FixCorrection.objects.get().fix_source == "incident"


def test_what_cannot_have_fixed_it_is_refused(
    administrator: Client, world: World, shop: Deployed
) -> None:
    FixCorrection.objects.all().delete()
    bad, good = ServiceDeployment.objects.order_by("pk")
    attempt = shop.at(24 * 9, outcome="failed")
    elsewhere = Deployed(shop.repository, environment="staging").at(24 * 9)
    foreign = Incident.objects.create(
        repository=a_repository(),
        external_id="INC-1",
        started_at=MONDAY + hours(24 * 9),
        reported_at=MONDAY,
    )
    for failed, word in (
        (bad, {}),
        (bad, {"deployment": good.pk, "incident": foreign.pk}),
        (bad, {"deployment": bad.pk}),
        (good, {"deployment": bad.pk}),
        (bad, {"deployment": attempt.pk}),
        (bad, {"deployment": elsewhere.pk}),
        (bad, {"incident": foreign.pk}),
        (attempt, {"deployment": good.pk}),
        (bad, {"deployment": good.pk, "reason": " "}),
        (bad, {"deployment": good.pk, "verdict": "perhaps"}),
        (bad, {"deployment": good.pk, "blame": "somebody"}),
    ):
        answer = correct(administrator, failed.pk, **word)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query"), word
    assert correct(administrator, 0, deployment=good.pk).status_code == 404
    assert not FixCorrection.objects.exists()
    assert not PendingDeployments.objects.exists()


def test_a_word_is_taken_back_where_it_was_said(administrator: Client, world: World) -> None:
    word = said(ServiceDeployment.objects.get(pk=world.deployment_of_b))
    path = f"/api/v1/deployments/{world.deployment_of_a}/fixes"
    assert administrator.delete(f"{path}/{word.pk}").status_code == 404
    assert FixCorrection.objects.filter(pk=word.pk).exists()


def test_corrections_need_a_token_against_forgery(sign_in: SignIn, world: World) -> None:
    client = sign_in("administrator")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    answer = correct(strict, world.deployment_of_a, deployment=world.deployment_of_b)
    assert answer.status_code == 403
