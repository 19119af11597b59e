"""One running stack for all of these tests."""

from collections.abc import Iterator

import pytest

from tests.appliance.stack import Stack, running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for the images to be built."""
    for item in items:
        item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("appliance")) as found:
        yield found
