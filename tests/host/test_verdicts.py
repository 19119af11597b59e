"""What preflight makes of facts: every verdict, and that whatever is not good says what to do."""

from pathlib import Path

import pytest
from host import verdicts
from host.at_rest import ENCRYPTED, PLAIN, Verdict
from host.facts import Certificate, Clock, Disk, Engine, Machine, Name, Port, Reached
from host.preflight import exit_code, table
from host.verdicts import BAD, GOOD, WARNING, Finding, accepting

DAY = 86400.0
MACHINE = Machine("debian 12", "x86_64", cores=4, memory=15900)
ENGINE = Engine("28.2.2", "2.26.1-4", root=Path("/var/lib/docker"))
CERTIFICATE = Certificate(0.0, 100 * DAY, True, True, "", True, "CN=Root")
VAR = Path("/var/lib/docker")
JUDGED = {
    "debian": (verdicts.system(MACHINE), GOOD),
    "a minor release of RHEL": (verdicts.system(MACHINE._replace(system="rhel 9.4")), GOOD),
    "an older ubuntu": (verdicts.system(MACHINE._replace(system="ubuntu 20.04")), WARNING),
    "debian 120": (verdicts.system(MACHINE._replace(system="debian 120")), WARNING),
    "no name": (verdicts.system(MACHINE._replace(system="")), WARNING),
    "x86_64": (verdicts.architecture(MACHINE), GOOD),
    "aarch64": (verdicts.architecture(MACHINE._replace(architecture="aarch64")), WARNING),
    "i686": (verdicts.architecture(MACHINE._replace(architecture="i686")), BAD),
    "cores enough": (verdicts.cores(MACHINE, 4, 4), GOOD),
    "few cores": (verdicts.cores(MACHINE, 16, 4), WARNING),
    "too few for a service": (verdicts.cores(MACHINE, 16, 8), BAD),
    "memory as sold": (verdicts.memory(MACHINE, 16384), GOOD),
    "too little memory": (verdicts.memory(MACHINE, 65536), BAD),
    "disk": (verdicts.disk("disk", Disk(VAR, 100, 50), 40), GOOD),
    "a small disk": (verdicts.disk("disk", Disk(VAR, 30, 25), 40), WARNING),
    "a disk that fills up": (verdicts.disk("disk", Disk(VAR, 1000, 60), 40), WARNING),
    "a full disk": (verdicts.disk("disk", Disk(VAR, 100, 9), 40), BAD),
    "engine": (verdicts.engine(ENGINE), GOOD),
    "an older engine": (verdicts.engine(ENGINE._replace(version="19.03.1")), BAD),
    "the oldest engine": (verdicts.engine(ENGINE._replace(version="20.10.24+dfsg1")), GOOD),
    "no engine": (verdicts.engine(Engine(None, None, said="not installed")), BAD),
    "rootless": (verdicts.engine(ENGINE._replace(options=frozenset({"rootless"}))), WARNING),
    "SELinux": (verdicts.engine(ENGINE._replace(options=frozenset({"selinux"}))), WARNING),
    "compose": (verdicts.compose(ENGINE), GOOD),
    "compose with a v": (verdicts.compose(ENGINE._replace(compose="v2.20.0")), GOOD),
    "an older compose": (verdicts.compose(ENGINE._replace(compose="2.19.9")), BAD),
    "no compose": (verdicts.compose(ENGINE._replace(compose=None)), BAD),
    "a free port": (verdicts.port(Port("192.0.2.7", 443, None, own=False)), GOOD),
    "its own port": (verdicts.port(Port("192.0.2.7", 443, "in use", own=True)), GOOD),
    "a port in use": (verdicts.port(Port("192.0.2.7", 443, "in use", own=False)), BAD),
    "a name": (verdicts.name(Name("a.example", ["192.0.2.1"])), GOOD),
    "no name in DNS": (verdicts.name(Name("a.example", [])), WARNING),
    "a clock": (verdicts.clock(Clock(True, "chronyc")), GOOD),
    "a clock alone": (verdicts.clock(Clock(False, "timedatectl")), BAD),
    "a clock of which nobody tells": (verdicts.clock(Clock(None, "")), WARNING),
    "its own authority": (verdicts.certificate(None, 0), GOOD),
    "a certificate": (verdicts.certificate(CERTIFICATE, DAY), GOOD),
    "not begun": (verdicts.certificate(CERTIFICATE._replace(begins=2 * DAY), DAY), BAD),
    "ended": (verdicts.certificate(CERTIFICATE, 102 * DAY), BAD),
    "ends soon": (verdicts.certificate(CERTIFICATE, 80 * DAY), WARNING),
    "it lasts": (verdicts.lasting(31 * DAY, 0), GOOD),
    "it lasts a month": (verdicts.lasting(30.5 * DAY, 0), WARNING),
    "it is over": (verdicts.lasting(0, DAY), BAD),
    "there is none": (verdicts.lasting(None, 0), BAD),
    "of another host": (verdicts.certificate(CERTIFICATE._replace(of_host=False), DAY), BAD),
    "of another key": (verdicts.certificate(CERTIFICATE._replace(of_key=False), DAY), BAD),
    "in disorder": (verdicts.certificate(CERTIFICATE._replace(disorder="CN=Mid"), DAY), BAD),
    "not known here": (
        verdicts.certificate(CERTIFICATE._replace(trusted_here=False), DAY),
        WARNING,
    ),
    "reached": (verdicts.reached("github", Reached("https://a.example", 200)), GOOD),
    "refused by it": (verdicts.reached("github", Reached("https://a.example", 401)), GOOD),
    "unknown name": (
        verdicts.reached("jira", Reached("https://a.example", None, "name", "unknown")),
        BAD,
    ),
    "untrusted": (
        verdicts.reached("jira", Reached("https://a.example", None, "certificate", "no")),
        BAD,
    ),
    "no way": (
        verdicts.reached("jira", Reached("https://a.example", None, "way", "timed out")),
        BAD,
    ),
    "encrypted": (verdicts.at_rest({"data": Verdict(ENCRYPTED, "LUKS2 on sda")}), GOOD),
    "plain swap": (verdicts.at_rest({"swap": Verdict(PLAIN, "sdb")}), WARNING),
    "secrets": (verdicts.secrets([]), GOOD),
    "open secrets": (verdicts.secrets(["secrets/web/web_key"]), BAD),
}


@pytest.mark.parametrize("case", JUDGED)
def test_the_verdict(case: str) -> None:
    finding, verdict = JUDGED[case]
    assert finding.verdict == verdict
    assert bool(finding.todo) == (verdict != GOOD)
    assert finding.found
    assert finding.needed


def test_what_is_accepted_by_name_is_a_warning_and_nothing_else_is() -> None:
    findings = [
        Finding("memory", "1", "2", BAD, "more"),
        Finding("port", "taken", "free", BAD, "free it"),
        Finding("cores", "2", "2"),
    ]
    told = accepting(findings, ["memory", "cores"])
    assert [finding.verdict for finding in told] == [WARNING, BAD, GOOD]
    assert exit_code(told) == 1
    assert exit_code(told[:1]) == 4
    assert exit_code(told[2:]) == 0


def test_the_table_has_what_to_do_below_its_line() -> None:
    lines = table([Finding("cores", "2", "4", WARNING, "more"), Finding("clock", "x", "y")])
    assert [line.split() for line in lines.splitlines()] == [
        ["verdict", "found", "needed"],
        ["warning", "cores", "2", "4"],
        ["→", "more"],
        ["good", "clock", "x", "y"],
    ]
