"""A renewed certificate is served without a failed request; a bad one is kept out, and it is said why."""

import os
import signal
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.front.authority import Authority, Issued, self_signed
from tests.front.door import HOST, Door, opened
from tests.waiting import until


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Door]:
    with opened(tmp_path) as found:
        yield found


def test_a_renewed_certificate_is_served_and_no_request_fails(own: Door) -> None:
    served, stop, failed, number = [own.served()], threading.Event(), list[Exception](), [0]

    def traffic() -> None:
        while not stop.is_set():
            try:
                assert own.ask("/", headers={"Connection": "close"}).status_code == 200
                number[0] += 1
                stop.wait(0.1)  # as many as an address may ask
            except (httpx.HTTPError, AssertionError) as error:
                failed.append(error)

    def slow() -> None:
        """One answer that is under way while nginx reads its configuration again."""
        try:
            assert own.ask("/drip").status_code == 200
        except (httpx.HTTPError, AssertionError) as error:
            failed.append(error)

    threads = [threading.Thread(target=target) for target in (traffic, traffic, slow)]
    for thread in threads:
        thread.start()
    until(lambda: number[0] > 10)
    for _ in range(3):
        own.authority.issue(HOST).put(own.secrets)
        until(lambda: own.served() != served[-1], seconds=20)
        served.append(own.served())
    stop.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(own.events("configuration_taken")) >= 3


def _expired(authority: Authority) -> Issued:
    return authority.issue(HOST, days=-1)


def _of_another_key(authority: Authority) -> Issued:
    return Issued(authority.issue(HOST).chain, authority.issue(HOST).key)


def _without_its_issuer(authority: Authority) -> Issued:
    return authority.issue(HOST, is_whole=False)


def _of_nobody(_: Authority) -> Issued:
    return self_signed(HOST)


def _no_certificate(authority: Authority) -> Issued:
    return Issued(b"rubbish\n", authority.issue(HOST).key)


BAD = {
    "expired": (_expired, "has expired"),
    "another key's": (_of_another_key, "is not the key"),
    "incomplete chain": (_without_its_issuer, "does not reach the authority"),
    "unknown issuer": (_of_nobody, "does not reach the authority"),
    "no certificate": (_no_certificate, "holds no certificate"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_certificate_is_kept_out_and_a_good_one_follows(own: Door, kind: str) -> None:
    make, reason = BAD[kind]
    former = own.served()
    make(own.authority).put(own.secrets)
    until(lambda: any(reason in e["reason"] for e in own.events("certificate_kept_out")))
    assert own.served() == former
    assert own.ask("/").status_code == 200
    own.authority.issue(HOST).put(own.secrets)
    until(lambda: own.served() != former)
    assert own.ask("/").status_code == 200


def test_a_changed_list_is_read_and_a_broken_one_is_not(own: Door) -> None:
    assert own.ask("/metrics", port=own.metrics_port).status_code == 403
    allow = own.secrets / "metrics_allow.conf"
    allow.write_text("allow 127.0.0.1;\n")
    until(lambda: own.ask("/metrics", port=own.metrics_port).status_code == 200)
    allow.write_text("allow everybody;\n")
    until(lambda: own.events("configuration_kept_out"))
    assert own.ask("/metrics", port=own.metrics_port).status_code == 200
    allow.unlink()
    until(lambda: own.ask("/metrics", port=own.metrics_port).status_code == 403)


def test_a_certificate_that_came_with_a_broken_list_is_served_once_that_is_mended(
    own: Door,
) -> None:
    former = own.served()
    (own.secrets / "metrics_allow.conf").write_text("allow everybody;\n")
    own.authority.issue(HOST).put(own.secrets)
    until(lambda: own.events("configuration_kept_out"))
    assert own.served() == former
    (own.secrets / "metrics_allow.conf").write_text("allow 127.0.0.1;\n")
    until(lambda: own.served() != former)


def test_what_is_under_way_comes_to_its_end_when_it_is_stopped(own: Door) -> None:
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(own.ask("/drip").status_code))
    thread.start()
    threading.Event().wait(0.5)
    own.process.send_signal(signal.SIGQUIT)
    thread.join()
    assert answers == [200]
    assert own.process.wait(timeout=60) == 0


def test_nginx_that_ended_takes_its_watcher_along(own: Door) -> None:
    pid = int((own.folder / "tmp/nginx.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    assert own.process.wait(timeout=60) != 0


def test_a_start_serves_even_what_has_expired_and_says_so(tmp_path: Path) -> None:
    with opened(tmp_path, days=-1) as door:
        assert door.events("certificate_is_bad")
        with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
            door.handshake()


def test_a_bare_address_is_served_to_those_who_name_no_host(tmp_path: Path) -> None:
    with opened(tmp_path, PLUMBLINE_URL="https://127.0.0.1") as door:
        assert door.served(None) == door.served(HOST)
        assert door.ask("/", host="127.0.0.1").status_code == 200
