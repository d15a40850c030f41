"""Secrets of patients at rest: encrypted fields, blind indexes to find them, masks to show them."""

from kernel.crypto.cipher import DecryptionFailed, FieldCipher, blind_index, decrypt, encrypt
from kernel.crypto.fields import BlindIndexField, EncryptedTextField

__all__ = [
    "BlindIndexField", "DecryptionFailed", "EncryptedTextField", "FieldCipher", "blind_index", "decrypt", "encrypt",
]  # fmt: skip
