"""Messages of ACP 5.1.0: forms in, `k=v&k=v` out, signed on both sides.

Signed is the lower-case hex SHA-256 of all pairs but `signature`, without empty values, sorted and joined:
SHA256withRSA over that text, base64.
"""

import base64
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

VERSION, SIGN_METHOD, ENCODING = "5.1.0", "01", "UTF-8"


def digest(fields: Mapping[str, str]) -> bytes:
    """What is signed."""
    pairs = sorted((name, value) for name, value in fields.items() if value and name != "signature")
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return hashlib.sha256(text.encode()).hexdigest().encode()


def sign(fields: Mapping[str, str], key: rsa.RSAPrivateKey) -> str:
    """The value of `signature`."""
    return base64.b64encode(key.sign(digest(fields), padding.PKCS1v15(), SHA256())).decode()


def is_signed(fields: Mapping[str, str], key: rsa.RSAPublicKey) -> bool:
    """Whether `signature` is right."""
    try:
        signature = base64.b64decode(fields.get("signature", ""), validate=True)
        key.verify(signature, digest(fields), padding.PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def answer_bytes(fields: Mapping[str, str]) -> bytes:
    """A reply as it travels: sorted pairs, values as they are, nothing percent-encoded."""
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value).encode()
