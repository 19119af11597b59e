"""Which paths count as generated."""

import pytest

from backend.delivery.generated_files import is_generated


@pytest.mark.parametrize(
    "path",
    [
        "package-lock.json",
        "frontend/package-lock.json",
        "go.sum",
        "a/b/uv.lock",
        "static/app.min.js",
        "api/v1/service.pb.go",
        "service_pb2.py",
        "vendor/github.com/x/y.go",
        "deep/node_modules/x/index.js",
        "web/dist/app.js",
        "src/__snapshots__/page.test.tsx.snap",
    ],
)
def test_generated(path: str) -> None:
    assert is_generated(path)


@pytest.mark.parametrize(
    "path",
    [
        "package.json",
        "my-package-lock.json",
        "package-lock.json/readme.md",
        "src/vendors/list.py",
        "distribution/setup.py",
        "dist",
        "app.minjs",
        "src/app.min.js/handler.py",
        "service_pb2_test.py",
        "migrations/0001_initial.py",
        "go.sum.md",
        "",
    ],
)
def test_written_by_people(path: str) -> None:
    assert not is_generated(path)
