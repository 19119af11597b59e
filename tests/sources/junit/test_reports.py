"""What is read of reports that real runners wrote, and of what others are known to write."""

import gzip
import io
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.delivery.result_records import ReportRecord, TestRecord
from backend.sources.junit import Accept, Refused, read_report, unpacking
from backend.sources.junit import report as junit_report

DATA = Path(__file__).parents[2] / "data" / "junit"
REAL = {
    "pytest.xml": {
        "tests.test_cart > test_adds": "p",
        "tests.test_cart > test_takes[1]": "p",
        "tests.test_cart > test_takes[2.5]": "p",
        r"tests.test_cart > test_takes[<&> \u20ac]": "p",
        "tests.test_cart > test_fails": "f",
        "tests.test_cart > test_errors": "f",
        "tests.test_cart > test_skipped": "s",
        "tests.test_cart > test_expected_to_fail": "s",
        "tests.test_cart > test_fails_and_ends_badly": "ff",
        "tests.test_cart.TestCheckout > test_pays": "p",
    },
    "vitest.xml": {
        "cart.test.ts > adds": "p",
        "cart.test.ts > cart > takes <&> €": "p",
        "cart.test.ts > cart > fails": "f",
        "cart.test.ts > cart > is skipped": "s",
        "cart.test.ts > cart > is to do": "s",
        "cart.test.ts > cart > passes when retried": "p",
        "cart.test.ts > cart > checkout > pays": "p",
    },
    "node.xml": {
        "adds": "p",
        "cart > takes <&> €": "p",
        "cart > fails": "f",
        "cart > is skipped": "s",
        "cart > is to do": "s",
        "cart > checkout > pays": "p",
        "cart > checkout > fails": "f",
    },
    "gotestsum.xml": {
        "shop.example/cart > TestTakes/fails": "ff",
        "shop.example/cart > TestTakes": "ff",
        "shop.example/cart > TestSkipped": "s",
        "shop.example/cart > TestAdds": "p",
        "shop.example/cart > TestTakes/one": "p",
        "shop.example/cart > TestTakes/<&>_€": "p",
        "shop.example/cart/checkout > TestFlaky": "fp",
        "shop.example/cart/checkout > TestPays": "p",
    },
    "jest.xml": {
        f"src/{file}.test.js > {name}": outcome
        for file, group in (("other", "other cart"), ("cart", "cart"))
        for name, outcome in (
            ("adds", "p"),
            (f"{group} takes <&> €", "p"),
            (f"{group} fails", "f"),
            (f"{group} is skipped", "s"),
            (f"{group} is to do", "p"),
            (f"{group} checkout pays", "p"),
            (f"{group} checkout fails", "f"),
        )
    },
}


def read(report: str | bytes, *accept: Accept) -> ReportRecord:
    body = report if isinstance(report, bytes) else report.encode()
    return read_report([body], accept=accept or tuple(Accept))


def one(report: str) -> TestRecord:
    (test,) = read(report).tests.values()
    return test


def called(test: TestRecord) -> str:
    return f"{test.suite} > {test.name}" if test.suite else test.name


def letters(test: TestRecord) -> str:
    return "".join(execution.outcome[0] for execution in test.executions)


@pytest.mark.parametrize("name", REAL)
def test_what_real_runners_wrote(name: str) -> None:
    found = read((DATA / name).read_bytes())
    assert {called(test): letters(test) for test in found.tests.values()} == REAL[name]


def test_files_are_known_where_a_report_tells_them() -> None:
    def files(name: str) -> set[str]:
        return {test.file for test in read((DATA / name).read_bytes()).tests.values()}

    assert files("pytest-xunit1.xml") == {"tests/test_cart.py"}
    assert files("jest.xml") == {"src/cart.test.js", "src/other.test.js"}
    assert files("vitest.xml") == {"cart.test.ts"}
    assert files("pytest.xml") == files("node.xml") == files("gotestsum.xml") == {""}


@pytest.mark.parametrize(
    ("name", "differ"),
    [("pytest.xml", False), ("vitest.xml", False), ("gotestsum.xml", False), ("jest.xml", True)],
)
def test_declared_totals_are_compared(name: str, differ: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert read((DATA / name).read_bytes()).totals_differ is differ


def test_reruns_by_more_test_cases_are_no_mistake_where_that_is_said() -> None:
    report = (DATA / "gotestsum.xml").read_bytes()
    with pytest.raises(Refused, match="3 test cases are of the same suite and name as another"):
        read_report([report])
    read_report([report], accept=[Accept.REPEATED_NAMES])


def case(inside: str = "", **attributes: str) -> str:
    told = " ".join(f'{name}="{value}"' for name, value in ({"name": "n"} | attributes).items())
    return f"<testsuite name='s'><testcase {told}>{inside}</testcase></testsuite>"


@pytest.mark.parametrize(
    ("inside", "outcomes"),
    [
        ("", "p"),
        ("<failure/>", "f"),
        ("<error/>", "f"),
        ("<failure/><error/>", "f"),
        ("<skipped/>", "s"),
        ("<skipped/><failure/>", "f"),
        ("<flakyFailure/>", "fp"),
        ("<flakyError/><flakyFailure/>", "ffp"),
        ("<failure/><rerunFailure/>", "ff"),
        ("<system-out><failure/></system-out>", "p"),
        ("<properties><property name='failure'/></properties>", "p"),
    ],
)
def test_outcomes(inside: str, outcomes: str) -> None:
    assert letters(one(case(inside))) == outcomes


@pytest.mark.parametrize("told", [{"status": "notrun"}, {"result": "suppressed"}])
def test_what_did_not_run_is_skipped(told: dict[str, str]) -> None:
    assert letters(one(case(**told))) == "s"


@pytest.mark.parametrize(
    ("told", "milliseconds"),
    [
        ("0", 0),
        ("0.0004", 0),
        ("0.0005", 1),
        ("1.5", 1500),
        (" 2. ", 2000),
        (".25", 250),
        ("1,234.5", 1_234_500),
        ("1e-3", 1),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("1e400", None),
        ("12,34", None),
        ("1.5s", None),
        ("9" * 50, None),
    ],
)
def test_durations(told: str, milliseconds: int | None) -> None:
    assert one(case(time=told)).executions[0].milliseconds == milliseconds


@pytest.mark.parametrize(
    ("told", "file"),
    [
        ("src/cart.py", "src/cart.py"),
        ("./src/cart.py", "src/cart.py"),
        (r"src\cart.cs", "src/cart.cs"),
        ("/home/runner/work/shop/shop/src/cart.py", "src/cart.py"),
        ("/opt/agent/_work/shop/shop/src/cart.py", "src/cart.py"),
        (r"D:\a\shop\shop\src\cart.cs", "src/cart.cs"),
        ("/somebody/src/cart.py", ""),
        ("../elsewhere/cart.py", ""),
        (r"C:\src\cart.cs", ""),
        ("x" * 501, ""),
        ("a/../../../login", ""),
        ("a/..", ""),
        ("a/..b/c..py", "a/..b/c..py"),
        ("/home/runner/work/shop/shop/../../cart.py", ""),
        ("src/&#10;cart.py", ""),
        ("src/&#x202e;yp.trac", ""),
    ],
)
def test_files_are_paths_within_the_repository(told: str, file: str) -> None:
    assert one(case(file=told)).file == file


def test_a_suite_that_is_called_by_a_path_elsewhere_tells_no_file() -> None:
    assert one("<testsuite name='a/../../cart.py'><testcase name='n'/></testsuite>").file == ""


def test_what_cannot_be_seen_is_not_kept_of_names() -> None:
    test = one(
        "<testsuite name='s&#10;t'><testcase name='a&#9;b&#x202e;c&#x85;d&#x200f;é'/></testsuite>"
    )
    assert (test.suite, test.name) == ("s t", "a b\ufffdc d\ufffdé")


def test_names_that_differ_in_what_cannot_be_seen_alone_are_others() -> None:
    names = ("a b", "a&#10;b")
    cases = "".join(f"<testcase name='{name}'/>" for name in names)
    assert len(read(f"<testsuite>{cases}</testsuite>").tests) == 2


@pytest.mark.parametrize(
    ("report", "suite"),
    [
        ("<testsuite><testcase name='n'/></testsuite>", ""),
        ("<testsuites name='all'><testcase name='n' classname='c'/></testsuites>", "c"),
        ("<testsuite name='a'><testcase name='n' classname='a'/></testsuite>", "a"),
        ("<testsuite name='a'><testcase name='n' classname='a.B'/></testsuite>", "a.B"),
        ("<testsuite name='a'><testcase name='n' classname='n'/></testsuite>", "a"),
        ("<testsuite name='a'><testcase name='n' classname='test'/></testsuite>", "a"),
        (
            "<testsuite name='a'><testsuite name='b'><testcase name='n' classname='c'/></testsuite></testsuite>",
            "a > b > c",
        ),
        (
            "<testsuites><testsuite name='undefined'><testcase name='n' file='x/y.js'/></testsuite></testsuites>",
            "x/y.js",
        ),
    ],
)
def test_suites_are_called_by_what_says_something(report: str, suite: str) -> None:
    assert one(report).suite == suite


def test_tests_are_told_apart_by_all_of_their_names_whatever_is_kept() -> None:
    long = "x" * 600
    cases = "".join(f"<testcase name='{long}{end}'/>" for end in "ab")
    tests = read(f"<testsuite name='{long}'>{cases}</testsuite>").tests
    assert len(tests) == 2
    assert {(len(test.suite), len(test.name)) for test in tests.values()} == {(500, 500)}


def test_suites_that_differ_after_what_is_kept_are_others() -> None:
    names = [("a" * 600 + end, "n") for end in "ab"] + [("a" * 500, "n")]
    suites = "".join(
        f"<testsuite name='{suite}'><testcase name='{name}'/></testsuite>" for suite, name in names
    )
    assert len(read(f"<testsuites>{suites}</testsuites>").tests) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_encodings_that_are_declared_and_true(encoding: str) -> None:
    report = f"<?xml version='1.0' encoding='{encoding}'?><testsuite><testcase name='übrig'/></testsuite>"
    (test,) = read(report.encode(encoding)).tests.values()
    assert test.name == "übrig"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(b"\xef\xbb\xbf" + case().encode()).tests


@given(st.lists(st.integers(1, 5_000), max_size=40), st.booleans(), st.integers(1, 3))
def test_however_it_arrives_it_is_the_same(sizes: list[int], packed: bool, members: int) -> None:  # noqa: FBT001 - a drawn value
    body = (DATA / "jest.xml").read_bytes()
    third = len(body) // members + 1
    parts = [body[at : at + third] for at in range(0, len(body), third)]
    sent = b"".join(map(gzip.compress, parts)) if packed else body

    def arriving() -> Iterator[bytes]:
        stream = io.BytesIO(sent)
        for size in sizes:
            yield stream.read(size)
        yield stream.read()

    pieces = list(unpacking.unpacked(arriving()))
    assert b"".join(pieces) == body
    assert {len(piece) for piece in pieces[:-1]} <= {unpacking.CHUNK}
    whole = read(body)
    assert read_report([sent], accept=list(Accept)) == whole


def test_members_of_a_byte_each_come_as_whole_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    body = case(name="x" * 900).encode()
    members = [gzip.compress(body[at : at + 1]) for at in range(len(body))]
    assert list(unpacking.unpacked(members)) == [body]
    monkeypatch.setattr(unpacking, "MAXIMUM_MEMBERS", len(body) - 1)
    with pytest.raises(Refused, match=r"The gzip is of more than") as refused:
        read_report(members)
    assert refused.value.status == 413


def test_what_is_passed_over_takes_no_room() -> None:
    """Forty megabytes of output; pieces are made as they are read, and none is kept."""
    output = b"secret " * 8_000

    def arriving() -> Iterator[bytes]:
        yield b"<testsuite name='s'><testcase name='n' time='1'><system-out>"
        for _ in range(700):
            yield output
        yield b"</system-out></testcase></testsuite>"

    found = read_report(arriving())
    assert "secret" not in repr(found)
    assert sys.getsizeof(repr(found)) < 1_000


def test_names_that_take_too_much_room_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit_report, "MAXIMUM_TEXT", 10_000)
    cases = "".join(f"<testcase name='{number:0200}'/>" for number in range(100))
    with pytest.raises(Refused, match="too much room") as refused:
        read(f"<testsuite>{cases}</testsuite>")
    assert refused.value.status == 413


def test_suites_and_files_take_room_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each case in a class of its own: a suite of 500 characters for each, from a few bytes of the report."""
    monkeypatch.setattr(junit_report, "MAXIMUM_TEXT", 100_000)
    long = "s" * 490
    for told in ("classname='c{}'", "file='{:0490}'"):
        cases = "".join(f"<testcase {told.format(n)} name='n{n}'/>" for n in range(300))
        with pytest.raises(Refused, match="too much room"):
            read(f"<testsuite name='{long}'>{cases}</testsuite>")
    cases = "".join(f"<testcase classname='c' file='{long}' name='n{n}'/>" for n in range(300))
    tests = read(f"<testsuite name='{long}'>{cases}</testsuite>").tests.values()
    assert len({id(test.suite) for test in tests}) == len({id(test.file) for test in tests}) == 1


def test_the_names_of_suites_that_are_open_are_not_kept_whole() -> None:
    long = "x" * 900_000
    body = "".join(f"<testsuite name='{long}{n}'>" for n in range(50)).encode()
    tracemalloc.start()
    with pytest.raises(Refused, match="no well-formed XML"):
        read_report(body[at : at + 65_536] for at in range(0, len(body), 65_536))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_cases_that_are_repeated_are_kept_in_order() -> None:
    cases = "".join(f"<testcase name='n' time='{n}'/>" for n in range(4))
    test = one(f"<testsuite>{cases}</testsuite>")
    assert [execution.milliseconds for execution in test.executions] == [0, 1000, 2000, 3000]


def test_nothing_is_kept_of_repeated_names_that_are_a_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are all counted for the answer, and neither merged nor looked at."""
    monkeypatch.setattr(junit_report, "MOST_OF_A_TEST", 2)
    cases = "<testcase name='n' time='1'/>" * 500
    with pytest.raises(Refused, match="499 test cases are of the same suite and name"):
        read_report([f"<testsuite>{cases}</testsuite>".encode()])


def test_a_test_of_more_executions_than_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit_report, "MOST_OF_A_TEST", 20)
    cases = "<testcase name='n'><rerunFailure/></testcase>" * 11
    assert len(one(f"<testsuite>{cases[: len(cases) // 11 * 10]}</testsuite>").executions) == 20
    with pytest.raises(Refused, match="more than 20 executions") as refused:
        read(f"<testsuite>{cases}</testsuite>")
    assert refused.value.status == 413


def test_more_executions_than_are_taken_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit_report, "MAXIMUM_EXECUTIONS", 10)
    cases = "".join(f"<testcase name='{n}'><rerunFailure/></testcase>" for n in range(6))
    with pytest.raises(Refused, match="more than 10 executions"):
        read(f"<testsuite>{cases}</testsuite>")


def test_the_work_of_repeated_names_grows_with_their_number_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is known of a test is written once more at the end, and not with each of its cases."""
    monkeypatch.setattr(junit_report, "MOST_OF_A_TEST", 30_000)
    written: list[str] = []

    class Watched(TestRecord):
        def __setattr__(self, name: str, value: object) -> None:
            written.append(name)
            super().__setattr__(name, value)

    monkeypatch.setattr(junit_report, "TestRecord", Watched)
    cases = b"<testcase name='n' time='1'/>" * 20_000
    read_report([b"<testsuite>", cases, b"</testsuite>"], accept=tuple(Accept))
    assert written == ["suite", "name", "file", "executions", "executions"]
