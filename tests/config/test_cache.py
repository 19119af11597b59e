"""What stands in the shared cache is data, never code."""

import pickle

import pytest
import redis
from django.conf import settings
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _clean() -> None:
    cache.delete("a-test")


@pytest.mark.parametrize("value", [1, True, None, 1.5, "text", [1.0, 2.5], {"a": [True]}])
def test_values_come_back_as_they_were(value: object) -> None:
    cache.set("a-test", value, timeout=60)
    found = cache.get("a-test")
    assert (found, type(found)) == (value, type(value))


def test_numbers_can_be_counted_up() -> None:
    cache.set("a-test", 1, timeout=60)
    assert cache.incr("a-test") == 2


def test_a_pickle_put_there_by_somebody_else_is_refused() -> None:
    with redis.Redis.from_url(str(settings.CACHES["default"]["LOCATION"])) as client:
        client.set(cache.make_key("a-test"), pickle.dumps(["anything"]))
    with pytest.raises(ValueError, match=r"decode|JSON|Expecting"):
        cache.get("a-test")
