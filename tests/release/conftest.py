"""A bundle of this commit, made once; and what stands around an appliance in these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.stack import Stack, run
from tests.host.bundles import new_key
from tests.release.made import Made, bundled, forget
from tests.servers import free_port

TOP = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Some wait for images to be built."""
    for item in items:
        item.add_marker(pytest.mark.timeout(2400))


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_key(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Iterator[Made]:
    """This commit's bundle; the simulators run on its worker's image, whatever the appliance runs on."""
    place = tmp_path_factory.mktemp("release")
    (TOP / ".test/release.figures").unlink(missing_ok=True)
    found = bundled(TOP, key, place / "bundle")
    simulators = "plumbline/test-simulators"
    run("docker", "tag", found.manifest.images["worker"].id, simulators)
    outside = Stack(folder=place, project="plumbline-test-outside", port=free_port())
    unused = ("PLUMBLINE_DATA", "PLUMBLINE_KEYS")
    build = {"PLUMBLINE_URL": "https://unused.example"} | dict.fromkeys(unused, "/nonexistent")
    (place / "env").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEST_SIMULATOR_IMAGE", simulators)
        patch.delenv("PLUMBLINE_VERSION", raising=False)
        compose = ("docker", "compose", "--env-file", str(place / "env"), "build", "rsyslog")
        run(*compose, environment=outside.environment | build, seconds=600)
        yield found
    forget(found)
