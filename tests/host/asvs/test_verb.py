"""The verb: every check is told each time, whatever could not be looked at, and handed over to the application."""

import json
import os
import socket
import threading
from pathlib import Path

import pytest
from host.asvs import hello, verb
from host.asvs.door import Way, offered
from host.asvs.findings import DOOR, NAMES, Finding, complete, judged, unseen
from host.composition import Composition
from host.ending import Refused
from host.on_record import hand_over

from backend.governance.asvs import looks
from tests.host.asvs.test_release import COMMIT, results
from tests.host.test_command import appliance
from tests.servers import free_port

DOCKER = """#!/bin/sh
case "$*" in
*"run --rm -T migrate python manage.py asvs looked") cat >{given} ;;
*) echo "Cannot connect to the Docker daemon" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def compose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Composition:
    """An installation whose engine is away, but for what the application takes."""
    docker = tmp_path / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER.format(given=tmp_path / "given"))
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}:{os.environ['PATH']}")
    environment = tmp_path / "env"
    environment.write_text(
        f"PLUMBLINE_DATA={tmp_path}\nPLUMBLINE_KEYS={tmp_path}/keys\nPLUMBLINE_BIND=127.0.0.1\n"
        f"PLUMBLINE_URL=https://plumbline.example\nPLUMBLINE_PORT={free_port()}\n"
    )
    return Composition(tmp_path, environment)


def test_every_check_is_told_though_nothing_answers(compose: Composition) -> None:
    told = verb.looked(compose)
    found = [Finding(**one) for one in told["findings"]]
    assert [one.name for one in found] == list(NAMES)
    amiss = {one.name: one for one in found if not one.is_good}
    assert amiss.keys() >= set(NAMES) - {"services.clock", "disks.at_rest"}
    assert "nothing answers at 127.0.0.1" in amiss["door.hsts"].found
    assert "Docker daemon" in amiss["containers.users"].found
    assert all(one.todo for one in amiss.values())
    assert (told["release"], told["evidence"]) == (None, None)
    assert "built here" in str(told["evidence_reason"])


def test_the_application_is_given_what_was_found(compose: Composition) -> None:
    told = verb.looked(compose)
    assert hand_over(compose, ("asvs", "looked"), told) == ""
    assert json.loads((compose.folder / "given").read_text()) == told
    assert "Docker daemon" in hand_over(compose, ("asvs", "other"), told)


def test_an_address_that_is_none_of_https_is_not_looked_at(compose: Composition) -> None:
    compose.environment_file.write_text("PLUMBLINE_URL=http://plumbline.example\n")
    with pytest.raises(Refused, match="must begin with https"):
        verb.way(compose, None)


@pytest.mark.parametrize(
    ("bind", "address"),
    [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("[::]", "::1"), ("10.20.0.5", "10.20.0.5")],  # noqa: S104
    ids=["usual", "all", "all-of-version-6", "one"],
)
def test_the_door_is_asked_where_it_is_published(
    compose: Composition, bind: str, address: str
) -> None:
    compose.environment_file.write_text(
        f"PLUMBLINE_URL=https://plumbline.example:8443/\nPLUMBLINE_PORT=8443\nPLUMBLINE_BIND={bind}\n"
        "PLUMBLINE_PROXY_PROTOCOL=on\n"
    )
    found = verb.way(compose, None)
    assert (found.address, found.port, found.host) == (address, 8443, "plumbline.example")
    assert (found.named, found.proxy_protocol) == ("plumbline.example:8443", True)


def test_where_nothing_is_installed_it_says_so(tmp_path: Path) -> None:
    done = appliance("asvs", "--env-file", f"{tmp_path}/none")
    assert done.returncode == 1
    assert "Nothing is installed" in done.stderr


def test_the_text_says_what_to_do() -> None:
    good, bad = (
        Finding("door.hsts", "there", True),
        Finding("door.csp", "none\x1b[2J", False, "Look."),
    )
    assert verb.as_text([good, bad], "built here").splitlines() == [
        "well  door.hsts: there",
        "AMISS door.csp: none?[2J",
        "      Look.",
        "Results of the build: built here",
        "1 of 2 are amiss.",
    ]
    assert verb.as_text([good], "").endswith("signed, and of what runs\nAll is well.")


def test_what_nobody_looked_at_is_not_good() -> None:
    found = complete([Finding("door.hsts", "there", True)])
    assert [one.name for one in found if one.is_good] == ["door.hsts"]
    assert len(unseen(DOOR, "a reason")) == len(DOOR)


def test_many_faults_are_told_in_a_line() -> None:
    found = judged("x", [str(number) for number in range(8)], "", "todo")
    assert found.found == "0; 1; 2; 3; 4; and 3 more"


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        pytest.param(b"", "refused", id="closed"),
        pytest.param(b"\x15\x03\x01\x00\x02\x02\x46", "refused", id="alert"),
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", "not known", id="no-tls"),
        pytest.param(b"\x16\x03\x01\x00\x40\x02", "not known", id="cut-off"),
    ],
)
def test_what_a_server_makes_of_a_beginning_is_a_word(sent: bytes, word: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(sent)

        thread = threading.Thread(target=answer)
        thread.start()
        way = Way("https://plumbline.example", "127.0.0.1", server.getsockname()[1], ())
        assert offered(way, hello.TLS_1_2, hello.STRONG).startswith(word)
        thread.join()


def test_weak_ciphers_are_all_but_the_strong_ones() -> None:
    assert not set(hello.WEAK) & set(hello.STRONG)
    # RSA with AES-CBC, RC4, 3DES, DHE, anonymous ECDH.
    assert {0x002F, 0x0005, 0x000A, 0x009E, 0xC018} <= set(hello.WEAK)


def test_the_application_reads_what_is_handed_over(compose: Composition) -> None:
    told = verb.looked(compose)
    read = looks.Look.model_validate(json.loads(json.dumps(told)))
    assert [one.name for one in read.findings] == list(NAMES)
    release = {"version": "0.1.0", "commit": COMMIT, "made": "2026-11-27T12:00:00+00:00"}
    release |= {"sums": "ab" * 32, "key": "cd" * 32}
    read = looks.Look.model_validate({**told, "release": release, "evidence": results()})
    assert read.evidence
    assert read.evidence.tests["tests/x/test_y.py::test_z"].passed == 3
