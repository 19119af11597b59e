"""A table's digest tells of every change, and of nothing else."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some

from backend.appliance.digests import TableDigest, of

Row = tuple[int | None, str | None, float]
TEXTS = some.text(some.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
ROW = some.tuples(
    some.none() | some.integers(-(2**31), 2**31 - 1),
    some.none() | TEXTS,
    some.floats(allow_nan=False),
)
ROWS = some.lists(ROW, max_size=6)
in_one_transaction = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def digest_of(cursor: CursorWrapper, rows: Sequence[Row]) -> TableDigest:
    cursor.execute('CREATE TABLE probe (n int, t text, "this_row" float8)')
    try:
        cursor.executemany("INSERT INTO probe VALUES (%s, %s, %s)", rows) if rows else None
        return of(cursor, "probe")
    finally:
        cursor.execute("DROP TABLE probe")


@pytest.mark.django_db
@in_one_transaction
@given(data=some.data(), rows=ROWS)
def test_the_order_of_rows_does_not_count(data: some.DataObject, rows: list[Row]) -> None:
    other = data.draw(some.permutations(rows))
    with connection.cursor() as cursor:
        assert digest_of(cursor, rows) == digest_of(cursor, other)


@pytest.mark.django_db
@in_one_transaction
@given(data=some.data(), rows=some.lists(ROW, min_size=1, max_size=6), other=ROW)
def test_a_changed_row_changes_it(data: some.DataObject, rows: list[Row], other: Row) -> None:
    place = data.draw(some.integers(0, len(rows) - 1))
    assume(repr(rows[place]) != repr(other))
    changed = [*rows[:place], other, *rows[place + 1 :]]
    with connection.cursor() as cursor:
        assert digest_of(cursor, rows).digest != digest_of(cursor, changed).digest


@pytest.mark.django_db
@in_one_transaction
@given(rows=ROWS, more=some.integers(1, 3), row=ROW)
def test_equal_rows_do_not_cancel_each_other_out(rows: list[Row], more: int, row: Row) -> None:
    with connection.cursor() as cursor:
        before, after = digest_of(cursor, rows), digest_of(cursor, [*rows, *[row] * more])
    assert after.rows == before.rows + more
    assert after.digest != before.digest


@pytest.mark.django_db
@pytest.mark.parametrize(
    "setting",
    [
        "SET LOCAL timezone = 'Asia/Tokyo'",
        "SET LOCAL datestyle = 'SQL, DMY'",
        "SET LOCAL bytea_output = 'escape'",
        "SET LOCAL extra_float_digits = -10",
        "SET LOCAL intervalstyle = 'sql_standard'",
    ],
    ids=["timezone", "dates", "bytes", "floats", "intervals"],
)
def test_how_the_server_is_set_does_not_count(setting: str) -> None:
    def found() -> Any:
        with connection.cursor() as cursor:
            return of(cursor, "probe")

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE probe AS SELECT now() AS at, current_date AS day, '\\x00ff'::bytea AS bytes,"
            " pi() AS number, interval '1 year 2 days' AS span"
        )
        before = found()
        cursor.execute(setting)
    assert found() == before
