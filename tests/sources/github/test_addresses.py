"""Where the interfaces are, for each kind of server."""

import pytest

from backend.sources.github.addresses import Addresses, addresses


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://ghes.example", ("https://ghes.example", "/api/v3", "/api/graphql")),
        ("https://ghes.example:8443", ("https://ghes.example:8443", "/api/v3", "/api/graphql")),
        ("https://github.com", ("https://api.github.com", "", "/graphql")),
        ("https://octocorp.ghe.com", ("https://api.octocorp.ghe.com", "", "/graphql")),
        ("https://notghe.com", ("https://notghe.com", "/api/v3", "/api/graphql")),
    ],
)
def test_every_kind_of_server(url: str, found: tuple[str, str, str]) -> None:
    assert addresses(url) == Addresses(*found)
