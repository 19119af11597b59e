"""GitHub's two interfaces as plain calls. Knows addresses, limits, errors and what a server's version lacks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol, Self
from urllib.parse import quote

from backend.sources.answers import Answer
from backend.sources.errors import Forbidden, NotFound, Overloaded, SourceError
from backend.sources.github import payloads
from backend.sources.github.addresses import addresses
from backend.sources.github.app_payloads import Accessible
from backend.sources.github.endpoints import REST
from backend.sources.github.queries import CAPABILITIES, Queries
from backend.sources.http import AGENT, Access, Client, FixedToken, Usage
from backend.sources.limits import Meter, Unmetered, rate_limit
from backend.sources.shapes import UnexpectedShape, read

if TYPE_CHECKING:
    from backend.sources.github.app import App

_OPERATION: Final = re.compile(r"\bquery (\w+)")
_LIMITED: Final = ("RATE_LIMITED", "RATE_LIMIT")
_TOO_MUCH: Final = ("MAX_NODE_LIMIT_EXCEEDED", "RESOURCE_LIMITS_EXCEEDED")


class PageLost(SourceError):
    """The place to go on from is no longer understood: begin the pass anew."""


@dataclass(frozen=True)
class Identity:
    """Who the credential is and what it may do. `scopes` is None where GitHub does not tell (fine-grained)."""

    version: str
    login: str
    scopes: frozenset[str] | None


class Schema(Protocol):
    """Remembers over sessions what a server's GraphQL knows."""

    def recall(self, version: str) -> dict[str, Any] | None:
        """The answer to CAPABILITIES of this version, empty: of any; None where it must be asked."""

    def remember(self, version: str, known: dict[str, Any]) -> None:
        """What the server answered."""

    def forget(self) -> None:
        """It is no longer true."""


class Forgetful:
    """Remembers nothing."""

    def recall(self, version: str) -> dict[str, Any] | None:  # noqa: ARG002 - the face of all
        return None

    def remember(self, version: str, known: dict[str, Any]) -> None:
        """Nothing is kept."""

    def forget(self) -> None:
        """Nothing was kept."""


class GitHub:
    """A session with one server under one credential. Every method raises SourceError."""

    def __init__(
        self,
        *,
        url: str,
        token: str = "",
        ca_certificate: str = "",
        access: Access | None = None,
        meter: Meter | None = None,
        app: "App | None" = None,
        schema: "Schema | None" = None,
    ) -> None:
        """Under a token that stays the same, or an `access`; `app` where that is an App's installation."""
        where = addresses(url)
        self._rest, self._graphql = where.rest, where.graphql
        self._access = access or FixedToken(token)
        self.meter = meter or Unmetered()
        self.app = app
        self._schema = schema or Forgetful()
        self._known: tuple[Queries, tuple[str, ...]] | None = None
        self._known_of = ""
        self._client = Client(
            base_url=where.base,
            headers={"Accept": "application/vnd.github+json", "User-Agent": AGENT},
            ca_certificate=ca_certificate,
            access=self._access,
            meter=self.meter,
            catalogue=REST,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.app is not None:
            self.app.__exit__()
        self._client.__exit__()

    def token(self) -> str:
        """A token that is valid now, for git."""
        return self._access.token()

    @property
    def usage(self) -> Usage:
        return self._client.usage

    def identify(self) -> Identity:
        """Prove that address, certificate and credential are right."""
        try:
            meta = read(payloads.Meta, self.get("/meta").body)
            version = meta.installed_version or ""
            if self.app is not None:
                return Identity(version, f"{self.app.about().slug}[bot]", None)
            answer = self.get("/user")
            user = read(payloads.Viewer, answer.body)
        except UnexpectedShape as error:
            raise SourceError(
                f"{self._client.host} is not a GitHub server.", "Check the address.", permanent=True
            ) from error
        told = answer.headers.get("x-oauth-scopes")
        scopes = None if told is None else frozenset(told.replace(",", " ").split())
        return Identity(version, user.login, scopes)

    def repositories(self, organisation: str = "") -> Iterator[payloads.Repository]:
        """All repositories of an organisation, or all that the credential sees."""
        installed = self.app is not None and not organisation
        path = f"/orgs/{quote(organisation, safe='')}/repos" if organisation else "/user/repos"
        url: str | None = "/installation/repositories" if installed else path
        parameters: Mapping[str, str | int] | None = {"per_page": 100}
        while url:
            answer = self.get(url, parameters)
            if installed:
                yield from read(Accessible, answer.body).repositories
            else:
                yield from read(payloads.Repositories, answer.body).root
            url, parameters = next_page(answer.headers), None

    def get(
        self, path: str, parameters: Mapping[str, str | int] | None = None, *, unless: str = ""
    ) -> Answer:
        """A REST answer; `path` is below the interface's root, or the whole address of a next page.

        `unless`: the entity tag of what is stored. Where it still holds the answer's status is 304, and it is free.
        """
        address = f"{self._rest}{path}" if path[0] == "/" else path
        return self._client.get(address, parameters, unless=unless)

    def download(self, path: str, *, at_most: int) -> bytes:
        """A file, told by a path below the REST interface's root."""
        return self._client.download(f"{self._rest}{path}", at_most=at_most)

    def repository(self, external_id: int) -> payloads.Repository:
        """By id, so that a rename or a transfer does not matter."""
        answer = self._client.get(f"{self._rest}/repositories/{external_id}")
        return read(payloads.Repository, answer.body)

    @property
    def queries(self) -> Queries:
        """What is asked, as this server understands it."""
        return self._fitted()[0]

    @property
    def unavailable(self) -> tuple[str, ...]:
        """What this version of the server does not tell."""
        return self._fitted()[1]

    def _fitted(self) -> tuple[Queries, tuple[str, ...]]:
        """By one introspection a host and version, if the schema remembers; else by one a session."""
        version = self._client.server_version
        if self._known is None or self._known_of != version:
            found = self._schema.recall(version)
            if found is None:
                found = self.ask(CAPABILITIES, {})
                version = self._client.server_version
                self._schema.remember(version, found)
            self._known, self._known_of = _fit(found), version
        return self._known

    def ask(
        self,
        query: str,
        variables: Mapping[str, Any],
        *,
        tries: int = 3,
        missing_ok: bool = False,
    ) -> dict[str, Any]:
        """The data of a GraphQL answer. Raises SourceError, also for errors that come with status 200.

        `missing_ok`: what is not to be had is null in its place, and no error.
        """
        answer = self._client.post(
            self._graphql,
            {"query": query, "variables": dict(variables)},
            tries=tries,
            interface="graphql",
            label=_label(query, variables),
        )
        told = read(payloads.GraphQL, answer.body)
        for error in told.errors or ():
            if missing_ok and error.type == "NOT_FOUND":
                continue
            self._raise(error, answer.headers)
        if told.data is None:
            raise UnexpectedShape("data")
        points = (told.data.get("rateLimit") or {}).get("cost", 0)
        self.usage.points += points
        self.meter.spend(points)
        return told.data

    def _raise(self, error: payloads.GraphQLError, headers: Mapping[str, str]) -> None:
        kind, message, host = error.type, error.message, self._client.host
        if kind in _LIMITED or "rate limit" in message.lower():
            when = rate_limit(
                HTTPStatus.TOO_MANY_REQUESTS, b"", headers, unsaid=self.meter.unsaid_wait
            )
            raise SourceError(
                f"{host} asks to wait until {when:%H:%M:%S} UTC.",
                "Nothing to do: collection goes on by itself.",
                retry_at=when,
            )
        if kind == "NOT_FOUND":
            raise NotFound(
                f"{host} does not know this, or hides it from the token.",
                "Check that the token may still read it.",
                permanent=True,
            )
        if kind in {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
            raise Forbidden(
                f"{host} forbids a part of what was asked: {message[:300]}",
                "Give the token the permissions that docs/install.md lists.",
                permanent=True,
            )
        if kind == "INVALID_CURSOR_ARGUMENTS":
            raise PageLost(f"{host} has forgotten a page.", "Nothing: the pass begins anew.")
        if (
            kind in _TOO_MUCH
            or "timeout" in message.lower()
            or "something went wrong" in message.lower()
        ):
            raise Overloaded(f"{host} gave up on a page.", "Plumbline asks for smaller pages.")
        self._schema.forget()  # it may have been changed for another version
        self._known = None
        raise SourceError(
            f"{host} refused the query: {message[:300]}",
            "Check that the server's version is one that docs/install.md lists.",
            permanent=True,
        )


def _label(query: str, variables: Mapping[str, Any]) -> str:
    """What should take equally long has the same: a longer query, or a larger page, asks for more."""
    operation = _OPERATION.search(query)
    name = operation[1] if operation else ""
    return f"{name} {variables.get('first', '')} {len(query) >> 10}"


def next_page(headers: Mapping[str, str]) -> str | None:
    """The address of the next page; followed, never built."""
    for link in headers.get("link", "").split(","):
        address, _, rest = link.partition(";")
        if 'rel="next"' in rest:
            return address.strip().strip("<>")
    return None


def _fit(found: Mapping[str, Any]) -> tuple[Queries, tuple[str, ...]]:
    """The queries for a server, and what it does not tell."""
    bots = _has(found, "reviewer", "possibleTypes", "Bot")
    queue = _has(found, "timelineItem", "possibleTypes", "AddedToMergeQueueEvent")
    environment = _has(found, "deploymentStatus", "fields", "environment")
    told = {
        "bots that were asked for a review": bots,
        "the merge queue": queue,
        "the environment of a deployment's status": environment,
    }
    queries = Queries(
        full_database_id=_has(found, "pullRequest", "fields", "fullDatabaseId"),
        bot_reviewers=bots,
        merge_queue=queue,
        rate_limit=_has(found, "query", "fields", "rateLimit"),
        status_environment=environment,
    )
    return queries, tuple(name for name, known in told.items() if not known)


def _has(found: Mapping[str, Any], what: str, where: str, name: str) -> bool:
    return any(item["name"] == name for item in (found.get(what) or {}).get(where) or ())
