"""`scripts/verify-audit`: its Ed25519, and what it says of files that are not what they should be."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.audit.exporting import lines, lines_of
from backend.audit.models import Event
from tests.audit.chained import a_head, a_log, exported, offline
from tests.processes import script

SCRIPT = script("verify-audit")
is_signed: Callable[[bytes, bytes, bytes], bool] = SCRIPT.is_signed


@settings(max_examples=30, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=300), data=st.data())
def test_it_accepts_what_was_signed_and_nothing_else(
    seed: bytes, message: bytes, data: st.DataObject
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert is_signed(public, message, signature)
    place, bit = data.draw(st.integers(0, 63)), data.draw(st.integers(0, 7))
    changed = bytearray(signature)
    changed[place] ^= 1 << bit
    assert not is_signed(public, message, bytes(changed))
    assert not is_signed(public, message + b"x", signature)


@pytest.mark.parametrize(
    ("public", "message", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ],
    ids=["RFC 8032 test 1", "RFC 8032 test 2"],
)
def test_the_vectors_of_the_standard(public: str, message: str, signature: str) -> None:
    told = [bytes.fromhex(text) for text in (public, message, signature)]
    assert is_signed(*told)
    # The same signature with another number that is equal modulo the order of the group is refused (5.1.7, 8.4).
    number = int.from_bytes(told[2][32:], "little") + SCRIPT.ORDER
    assert not is_signed(told[0], told[1], told[2][:32] + number.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 32, 63, 65])
def test_a_signature_of_another_length_is_none(length: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signature = (key.sign(b"") + b"\0")[:length]
    assert not is_signed(key.public_key().public_bytes_raw(), b"", signature)


@pytest.mark.django_db
def test_a_part_says_that_it_is_one(tmp_path: Path) -> None:
    a_log(9, every=3)
    (tmp_path / "part").write_text("".join(f"{line}\n" for line in lines(after=3, up_to=6)))
    code, said = offline(tmp_path / "part")
    assert code == 0
    assert "The export begins behind position 3: it is a part." in said
    assert said.endswith("Positions 4 to 6: intact.\n")


@pytest.mark.django_db
def test_events_behind_the_last_head_are_told(tmp_path: Path) -> None:
    a_log(4, every=2)
    export = [*lines()]
    heads = [line for line in export if line.startswith('{"digest"')]
    (tmp_path / "export").write_text("\n".join(line for line in export if line != heads[-1]) + "\n")
    code, said = offline(tmp_path / "export")
    assert code == 0
    assert "No signature speaks for what is behind position 2" in said
    (tmp_path / "export").write_text("\n".join(line for line in export if line not in heads) + "\n")
    assert offline(tmp_path / "export")[0] == 1


@pytest.mark.django_db
def test_a_chosen_few_are_exported_in_their_order_with_their_place() -> None:
    a_log(3)
    Event.objects.create(name="new", action=3, object_pk="")
    told = [*lines_of(Event.objects.order_by("-pk"))]
    assert [line[: line.index(",")] for line in told] == [
        f'{{"position": {position}' for position in ("null", 3, 2, 1)
    ]
    assert [line for line in lines() if line.startswith('{"position"')] == told[:0:-1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is no export"),
        ('{"plumbline_audit": 1}', "after"),
        ("no JSON", "Expecting value"),
    ],
)
def test_what_is_no_export_is_not_checked(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "export").write_text(content)
    code, said = offline(tmp_path / "export")
    assert (code, words in said, "Traceback" in said) == (2, True, False)


@pytest.mark.django_db
def test_lines_that_are_neither_event_nor_head_are_found(tmp_path: Path) -> None:
    a_log(2)
    export = [*lines()]
    export.insert(2, "something else")
    (tmp_path / "export").write_text("\n".join(export))
    code, said = offline(tmp_path / "export")
    assert (code, "Line 3 is neither an event nor a head." in said) == (1, True)


@pytest.mark.django_db
def test_heads_of_another_log_prove_nothing(tmp_path: Path) -> None:
    a_log(2)
    code, said = exported(tmp_path, [])
    assert (code, "No head held outside is of a position in this export." in said) == (1, True)
    assert exported(tmp_path, [a_head()])[0] == 0
