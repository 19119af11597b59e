from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_former_attempts() -> Iterator[None]:
    """Rate limits and used codes of other tests do not count."""
    cache.clear()
    yield
    cache.clear()
