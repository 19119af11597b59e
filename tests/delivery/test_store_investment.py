"""Two who store investment rules at once: the rules of one of them are in force, and nobody's mixture."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from backend.delivery.investment_rules import DEFAULTS, Rule
from backend.delivery.store.investment import investment_rules, set_investment


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_later_ones_stand() -> None:
    typed = [tuple(Rule("label", f"{who}{n}", "unplanned") for n in range(20)) for who in "ab"]
    together = Barrier(2)

    def store(rules: Sequence[Rule]) -> bool:
        try:
            together.wait(timeout=20)
            return set_investment(chosen=DEFAULTS, rules=rules)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(store, typed)) == [True, True]
    assert investment_rules() in typed
