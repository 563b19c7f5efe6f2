"""Locked files: what was changed, cut, moved or mixed does not open."""

import io
import secrets

import pytest

from clinic.backups import Unfit, sealing

KEY = secrets.token_bytes(32)
PIECE = sealing.PIECE + 16


def sealed(content: bytes, about: bytes = b"a clinic") -> bytes:
    """Return a locked copy."""
    target = io.BytesIO()
    sealing.seal(io.BytesIO(content), target, key=KEY, about=about)
    return target.getvalue()


def opened(content: bytes, about: bytes = b"a clinic", key: bytes = KEY) -> bytes:
    """Return what a locked copy holds."""
    target = io.BytesIO()
    sealing.unseal(io.BytesIO(content), target, key=key, about=about)
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, sealing.PIECE - 1, sealing.PIECE, sealing.PIECE + 1, 3 * sealing.PIECE])
def test_what_was_sealed_comes_back(size: int) -> None:
    content = secrets.token_bytes(size)
    assert opened(sealed(content)) == content


def test_two_copies_of_the_same_look_different() -> None:
    assert sealed(b"the same") != sealed(b"the same")


LONG = sealed(b"m" * 3 * sealing.PIECE)


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(LONG[:-1], id="cut by a byte"),
        pytest.param(LONG[: 7 + 2 * PIECE], id="cut after a piece"),
        pytest.param(LONG + LONG[7 : 7 + PIECE], id="a piece added"),
        pytest.param(
            LONG[:7] + LONG[7 + PIECE : 7 + 2 * PIECE] + LONG[7 : 7 + PIECE] + LONG[7 + 2 * PIECE :], id="moved"
        ),
        pytest.param(LONG[:100] + bytes([LONG[100] ^ 1]) + LONG[101:], id="a bit changed"),
        pytest.param(b"", id="empty"),
        pytest.param(b"not one of ours", id="something else"),
    ],
)
def test_what_was_tampered_with_does_not_open(spoiled: bytes) -> None:
    with pytest.raises(Unfit, match="does not open"):
        opened(spoiled)


def test_it_belongs_to_what_the_file_says_of_itself() -> None:
    with pytest.raises(Unfit):
        opened(sealed(b"all of it"), about=b"another clinic")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(Unfit):
        opened(sealed(b"all of it"), key=secrets.token_bytes(32))


@pytest.mark.parametrize("text", ["", "short", "!" * 44, "a" * 44 + "="])
def test_what_is_no_key_is_refused_in_words(text: str) -> None:
    with pytest.raises(Unfit, match="BACKUP_KEYS"):
        sealing.read_key(text)
