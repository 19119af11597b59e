"""A person with a browser and an authenticator, in front of nginx: real cookies, forms and one-time codes."""

import hmac
import re
import struct
import time
from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from tests.appliance.stack import HOST, Stack

PASSWORD = "a long enough password 1"


class Person:
    def __init__(self, stack: Stack) -> None:
        self._origin = f"https://127.0.0.1:{stack.port}"
        named = f"{HOST}:{stack.port}"
        self._client = httpx.Client(
            verify=stack.trust(),
            timeout=60,
            headers={"Host": named, "Referer": f"https://{named}/"},
        )

    def close(self) -> None:
        self._client.close()

    def open(self, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        """Ask for a path and follow redirects, as a browser does, though no name server knows the host."""
        for _ in range(10):
            answer = self._client.request(
                "GET" if data is None else "POST",
                self._origin + path,
                data=data,
                extensions={"sni_hostname": HOST},
            )
            if not answer.has_redirect_location:
                return answer
            target = urlsplit(answer.headers["location"])
            path, data = f"{target.path}?{target.query}" if target.query else target.path, None
        raise AssertionError(f"{path} redirects without end.")

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        """What a program sends."""
        return self._client.post(
            self._origin + path,
            content=body,
            headers=headers,
            extensions={"sni_hostname": HOST},
        )

    def send(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Fill in and send the form of a page that was opened."""
        hidden = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert hidden, page.text
        return self.open(page.url.path, {"csrfmiddlewaretoken": hidden[1]} | fields)

    def enrol(self, link: str) -> None:
        """From an enrolment link to a session with a second factor."""
        target = urlsplit(link)
        page = self.open(f"{target.path}?{target.query}")
        page = self.send(page, password1=PASSWORD, password2=PASSWORD)
        assert page.url.path == "/accounts/2fa/totp/activate/", page.text
        secret = re.search(r"\b[A-Z2-7]{32}\b", page.text)
        assert secret
        page = self.send(page, code=one_time_code(secret[0]))
        assert page.status_code == 200, page.text
        assert page.url.path != "/accounts/2fa/totp/activate/", page.text


def one_time_code(secret: str) -> str:
    """RFC 6238, six digits, thirty seconds."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(b32decode(secret), counter, "sha1")
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


@contextmanager
def a_lead(stack: Stack) -> Iterator[Person]:
    """A lead of team A, enrolled by a link with a password and a second factor."""
    link = stack.manage(
        "web",
        *("user", "add", "--email", "lead@plumbline.example", "--role", "team_lead"),
        *("--team", "team-a"),
    )
    person = Person(stack)
    try:
        person.enrol(link.strip())
        yield person
    finally:
        person.close()
