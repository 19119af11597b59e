"""Real identity providers, started once, and which of them the site knows."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e import identity
from tests.e2e.conftest import Site
from tests.e2e.identity import Directory
from tests.e2e.sso.steps import Arrange
from tests.simulators.github import World, running
from tests.simulators.github.records import Account


@pytest.fixture(scope="session")
def openid(site: Site) -> Iterator[Directory]:
    with identity.openid(site.address) as started:
        yield started


@pytest.fixture(scope="session")
def saml(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with identity.saml(site.address, tmp_path_factory.mktemp("saml")) as started:
        yield started


@pytest.fixture(scope="session")
def github(site: Site) -> Iterator[Directory]:
    world = World()
    for number, (login, known) in enumerate(identity.ACCOUNTS.items(), start=501):
        world.accounts[login] = Account(
            database_id=number,
            login=login,
            email=str(known["email"]),
            email_verified=bool(known["email_verified"]),
        )
    with running(world) as server:
        server.oauth.register(
            client_id="plumbline",
            client_secret=identity.SECRET,
            callback=f"{site.address}/accounts/sso/our-github/callback/",
        )
        yield Directory(server.url)


@pytest.fixture
def arrange(site: Site) -> Iterator[Arrange]:
    def made(*rows: dict[str, Any], **policy: Any) -> None:
        site.run(identity.arrange, list(rows), policy)

    yield made
    made()


@pytest.fixture(params=["oidc", "saml", "github"])
def directory(request: pytest.FixtureRequest) -> tuple[str, Directory]:
    kind = request.param
    name = {"oidc": "openid"}.get(kind, kind)
    return kind, request.getfixturevalue(name)
