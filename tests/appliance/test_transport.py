"""Everything that crosses a network is encrypted, to whom it should be; plaintext is refused."""

import socket
import ssl
from contextlib import ExitStack

import httpx
import pytest

from tests.appliance.stack import HOST, Stack


def handshake(stack: Stack, context: ssl.SSLContext, name: str = HOST) -> ssl.SSLSocket:
    raw = socket.create_connection(("127.0.0.1", stack.port), timeout=10)
    try:
        return context.wrap_socket(raw, server_hostname=name)
    except ssl.SSLError:
        raw.close()
        raise


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_nginx_speaks_current_tls_with_forward_secrecy(
    stack: Stack, version: ssl.TLSVersion
) -> None:
    context = stack.trust()
    context.minimum_version = context.maximum_version = version
    with handshake(stack, context) as connection:
        cipher = connection.cipher()
        assert connection.version() == {771: "TLSv1.2", 772: "TLSv1.3"}[version]
    assert cipher is not None
    assert cipher[0].startswith(("ECDHE-", "TLS_AES_", "TLS_CHACHA20_"))
    assert "GCM" in cipher[0] or "CHACHA20" in cipher[0]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_nginx_refuses_old_tls(stack: Stack, version: ssl.TLSVersion) -> None:
    context = stack.trust()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        handshake(stack, context)


def test_nginx_refuses_weak_ciphers(stack: Stack) -> None:
    context = stack.trust()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        handshake(stack, context)


def test_the_certificate_is_for_this_host_alone(stack: Stack) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(stack, stack.trust(), name="other.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(stack, ssl.create_default_context())


def test_plain_http_is_sent_to_https(stack: Stack) -> None:
    answer = httpx.get(f"http://127.0.0.1:{stack.port}/x?y=1", headers={"Host": HOST})
    assert answer.status_code == 301
    assert answer.headers["location"] == f"https://{HOST}:{stack.port}/x?y=1"


def ask(stack: Stack, path: str, **options: object) -> httpx.Response:
    with httpx.Client(verify=stack.trust(), timeout=30) as client:
        return client.request(
            str(options.pop("method", "GET")),
            f"https://127.0.0.1:{stack.port}{path}",
            headers={"Host": f"{HOST}:{stack.port}"},
            extensions={"sni_hostname": HOST},
            **options,  # type: ignore[arg-type]
        )


def test_headers_name_the_rules_and_not_the_software(stack: Stack) -> None:
    headers = ask(stack, "/accounts/login/").headers
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["server"] == "nginx"
    assert len(headers["x-request-id"]) == 32
    for cookie in headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-")
        assert "; Secure" in cookie


def test_another_host_s_name_is_refused(stack: Stack) -> None:
    with httpx.Client(verify=stack.trust()) as client:
        answer = client.get(
            f"https://127.0.0.1:{stack.port}/healthz",
            headers={"Host": "other.example"},
            extensions={"sni_hostname": HOST},
        )
    assert answer.status_code == 421
    assert answer.json().keys() == {"code", "message", "action"}


def test_nginx_speaks_http_2(stack: Stack) -> None:
    context = stack.trust()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with handshake(stack, context) as connection:
        assert connection.selected_alpn_protocol() == "h2"


def test_large_bodies_are_refused_in_the_one_error_shape(stack: Stack) -> None:
    answer = ask(stack, "/accounts/login/", method="POST", content=b"0" * (1024**2 + 1))
    assert answer.status_code == 413
    assert answer.json().keys() == {"code", "message", "action"}
    answer = ask(stack, "/hooks/github/none", method="POST", content=b"0" * (25 * 1024**2 + 1))
    assert answer.status_code == 413


UPLOAD = f"""POST /api/v1/test-results?sha={"a" * 40} HTTP/1.1\r
Host: {HOST}\r
Content-Length: 50000000\r
Expect: 100-continue\r
\r
"""


def test_bodies_of_few_uploads_are_held_at_once(stack: Stack) -> None:
    """They are in nginx's memory before anybody has looked at a token."""
    with ExitStack() as opened:
        for _ in range(3):
            connection = opened.enter_context(handshake(stack, stack.trust()))
            connection.sendall(UPLOAD.encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 100 ")  # now its body is awaited
        answer = ask(stack, "/api/v1/test-results", method="POST", content=b"0")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert ask(stack, "/accounts/login/").status_code == 200


POSTGRES_STARTTLS = """
import json, os, psycopg
from pathlib import Path
password = Path("/run/secrets/database_password").read_text().strip()
known = {"host": "postgres", "dbname": "plumbline", "user": "web", "password": password,
         "connect_timeout": 5}
verified = {"sslmode": "verify-full", "sslrootcert": "/run/secrets/internal_ca.pem"}
def attempt(**changes):
    try:
        with psycopg.connect(**(known | changes)) as connection:
            row = connection.execute("SELECT version, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            return list(row.fetchone())
    except psycopg.OperationalError as error:
        return str(error)
address = __import__("socket").gethostbyname("postgres")
print(json.dumps({
    "verified": attempt(**verified),
    "plaintext": attempt(sslmode="disable"),
    "wrong name": attempt(**verified, host=address),
    "wrong authority": attempt(sslmode="verify-full", sslrootcert="system"),
    "old protocol": attempt(**verified, ssl_max_protocol_version="TLSv1.2"),
    "wrong password": attempt(**verified, password="wrong"),
    "superuser": attempt(**verified, user="postgres"),
    "other database": attempt(**verified, dbname="postgres"),
}))
"""


def test_postgres_takes_tls_and_scram_alone(stack: Stack) -> None:
    found = stack.python("web", POSTGRES_STARTTLS)
    assert found.pop("verified") == ["TLSv1.3", True]
    assert "no encryption" in found.pop("plaintext")
    assert "does not match host name" in found.pop("wrong name")
    assert "certificate verify failed" in found.pop("wrong authority")
    assert "protocol" in found.pop("old protocol")
    assert "password authentication failed" in found.pop("wrong password")
    assert "no pg_hba.conf entry" in found.pop("superuser")
    assert "no pg_hba.conf entry" in found.pop("other database")
    assert not found
    assert stack.sql("SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                     " WHERE client_addr IS NOT NULL AND NOT ssl") == "0"  # fmt: skip
    assert stack.sql("SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$%') FROM pg_authid"
                     " WHERE rolpassword IS NOT NULL") == "t"  # fmt: skip


BROKER = """
import json, redis, socket
from pathlib import Path
password = Path("/run/secrets/broker_password").read_text().strip()
known = {"host": "valkey", "ssl": True, "ssl_ca_certs": "/run/secrets/internal_ca.pem",
         "username": "web", "password": password, "socket_timeout": 5}
def attempt(command, **changes):
    try:
        return str(redis.Redis(**(known | changes)).execute_command(*command.split()))
    except (redis.RedisError, OSError) as error:
        return f"{type(error).__name__}: {error}"
def plaintext():
    try:
        with socket.create_connection(("valkey", 6379), 5) as raw:
            raw.sendall(b"PING\\r\\n")
            return raw.recv(100).decode("latin-1")
    except ConnectionResetError:
        return "closed"
print(json.dumps({
    "verified": attempt("PING"),
    "plaintext": plaintext(),
    "no password": attempt("PING", username=None, password=None),
    "wrong password": attempt("PING", password="wrong"),
    "health user": attempt("KEYS *", username="health", password="health"),
    "configuration": attempt("CONFIG GET *"),
    "emptying": attempt("FLUSHALL"),
    "users": attempt("ACL LIST"),
    "wrong name": attempt("PING", host=socket.gethostbyname("valkey")),
}))
"""


def test_the_broker_takes_tls_and_a_password_alone(stack: Stack) -> None:
    found = stack.python("web", BROKER)
    assert found.pop("verified") in {"True", "PONG"}
    assert "PONG" not in found.pop("plaintext")
    for refused in ("no password", "wrong password"):
        assert "Authentication" in found.pop(refused)
    assert "certificate verify failed" in found.pop("wrong name")
    for refused in ("health user", "configuration", "emptying", "users"):
        assert "NoPermission" in found.pop(refused)
    assert not found


WEB = """
import json, socket, ssl
def attempt(name="web-http", **changes):
    context = ssl.create_default_context(cafile="/run/secrets/internal_ca.pem")
    for key, value in changes.items():
        setattr(context, key, value)
    try:
        with socket.create_connection(("web-http", 8000), 5) as raw:
            with context.wrap_socket(raw, server_hostname=name) as connection:
                return connection.version()
    except OSError as error:
        return f"{type(error).__name__}: {error}"
def plaintext():
    try:
        with socket.create_connection(("web-http", 8000), 5) as raw:
            raw.sendall(b"GET /healthz HTTP/1.0\\r\\n\\r\\n")
            return raw.recv(100).decode("latin-1")
    except ConnectionResetError:
        return ""
print(json.dumps({
    "verified": attempt(),
    "TLS 1.2": attempt(maximum_version=ssl.TLSVersion.TLSv1_2),
    "wrong name": attempt("web"),
    "plaintext": plaintext(),
}))
"""


def test_web_takes_tls_alone_with_a_certificate_for_its_name(stack: Stack) -> None:
    found = stack.python("web", WEB)
    assert found.pop("verified") == "TLSv1.3"
    assert found.pop("TLS 1.2") == "TLSv1.2"
    assert "certificate verify failed" in found.pop("wrong name")
    assert found.pop("plaintext") == ""
    assert not found
    assert ask(stack, "/accounts/login/").status_code == 200


def test_numbers_for_a_scraper_are_closed_until_an_operator_opens_them(stack: Stack) -> None:
    answer = ask(stack, "/metrics")
    assert answer.status_code == 403
    assert answer.json().keys() == {"code", "message", "action"}
