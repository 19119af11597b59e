"""A session as the GitHub App itself: it may ask about its installations, their tokens and its webhook, and no more."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Self

from django.utils import timezone

from backend.connections.store import OpenedCredential
from backend.outbound.models import Traffic
from backend.sources.answers import Answer
from backend.sources.errors import CredentialRefused, NotFound, SourceError
from backend.sources.findings import READ
from backend.sources.github.addresses import addresses
from backend.sources.github.app_payloads import About, Installation, IssuedToken
from backend.sources.github.app_token import EARLIER, VALID, app_token
from backend.sources.github.client import next_page
from backend.sources.github.endpoints import REST
from backend.sources.http import AGENT, Client
from backend.sources.limits import Meter, Unmetered
from backend.sources.shapes import read

CLOCKS_DIFFER: Final = timedelta(seconds=30)
"""Less than that does no harm: words are dated a minute back."""


@dataclass
class AppKeys:
    """Signs in with the App's keys, the newest first, and goes on to the next where the server refuses one.

    Before that it goes by the server's clock, where that is another: GitHub takes no word from its future.
    """

    keys: Sequence[OpenedCredential] = field(repr=False)
    note_used: Callable[[int], None]
    clock_ahead: Callable[[], timedelta] = timedelta
    _tried: int = 0
    _ahead: timedelta = timedelta()
    _token: str = field(default="", repr=False)
    _signed_at: datetime | None = None

    def token(self) -> str:
        now = timezone.now()
        if self._signed_at is None or now - self._signed_at > VALID - EARLIER:
            key = self.keys[self._tried]
            self._token = app_token(key.app_id or 0, key.secret, now=now + self._ahead)
            self._signed_at = now
        return self._token

    def accepted(self) -> None:
        self.note_used(self.keys[self._tried].pk)

    def refused(self) -> bool:
        self._signed_at = None
        ahead = self.clock_ahead()
        if abs(ahead - self._ahead) > CLOCKS_DIFFER:
            self._ahead = ahead
            return True
        self._tried = (self._tried + 1) % len(self.keys)
        return self._tried > 0


class App:
    """Every method raises SourceError. `paths` are below the interface's root.

    `installation_id` and `organisations` tell which installation is meant; without either, the App has but one.
    """

    def __init__(
        self,
        *,
        url: str,
        keys: Sequence[OpenedCredential],
        note_used: Callable[[int], None],
        ca_certificate: str = "",
        organisations: Sequence[str] = (),
        installation_id: int | None = None,
        meter: Meter | None = None,
        purpose: Traffic.Purpose = Traffic.Purpose.COLLECT,
    ) -> None:
        where = addresses(url)
        self._root = where.rest
        self._organisations = {name.lower() for name in organisations}
        self._installation_id = installation_id
        self._client = Client(
            base_url=where.base,
            headers={"Accept": "application/vnd.github+json", "User-Agent": AGENT},
            ca_certificate=ca_certificate,
            access=AppKeys(keys, note_used, lambda: self._client.clock_ahead),
            meter=meter or Unmetered(),
            catalogue=REST,
            purpose=purpose,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__()

    @property
    def host(self) -> str:
        return self._client.host

    def get(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Answer:
        """`path`, or the whole address of a next page."""
        address = self._address(path)
        return self._told(lambda: self._client.get(address, parameters))

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        return self._told(lambda: self._client.post(self._address(path), body))

    def patch(self, path: str, body: Mapping[str, Any]) -> Answer:
        return self._told(lambda: self._client.patch(self._address(path), body))

    def about(self) -> About:
        return read(About, self.get("/app").body)

    def installation(self) -> Installation:
        """The one that is meant. Where the App was installed anew, it has another number than before."""
        if self._installation_id is not None:
            try:
                found = self.get(f"/app/installations/{self._installation_id}")
                one = read(Installation, found.body)
                if not self._organisations or one.login.lower() in self._organisations:
                    return self._usable(one)
            except NotFound:
                pass
            self._installation_id = None
        one = self._usable(self._only(list(self._installations())))
        self._installation_id = one.id
        return one

    def issue_token(self, installation: Installation, permissions: Sequence[str]) -> IssuedToken:
        """For an hour, and for reading alone, whatever else the installation may do. It expires by our own clock."""
        wanted = {name: READ for name in permissions if name in installation.permissions}
        path = f"/app/installations/{installation.id}/access_tokens"
        # Without a word on permissions the token would have all that the App was granted.
        answer = self.post(path, {"permissions": wanted or {"metadata": READ}})
        issued = read(IssuedToken, answer.body)
        ends_at = issued.expires_at - self._client.clock_ahead
        return issued.model_copy(update={"expires_at": ends_at})

    def _installations(self) -> Iterator[Installation]:
        url: str | None = "/app/installations"
        parameters: Mapping[str, str | int] | None = {"per_page": 100}
        while url:
            answer = self.get(url, parameters)
            for item in answer.body if isinstance(answer.body, list) else ():
                yield read(Installation, item)
            url, parameters = next_page(answer.headers), None

    def _only(self, found: list[Installation]) -> Installation:
        if not found:
            raise SourceError(
                "The App is not installed yet.",
                "On the App's page at the server, choose Install App and your organisation.",
                permanent=True,
            )
        wanted = [one for one in found if one.login.lower() in self._organisations]
        chosen = wanted if self._organisations else found
        if len(chosen) == 1:
            return chosen[0]
        names = ", ".join(sorted(one.login for one in found))
        raise SourceError(
            f"Which installation of the App is meant cannot be told: it is installed in {names}.",
            "Install the App in the connection's organisation; for each further one make a connection of its own.",
            permanent=True,
        )

    def _usable(self, one: Installation) -> Installation:
        if one.suspended_at:
            raise SourceError(
                f"The App's installation in {one.login} is suspended.",
                "Let an owner of the organisation lift that.",
                permanent=True,
            )
        return one

    def _address(self, path: str) -> str:
        return f"{self._root}{path}" if path.startswith("/") else path

    def _told(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except CredentialRefused as error:
            raise CredentialRefused(
                f"{self.host} does not accept the App's key.",
                "Check the App's number, that its key still stands at the server, and both machines' clocks.",
                permanent=True,
            ) from error
