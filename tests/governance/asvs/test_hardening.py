"""Checks of settings: good as production has them, weak once one is loosened."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from csp.constants import NONCE, SELF, UNSAFE_INLINE
from django.conf import settings as configured
from django.contrib.auth import urls as others
from django.db import models
from django.urls import clear_url_caches, include, path, resolvers

from backend.accounts.models import User
from backend.config import urls
from backend.governance.asvs.checks import Weak, hardening

POLICY = configured.CONTENT_SECURITY_POLICY["DIRECTIVES"]
TEMPLATES: dict[str, Any] = configured.TEMPLATES[0]
MIDDLEWARE = list(configured.MIDDLEWARE)


@pytest.fixture(autouse=True)
def production(settings: Any, tmp_path: Path) -> Any:
    """What differs there from the tests' settings."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECRET_KEY = "of-many-different-letters-0123456789-" * 2
    settings.ALLOWED_HOSTS = ["plumbline.example"]
    settings.INSTALLED_APPS = [*configured.INSTALLED_APPS]
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "app").mkdir()
    (tmp_path / "app/index.js").write_text("")
    return settings


def without(*names: str) -> dict[str, Any]:
    return {"DIRECTIVES": {name: value for name, value in POLICY.items() if name not in names}}


def templates(**changes: Any) -> list[dict[str, Any]]:
    return [TEMPLATES | {"OPTIONS": TEMPLATES["OPTIONS"] | changes}]


Look = Callable[[], str]
WEAKER: list[tuple[Look, str, Any]] = [
    (hardening.debug_is_off, "DEBUG", True),
    (hardening.debug_is_off, "TEMPLATES", templates(debug=True)),
    (hardening.debug_is_off, "DEBUG_PROPAGATE_EXCEPTIONS", True),
    (hardening.middleware_is_whole, "MIDDLEWARE", MIDDLEWARE[::-1]),
    (hardening.middleware_is_whole, "MIDDLEWARE", MIDDLEWARE[1:]),
    (hardening.django_finds_nothing_to_harden, "SESSION_COOKIE_SECURE", False),
    (hardening.django_finds_nothing_to_harden, "SECRET_KEY", "short"),
    (hardening.one_way_to_sign_in, "AUTHENTICATION_BACKENDS", ["a.Backend"]),
    (hardening.one_host_is_served, "ALLOWED_HOSTS", ["*"]),
    (hardening.one_host_is_served, "ALLOWED_HOSTS", ["a.example", "b.example"]),
    (hardening.serializers_are_json, "CELERY", {"accept_content": ["json", "pickle"]}),
    (hardening.serializers_are_json, "SESSION_SERIALIZER", "a.PickleSerializer"),
    (hardening.templates_escape, "TEMPLATES", templates(autoescape=False)),
    (hardening.policy_of_pages_is_strict, "CONTENT_SECURITY_POLICY", without("object-src")),
    (
        hardening.policy_of_pages_is_strict,
        "CONTENT_SECURITY_POLICY",
        {"DIRECTIVES": POLICY | {"script-src": [SELF, NONCE, UNSAFE_INLINE]}},
    ),
    (
        hardening.policy_of_pages_is_strict,
        "CONTENT_SECURITY_POLICY",
        {"DIRECTIVES": POLICY | {"script-src": [SELF, "https://cdn.example"]}},
    ),
    (hardening.no_file_is_kept, "MEDIA_ROOT", "/uploads"),
]


@pytest.mark.parametrize(
    ("look", "name", "value"),
    WEAKER,
    ids=[f"{look.__name__}-{number}" for number, (look, _, _) in enumerate(WEAKER)],
)
def test_what_is_loosened_is_weak(production: Any, look: Look, name: str, value: Any) -> None:
    assert look()
    setattr(production, name, value)
    with pytest.raises(Weak):
        look()


def test_an_app_that_nobody_listed_is_weak(production: Any) -> None:
    assert hardening.apps_are_the_known_ones()
    production.INSTALLED_APPS = [*configured.INSTALLED_APPS, "django.contrib.admindocs"]
    with pytest.raises(Weak, match="admindocs"):
        hardening.apps_are_the_known_ones()


def test_an_address_that_nobody_listed_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = resolvers.get_resolver()
    patterns: list[Any] = urls.urlpatterns
    known = [one for one in patterns if str(one.pattern)]
    monkeypatch.setattr(resolver, "url_patterns", known)
    assert hardening.addresses_are_the_known_ones()
    monkeypatch.setattr(resolver, "url_patterns", [*known, path("graphql", include(others))])
    with pytest.raises(Weak, match="graphql"):
        hardening.addresses_are_the_known_ones()
    clear_url_caches()


def test_a_column_of_files_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hardening.no_file_is_kept()
    fields = [*User._meta.get_fields(), models.FileField(name="picture")]
    monkeypatch.setattr(User._meta, "get_fields", lambda: fields)
    with pytest.raises(Weak, match="columns of files"):
        hardening.no_file_is_kept()


@pytest.mark.parametrize("name", ["app.js.map", "old.js.bak", ".git", "app.py", "all.zip"])
def test_a_static_file_of_another_kind_is_weak(production: Any, name: str) -> None:
    assert hardening.static_files_are_of_known_kinds() == "1 files of 1 kinds"
    (production.STATIC_ROOT / name).write_text("")
    with pytest.raises(Weak, match=name):
        hardening.static_files_are_of_known_kinds()


def test_without_static_files_nothing_was_looked_at(production: Any, tmp_path: Path) -> None:
    production.STATIC_ROOT = tmp_path / "nowhere"
    with pytest.raises(Weak, match="none to look at"):
        hardening.static_files_are_of_known_kinds()


def test_another_class_of_data_is_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hardening.data_classes_are_the_known_ones()

    class More(StrEnum):
        HEALTH = "health"

    monkeypatch.setattr(hardening, "DataClass", More)
    with pytest.raises(Weak, match="health"):
        hardening.data_classes_are_the_known_ones()


def test_native_code_is_weak(production: Any, tmp_path: Path) -> None:
    assert hardening.nothing_of_ours_is_compiled()
    production.BASE_DIR = tmp_path
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend/fast.c").write_text("")
    with pytest.raises(Weak, match=r"fast\.c"):
        hardening.nothing_of_ours_is_compiled()
