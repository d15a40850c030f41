"""RSA2 as Alipay wants it: keys as its console shows them, what is signed, and the very text that a reply signs."""

import base64
import json
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

SIGN_TYPE = "RSA2"
MIN_KEY = 2048
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


class Signer:
    """Signs as the application. The key is PEM, or bare base64 of PKCS#8 or PKCS#1; ValueError for anything else."""

    def __init__(self, private_key: str) -> None:
        bare = _bare(private_key)
        key = load_der_private_key(bare, None) if bare else load_pem_private_key(private_key.encode(), None)
        if not isinstance(key, RSAPrivateKey) or key.key_size < MIN_KEY:
            raise ValueError(f"an RSA key of {MIN_KEY} bits is expected")
        self._key = key

    def sign(self, content: str) -> str:
        return base64.b64encode(self._key.sign(content.encode(), PKCS1v15(), SHA256())).decode()

    @property
    def public_key(self) -> RSAPublicKey:
        return self._key.public_key()


class Verifier:
    """Knows what Alipay itself has signed. The key is Alipay's, not the application's; ValueError as in Signer."""

    def __init__(self, public_key: str) -> None:
        bare = _bare(public_key)
        key = load_der_public_key(bare) if bare else load_pem_public_key(public_key.encode())
        if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY:
            raise ValueError(f"an RSA key of {MIN_KEY} bits is expected")
        self._key = key

    def belongs_to(self, signer: Signer) -> bool:
        """Whether it would believe what `signer` signs."""
        return self._key == signer.public_key

    def has_signed(self, content: str, signature: str) -> bool:
        try:
            raw = base64.b64decode(signature, validate=True)
            self._key.verify(raw, content.encode(), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


def _bare(key: str) -> bytes | None:
    """The DER of a key that came without PEM's frame; None if it has one."""
    if "-----BEGIN" in key:
        return None
    try:
        return base64.b64decode("".join(key.split()), validate=True)
    except ValueError as error:
        raise ValueError("neither PEM nor base64") from error


def request_content(parameters: Mapping[str, str]) -> str:
    """What a request signs: everything but `sign`, sorted, values as they are, empty ones left out."""
    return "&".join(f"{k}={v}" for k, v in sorted(parameters.items()) if k != "sign" and v)


def notification_content(parameters: Mapping[str, str]) -> str:
    """What a push signs: everything but `sign` and `sign_type`, sorted, empty values kept."""
    return "&".join(f"{k}={v}" for k, v in sorted(parameters.items()) if k not in ("sign", "sign_type"))


def raw_values(text: str) -> dict[str, str]:
    """The exact text of each value of a JSON object, by name: signatures cover it as it stands, never a rewritten one.

    ValueError if it is no JSON object, or names a value twice.
    """
    values: dict[str, str] = {}
    at = _after(text, 0, "{")
    if text.startswith("}", at):
        at = _after(text, at, "}")
    else:
        while True:
            name, end = _DECODER.raw_decode(text, at)
            start = _after(text, end, ":")
            _, end = _DECODER.raw_decode(text, start)
            if not isinstance(name, str) or name in values:
                raise ValueError("a name is no string, or comes twice")
            values[name] = text[start:end]
            at = _skip(text, end)
            if not text.startswith(",", at):
                at = _after(text, at, "}")
                break
            at = _after(text, at, ",")
    if at != len(text):
        raise ValueError("more than one JSON value")
    return values


def _after(text: str, at: int, mark: str) -> int:
    """Where the text goes on after `mark`, blanks skipped on both sides."""
    at = _skip(text, at)
    if not text.startswith(mark, at):
        raise ValueError(f"{mark} is expected at {at}")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
