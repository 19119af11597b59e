"""The configuration of a running stack: a change is told first, then made, and touches what it is about alone."""

import json

from tests.appliance.stack import SERVICES, Stack, appliance


def _containers(stack: Stack) -> dict[str, str]:
    return {service: stack.container(service) for service in SERVICES}


def test_a_change_is_told_then_made_and_touches_nothing_else(stack: Stack) -> None:
    config = stack.folder / "appliance.conf"
    code, said = appliance(stack, "apply", "--check")
    assert (code, said) == (0, "Everything is as the configuration says.\n")
    before = _containers(stack)
    config.write_text(config.read_text().replace("# audit_days = 730", "audit_days = 800"))
    plan = "PLUMBLINE_AUDIT_DAYS: 730 → 800\nsealer is made anew\n"
    assert appliance(stack, "apply", "--check") == (0, plan)
    assert _containers(stack) == before
    code, said = appliance(stack, "apply")
    assert (code, said.startswith(plan), said.splitlines()[-1]) == (0, True, "Everything runs.")
    after = _containers(stack)
    assert {service for service in SERVICES if after[service] != before[service]} == {"sealer"}
    assert stack.run_in("sealer", "printenv", "PLUMBLINE_AUDIT_DAYS").strip() == "800"
    code, said = appliance(stack, "apply", "--check")
    assert said == "Everything is as the configuration says.\n"


def test_a_changed_secret_restarts_who_reads_it(stack: Stack) -> None:
    before = _containers(stack)
    (stack.data / "secrets/nginx/server.crt").unlink()
    code, said = appliance(stack, "apply")
    told = said.splitlines()
    assert (code, told[0]) == (0, "Everything is as the configuration says.")
    assert told[-1] == "Everything runs."
    assert _containers(stack) == before
    assert stack.inspect("nginx")["State"]["Health"]["Status"] == "healthy"


def test_what_ends_soon_is_renewed_and_whoever_serves_it_starts_anew(stack: Stack) -> None:
    """As the timer does, while somebody writes the configuration and has stopped a service."""
    config = stack.folder / "appliance.conf"
    written = config.read_text()
    before, began = _containers(stack), _began(stack)
    stack.compose("stop", "beat")
    (stack.data / "secrets/valkey/server.crt").unlink()
    lost = "certificate = /none/server.crt\nkey = /none/server.key\n"
    text = written.replace("audit_days = 800", "audit_days = 900")
    config.write_text(text.replace("# certificate =\n", lost))
    code, said = appliance(stack, "apply", "--certificates")
    config.write_text(written)
    # What is wrong with one's own keeps nobody from the others.
    assert (code, said.splitlines()[0]) == (3, "New for: valkey."), said
    assert "what browsers see stays as it is: [tls] certificate: there is no file" in said
    assert _containers(stack) == before
    after = _began(stack)
    assert {service for service in SERVICES if after[service] != began[service]} == {"valkey"}
    assert stack.inspect("beat")["State"]["Status"] == "exited"
    assert stack.inspect("valkey")["State"]["Health"]["Status"] == "healthy"
    assert appliance(stack, "apply", "--certificates") == (0, "No certificate ends soon.\n")
    stack.compose("up", "--detach", "--no-build", "--wait", "beat")


def _began(stack: Stack) -> dict[str, str]:
    return {service: stack.inspect(service)["State"]["StartedAt"] for service in SERVICES}


def test_status_tells_each_service_and_what_gets_old(stack: Stack) -> None:
    code, said = appliance(stack, "status", "--json")
    told = json.loads(said)
    services = {service["name"]: service for service in told["services"]}
    assert {*SERVICES, "migrate"} <= services.keys()
    assert {name for name, service in services.items() if not service["well"]} == set()
    ages = {age["name"]: age for age in told["ages"]}
    assert ages["certificate"]["well"]
    assert ages["last sync"]["well"]
    assert code == (0 if told["well"] else 4)
    stack.compose("stop", "beat")
    code, said = appliance(stack, "status")
    assert code == 4
    assert any(line.split()[:3] == ["AMISS", "beat", "exited"] for line in said.splitlines())
    stack.compose("start", "beat")


def test_postgres_has_what_the_size_gives_it(stack: Stack) -> None:
    assert stack.sql("SHOW shared_buffers") == "384MB"
    assert stack.sql("SELECT current_setting('work_mem')") == "12MB"
    code, plan = appliance(stack, "apply", "--check")
    assert (code, plan) == (0, "Everything is as the configuration says.\n")
