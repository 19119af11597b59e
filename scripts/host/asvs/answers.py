"""What came back from the front door: plain values, without a judgement."""

from __future__ import annotations

from typing import Final, Mapping, NamedTuple, Optional, Sequence, Tuple

ELSEWHERE: Final = "elsewhere.invalid"
"""A host that is none of ours: claimed by whoever tries to be taken for another."""
ECHO: Final = "echoed-0f3a91"
"""Sent as a header, so that whoever gives it back shows."""


class Answer(NamedTuple):
    asked: str
    """Method and path."""
    status: int
    """0: none came."""
    headers: Tuple[Tuple[str, str], ...] = ()
    """Names in small letters."""
    body: str = ""
    """Its beginning."""
    trouble: str = ""
    """Why none came."""

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known == name]

    def header(self, name: str) -> str:
        return ", ".join(self.all(name))

    @property
    def kind(self) -> str:
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def is_page(self) -> bool:
        """What a browser shows as a document."""
        return self.kind == "text/html" and bool(self.body)

    @property
    def told(self) -> str:
        return f"{self.asked}: {self.trouble or self.status}"


class Shown(NamedTuple):
    """The certificate at the door."""

    days: int
    """That it is still good for."""
    key: str
    """Kind and bits: EC 256."""
    signature: str
    trouble: str
    """Why a browser would not believe it; empty: it does."""


class Looked(NamedTuple):
    host: str
    public: str
    """The address that people open, as the configuration has it."""
    negotiated: str
    """The version of TLS that is chosen where all are offered."""
    old: Mapping[str, str]
    """By version that is too old: refused, accepted, or why it is not known."""
    strong: str
    """What became of an offer of Mozilla's intermediate; the same words."""
    weak: str
    """And of all other ciphers."""
    certificate: Optional[Shown]
    unknown_shows: str
    """Who asks for another host is shown a certificate: none, unnamed, this host's, or why it is not known."""
    pages: Sequence[Answer] = ()
    """A page, redirections, a static file, errors: answers of every kind."""
    static: Sequence[Answer] = ()
    errors: Sequence[Answer] = ()
    plain: Sequence[Answer] = ()
    """Without TLS."""
    foreign: Sequence[Answer] = ()
    """For pages of another origin."""
    methods: Sequence[Answer] = ()
    hidden: Sequence[Answer] = ()
    hosts: Sequence[Answer] = ()
    api: Sequence[Answer] = ()
    """Without a session or a token."""
    admin: Sequence[Answer] = ()
    forwarded: Sequence[Answer] = ()
    """With headers that a balancer alone may set."""
    large: Sequence[Answer] = ()
    traversal: Sequence[Answer] = ()

    @property
    def every(self) -> list[Answer]:
        """By TLS and to this host: what headers are judged by."""
        refused = [one for one in self.large if one.status]  # what is taken is waited for
        groups = (self.pages, self.static, self.errors, refused, self.api, self.admin)
        return [one for group in groups for one in group]
