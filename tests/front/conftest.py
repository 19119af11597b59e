from collections.abc import Iterator

import pytest

from tests.front.door import Door, opened


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One for all tests of a module that only ask."""
    with opened(tmp_path_factory.mktemp("front")) as found:
        yield found
