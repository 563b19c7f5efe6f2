"""Locking a file of any size with a key: AES-256-GCM, piece by piece, so that nothing can be changed, moved or cut off.

Each piece is sealed with its number and whether it is the last one, and with what the file says of itself: a piece that
is missing, repeated or from another file does not open. (The STREAM construction of Hoang, Reyhanitabar, Rogaway and
Vizar, 2015.)
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clinic.backups import Unfit

PIECE = 1024 * 1024
KEY_BYTES = 32
_PREFIX = 7
_TAG = 16


def read_key(text: str) -> bytes:
    """Return a key from its letters."""
    try:
        key = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise Unfit("A key in BACKUP_KEYS is not one: make it as .env.example says.")
    return key


def name_of(key: bytes) -> str:
    """Return what a key is called: enough to find it among several, and no help in guessing it."""
    return hashlib.sha256(b"twelve-weeks backup key " + key).hexdigest()[:12]


def seal(source: BinaryIO, target: BinaryIO, *, key: bytes, about: bytes) -> None:
    """Write a locked copy of ``source``."""
    prefix = secrets.token_bytes(_PREFIX)
    target.write(prefix)
    cipher = AESGCM(key)
    for nonce, piece in _pieces(source, PIECE, prefix):
        target.write(cipher.encrypt(nonce, piece, about))


def unseal(source: BinaryIO, target: BinaryIO, *, key: bytes, about: bytes) -> None:
    """Write what ``source`` holds; Unfit when a single bit of it is not as it was sealed."""
    cipher = AESGCM(key)
    try:
        for nonce, piece in _pieces(source, PIECE + _TAG, source.read(_PREFIX)):
            target.write(cipher.decrypt(nonce, piece, about))
    except (InvalidTag, ValueError) as error:
        raise Unfit("The file does not open: it was changed, or it is not complete.") from error


def _pieces(source: BinaryIO, size: int, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each piece with its nonce: the file's own prefix, the number of the piece, whether it is the last."""
    number, piece = 0, source.read(size)
    while True:
        following = source.read(size)
        yield prefix + number.to_bytes(4, "big") + (b"\0" if following else b"\1"), piece
        if not following:
            return
        number, piece = number + 1, following
