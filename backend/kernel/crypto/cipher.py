"""AES-256-GCM with a key ring, and the keyed blind index.

A token is `key id (1 byte) ‖ nonce (12) ‖ ciphertext+tag`. The context (table and column) is authenticated, so that a
value cannot be moved to another column. Rotation: put a new key first in the ring, run `manage.py rotate_field_keys`,
drop the old.
"""

import base64
import functools
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from kernel.text import fold_number

NONCE_BYTES = 12
INDEX_BYTES = 16


class DecryptionFailed(Exception):
    """The value was changed, moved to another column, or its key is not in the ring."""


class FieldCipher:
    """Encrypts with the first key of `ring` (`"2:base64,1:base64"`), decrypts with any."""

    def __init__(self, ring: str) -> None:
        self._keys: dict[int, AESGCM] = {}
        for entry in ring.split(","):
            key_id, _, encoded = entry.strip().partition(":")
            key = base64.b64decode(encoded, validate=True)
            if len(key) != 32 or not 0 < int(key_id) < 256:
                raise ValueError("a field key is <id 1-255>:<32 bytes in base64>")
            self._keys[int(key_id)] = AESGCM(key)
        self.current = next(iter(self._keys))

    def encrypt(self, text: str, context: str) -> bytes:
        """The token of `text` for that table and column."""
        return self.seal(text.encode(), context)

    def seal(self, data: bytes, context: str) -> bytes:
        """The token of `data` for that place."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self.current].encrypt(nonce, data, context.encode())
        return bytes([self.current]) + nonce + sealed

    def decrypt(self, token: bytes, context: str) -> str:
        """The text of `token`; DecryptionFailed if it cannot be trusted."""
        return self.open(token, context).decode()

    def open(self, token: bytes, context: str) -> bytes:
        """What was sealed; DecryptionFailed if it cannot be trusted."""
        key = self._keys.get(token[0]) if token else None
        if key is None:
            raise DecryptionFailed(context)
        try:
            return key.decrypt(token[1 : 1 + NONCE_BYTES], token[1 + NONCE_BYTES :], context.encode())
        except InvalidTag as error:
            raise DecryptionFailed(context) from error


@functools.cache
def _cipher(ring: str) -> FieldCipher:
    return FieldCipher(ring)


def cipher() -> FieldCipher:
    """The cipher of the configured key ring."""
    return _cipher(settings.FIELD_KEYS)


def encrypt(text: str, context: str) -> bytes:
    """Encrypt with the configured ring."""
    return cipher().encrypt(text, context)


def decrypt(token: bytes, context: str) -> str:
    """Decrypt with the configured ring."""
    return cipher().decrypt(token, context)


def blind_index(value: str, purpose: str) -> bytes:
    """The 16 bytes by which an encrypted `value` is found; equal for equal values of one purpose.

    Values are folded as numbers are stored, so that typing habits don't matter.
    """
    message = f"{purpose}\0{fold_number(value)}".encode()
    return hmac.new(settings.BLIND_INDEX_KEY, message, hashlib.sha256).digest()[:INDEX_BYTES]
