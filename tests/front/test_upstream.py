"""nginx passes requests on to web alone: by TLS, to whom the services' own authority named so."""

import socket
from pathlib import Path

import pytest

from tests.front.authority import Authority, Issued, self_signed
from tests.front.door import HOST, Door, opened


def test_web_with_its_own_certificate_is_believed(door: Door) -> None:
    assert door.ask("/").status_code == 200


def _of_another_authority(folder: Path) -> Issued:
    return Authority(folder, "Other").issue("web-http")


def _self_signed(_: Path) -> Issued:
    return self_signed("web-http")


WRONG = {"another authority": _of_another_authority, "self-signed": _self_signed}


@pytest.mark.parametrize("kind", WRONG)
def test_a_web_of_nobody_known_gets_no_request(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, shown=WRONG[kind](tmp_path)) as door:
        assert door.ask("/").status_code == 502


def test_a_web_by_another_name_gets_no_request(tmp_path: Path) -> None:
    changes = {"proxy_ssl_name web-http": f"proxy_ssl_name {HOST}"}
    with opened(tmp_path, changes=changes) as door:
        assert door.ask("/").status_code == 502


def test_a_web_without_tls_gets_no_request(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        changes = {"web-http:8000": f"127.0.0.1:{plain.getsockname()[1]}",
                   "proxy_connect_timeout 5s": "proxy_connect_timeout 1s"}  # fmt: skip
        with opened(tmp_path, changes=changes) as door:
            assert door.ask("/").status_code == 504
            with plain.accept()[0] as connection:
                said = connection.recv(100)
    # A handshake's first record, and no line of a request.
    assert said[0] == 22
    assert b"GET" not in said
