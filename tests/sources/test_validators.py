"""Entity tags are kept by connection and address, and make a second look free."""

import pytest

from backend.sources import validators
from backend.sources.budget import Budget
from backend.sources.github.client import GitHub
from backend.sources.models import Usage, Validator
from tests.factories import a_connection
from tests.simulators.github import World, running

pytestmark = pytest.mark.django_db
PATH = "/orgs/forge/repos"


def test_the_last_tag_of_an_address_is_kept() -> None:
    one, other = a_connection(), a_connection()
    assert validators.recall(one, PATH) == ""
    for etag in ('"1"', '"2"'):
        validators.keep(connection=one, path=PATH, etag=etag)
    assert validators.recall(one, PATH) == '"2"'
    assert validators.recall(one, "/elsewhere") == validators.recall(other, PATH) == ""


@pytest.mark.parametrize("etag", ["", "x" * 201])
def test_what_cannot_be_kept_is_forgotten(etag: str) -> None:
    connection = a_connection()
    validators.keep(connection=connection, path=PATH, etag='"1"')
    validators.keep(connection=connection, path=PATH, etag=etag)
    assert not Validator.objects.exists()


def test_a_second_look_is_free_and_counted() -> None:
    world = World()
    world.create_organization("forge")
    world.add_token("ghp_the_token_of_the_validators")
    with running(world, rate_limit=100) as server:
        connection = a_connection(url=server.url)

        def look() -> int:
            token, meter = "ghp_the_token_of_the_validators", Budget(connection)
            with GitHub(url=server.url, token=token, meter=meter) as github:
                answer = github.get(PATH, unless=validators.recall(connection, PATH))
            validators.keep(connection=connection, path=PATH, etag=answer.etag)
            return answer.status

        assert [look(), look()] == [200, 304]
        world.create_repository(world.organizations["forge"], "app")
        assert [look(), look()] == [200, 304]
        assert server.core is not None
        assert server.core.used == 2
    assert [(row.requests, row.not_modified) for row in Usage.objects.all()] == [(4, 2)]
