"""Files whose names change with their content are kept for good, and served packed where they lie packed."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("app/assets/page-dtSiHv3L.js", "max-age=315360000, public, immutable"),
        ("app/mark.svg", "max-age=60, public"),
    ],
)
# Whoever closes an answer looks at the connection to the database.
@pytest.mark.django_db
def test_how_long_a_file_is_kept(tmp_path: Path, settings: Any, name: str, kept: str) -> None:
    settings.STATIC_ROOT = tmp_path
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"text" * 1000)
    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    middleware = WhiteNoiseMiddleware(lambda _: HttpResponse(status=404))
    answer = middleware(RequestFactory(headers={"Accept-Encoding": "gzip"}).get(f"/static/{name}"))
    assert (answer.status_code, answer["Cache-Control"]) == (200, kept)
    assert (answer["Content-Encoding"], answer["Vary"]) == ("gzip", "Accept-Encoding")
    answer.close()
