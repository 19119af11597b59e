"""Every address of the appliance as every one of the cast, against the written matrix."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLResolver, get_resolver

from backend.accounts.models import SignInPolicy
from backend.api.site import api
from backend.config.admin.site import site
from tests.access.conftest import CAST, Come
from tests.access.page_matrix import PAGES
from tests.api.conftest import World
from tests.sign_in import an_account, sign_in

pytestmark = pytest.mark.django_db
MODELS = {
    f"{model._meta.app_label}/{model._meta.model_name}": model._default_manager
    for model in site._registry
}
OPERATIONS = {f"api/v1{path}" for _, router in api._routers for path in router.path_operations}


def routes(resolver: URLResolver | None = None, above: str = "") -> Iterator[str]:
    """Of every address but the API's operations, which have a matrix of their own."""
    for one in (resolver or get_resolver()).url_patterns:
        route = f"{above}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from routes(one, route)
        elif re.sub(r"<(\w+:)?", r"{\1", route).replace(">", "}") not in OPERATIONS:
            yield route


def rows(route: str) -> list[tuple[str, str, str]]:
    return [row for row in PAGES if re.fullmatch(row[0], route)]


def test_every_address_has_one_row() -> None:
    assert {route: len(rows(route)) for route in routes() if len(rows(route)) != 1} == {}


def test_every_row_is_of_some_address() -> None:
    known = list(routes())
    for pattern, *_ in PAGES:
        assert any(re.fullmatch(pattern, route) for route in known), pattern


@pytest.mark.parametrize("name", CAST)
def test_who_is_let_in(come: Come, world: World, name: str) -> None:
    """Signing out comes last, or nobody would be there any more."""
    client = come(name)
    audience = {"owner": 0, "administrator": 1, "auditor": 2, "anonymous": 4}.get(
        name, 4 if "token" in name or name == "service account" else 3
    )
    for route in sorted(routes(), key=lambda route: "logout" in route):
        ((_, *expected),) = rows(route)
        for method, row in zip(("get", "post"), expected, strict=True):
            wanted = row.split()[audience]
            if "logout" in route and method == "post":
                continue
            cache.clear()  # what refuses a few times refuses everything for a while
            given = told(getattr(client, method)(address(route)))
            assert given == wanted, (method, route)


def address(route: str) -> str:
    """One that the route answers, of a thing that is there, where there is one."""
    model = re.match(r"admin/(\w+/\w+)/", route)
    row: Any = MODELS[model[1]].first() if model and model[1] in MODELS else None
    special = {
        "admin/^(?P<app": "/admin/people/",
        "admin/(?P<url>": "/admin/no-such-page",
        "^": "/pull-requests",
        "docs/pictures/": "/docs/pictures/tests.png",
        "docs/security/": "/docs/security/whitepaper.md",
    }
    for beginning, instead in special.items():
        if route.startswith(beginning):
            return instead
    path = re.sub(r"<(int|path):\w+>", str(row.pk if row else 0), route)
    return "/" + re.sub(r"<slug:name>", "api", re.sub(r"<(slug|str):(?!name)\w+>", "1", path))


def told(answer: Any) -> str:
    if answer.status_code == 302:
        return "login" if re.match("/(admin|accounts)/login/", answer.headers["Location"]) else "in"
    return {200: "in", 401: "unproven", 403: "no", 404: "none", 405: "none"}.get(
        answer.status_code, str(answer.status_code)
    )


def test_what_was_told_is_told_apart(client: Client) -> None:
    """The harness itself: it knows a page from a refusal."""
    assert told(client.get("/healthz")) == "in"
    assert told(client.get("/admin/")) == "login"
    assert told(client.post("/healthz")) == "none"


def test_networks_that_may_administer_hold_for_every_page_of_it(client: Client) -> None:
    """Those for the sign-in policy's own changes, autocompletion, imports and exports too."""
    sign_in(client, an_account("owner"))
    SignInPolicy.objects.create(pk=1, admin_networks=["10.0.0.0/8"])
    tried = [address(route) for route in routes() if route.startswith("admin/")]
    assert len(tried) > 100
    for page in tried:
        for method in (client.get, client.post):
            assert method(page).status_code == 403, page
    assert client.get("/api/v1/me").status_code == 200
