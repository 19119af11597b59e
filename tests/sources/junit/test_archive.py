"""Archives that were made to do harm: all are refused, and nothing is unpacked further than it may be."""

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest

from backend.sources.junit import Refused, archive
from backend.sources.junit.unpacking import CHUNK

REPORT = b"<testsuite><testcase name='n' time='1'/></testsuite>"
LOCAL, CENTRAL, END = "<4s2B4HL2L2H", "<4s4B4HL2L5H2L", "<4s4H2LH"


def a_zip(content: bytes = REPORT, *, method: int = zipfile.ZIP_DEFLATED, times: int = 1) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as opened:
        for number in range(times):
            opened.writestr(f"{number}.xml", content)
    return packed.getvalue()


def read(packed: bytes) -> list[bytes]:
    return [b"".join(contents) for _, contents in archive.reports(packed)]


def made(content: bytes, *, method: int, declared: int, times: int = 1) -> bytes:
    """An archive with one file that is listed `times` and says what it likes of its size."""
    local = struct.pack(LOCAL, b"PK\3\4", 20, 0, 0, method, 0, 33, 0, len(content), declared, 5, 0)
    listed = struct.pack(
        *(CENTRAL, b"PK\1\2", 20, 3, 20, 0, 0, method, 0, 33, 0, len(content), declared),
        *(5, 0, 0, 0, 0, 0, 0),
    )
    files = (listed + b"a.xml") * times
    start = len(local) + 5 + len(content)
    end = struct.pack(END, b"PK\5\6", 0, 0, 1, 1, len(files), start, 0)
    return local + b"a.xml" + content + files + end


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_runners_upload_is_read(method: int) -> None:
    assert read(a_zip(method=method, times=3)) == [REPORT] * 3


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_cannot_be_bounded_are_refused_before_they_unpack(method: int) -> None:
    packed = a_zip(bytes(20 * 2**20), method=method)
    tracemalloc.start()
    with pytest.raises(Refused, match="in a way that is not read"):
        read(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_a_file_that_is_larger_than_it_says_is_not_unpacked_further() -> None:
    (packer := io.BytesIO()).write(a_zip(bytes(20 * 2**20)))
    with zipfile.ZipFile(packer) as opened:
        start, size = 30 + len("0.xml"), opened.infolist()[0].compress_size
    packed = made(packer.getvalue()[start : start + size], method=8, declared=1_000)
    tracemalloc.start()
    with pytest.raises(Refused, match="cannot be unpacked"):
        read(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * CHUNK


def test_files_that_lie_over_one_another_are_refused() -> None:
    with pytest.raises(Refused, match="lie over one another"):
        read(made(bytes(100_000), method=0, declared=1_000, times=10))


def test_a_long_list_of_files_is_refused_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(zipfile, "ZipInfo", parsed.append)
    with pytest.raises(Refused, match="list of files is larger than 1 MB"):
        read(made(b"", method=0, declared=0, times=30_000))
    assert parsed == []


def test_more_files_than_are_read() -> None:
    with pytest.raises(Refused, match="more than 2,000 files"):
        read(made(b"", method=0, declared=0, times=2_001))


def flipped(at: int) -> Callable[[bytes], bytes]:
    """With the field at `at` of the list of files, or of the end, filled with ones."""

    def change(packed: bytes) -> bytes:
        start = packed.rfind(b"PK\1\2") + at
        return packed[:start] + b"\xff\xff" + packed[start + 2 :]

    return change


def broken(packed: bytes) -> bytes:
    """With a name that is said to be UTF-8 and is not."""
    start = packed.rfind(b"PK\1\2")
    head = packed[start : start + 46]
    return packed[:start] + head[:8] + b"\0\x08" + head[10:] + b"\xff" + packed[start + 47 :]


@pytest.mark.parametrize(
    "change",
    [
        *(pytest.param(flipped(at), id=f"byte {at}") for at in range(6, 56, 2)),
        pytest.param(broken, id="a name in no encoding"),
        pytest.param(lambda packed: packed[:-30], id="without its end"),
        pytest.param(lambda packed: packed[40:], id="without its beginning"),
    ],
)
def test_an_archive_that_is_wrong_is_read_or_refused_and_nothing_else(
    change: Callable[[bytes], bytes],
) -> None:
    with suppress(Refused):
        assert read(change(a_zip())) in ([REPORT], [])
