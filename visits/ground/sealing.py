"""How a file is sealed: in pieces, each encrypted and in its place, so that any size streams.

A sealed file is MARK, the name of its secret, a salt, then pieces of AES-256-GCM. The nonce of a
piece is its number and whether it is the last one: none can be left out, moved or cut off.
"""

import os
import unicodedata
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from visits.ground.db import Keyring

MARK, PASSPHRASE_MARK = b"palier sealed 1\n", b"palier words 1\n"
NAME, SALT, TAG, NONCE = 8, 16, 16, 12
NAMED = len(MARK) + NAME  # so many bytes tell which secret
PIECE = 64 * 1024


class Unreadable(Exception):
    """A sealed file that no secret of ours opens, or that was changed."""


def seal(plain: Iterable[bytes], target: BinaryIO, keys: Keyring) -> None:
    """Write bytes sealed under the newest secret."""
    name, salt = keys.key_names()[0], os.urandom(SALT)
    head = MARK + name + salt
    cipher = AESGCM(keys.file_key(name, salt))
    target.write(head)
    number, held = 0, bytearray()
    for part in plain:
        held += part
        while len(held) > PIECE:  # the last piece is told apart, so one always waits
            target.write(cipher.encrypt(_nonce(number, last=False), bytes(held[:PIECE]), head))
            del held[:PIECE]
            number += 1
    target.write(cipher.encrypt(_nonce(number, last=True), bytes(held), head))


def name_in(head: bytes) -> bytes | None:
    """Tell which secret sealed a file that begins so (NAMED bytes); None for one in clear."""
    return head[len(MARK) :] if head.startswith(MARK) else None


def unseal(source: BinaryIO, keys: Keyring) -> Iterator[bytes]:
    """Read a file piece by piece, one in clear as it is; raises Unreadable."""
    head = source.read(NAMED)
    name = name_in(head)
    if name is None:
        yield head
        while part := source.read(PIECE):
            yield part
        return
    head += source.read(SALT)
    try:
        cipher = AESGCM(keys.file_key(name, head[-SALT:]))
    except KeyError:
        raise Unreadable("sealed under a secret that is not here") from None
    number, piece = 0, source.read(PIECE + TAG)
    while True:
        following = source.read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, head)
        except (InvalidTag, ValueError):
            raise Unreadable("changed since it was sealed") from None
        if not following:
            return
        number, piece = number + 1, following


def seal_with_passphrase(plain: bytes, passphrase: str) -> bytes:
    """Seal a few bytes under words that a person keeps."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    head = PASSPHRASE_MARK + salt + nonce
    return head + AESGCM(_stretched(passphrase, salt)).encrypt(nonce, plain, head)


def open_with_passphrase(sealed: bytes, passphrase: str) -> bytes:
    """Open what was sealed with a passphrase; raises Unreadable."""
    end = len(PASSPHRASE_MARK) + SALT + NONCE
    head = sealed[:end]
    cipher = AESGCM(_stretched(passphrase, head[len(PASSPHRASE_MARK) : -NONCE]))
    try:
        return cipher.decrypt(head[-NONCE:], sealed[end:], head)
    except InvalidTag:
        raise Unreadable("sealed with another passphrase, or changed since") from None


def _stretched(passphrase: str, salt: bytes) -> bytes:
    words = unicodedata.normalize("NFC", passphrase).encode()
    return Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(words)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
