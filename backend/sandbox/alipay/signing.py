"""RSA2: which text is signed, and how a reply carries its signature."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from sandbox.trading.keys import KeyPair


def request_content(parameters: Mapping[str, str]) -> str:
    """What a merchant signs: everything but `sign`, empty values left out."""
    return "&".join(f"{k}={v}" for k, v in sorted(parameters.items()) if k != "sign" and v)


def notification_content(parameters: Mapping[str, str]) -> str:
    """What a notification's signature covers: all but `sign` and `sign_type`, empty values kept."""
    return "&".join(f"{k}={v}" for k, v in sorted(parameters.items()) if k not in ("sign", "sign_type"))


def sign(keys: KeyPair, text: str) -> str:
    return base64.b64encode(keys.private.sign(text.encode(), PKCS1v15(), SHA256())).decode()


def verifies(keys: KeyPair, text: str, signature: str) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
        keys.private.public_key().verify(raw, text.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_reply(keys: KeyPair, name: str, data: Mapping[str, Any], style: str, signature: str) -> bytes:
    """`{name: data, "sign": …}`: the signature covers the very text of `data`, however it is written."""
    raw = _write(data, style)
    if signature == "none":
        return f'{{"{name}":{raw}}}'.encode()
    mark = sign(keys, raw if signature == "good" else raw + " ")
    return f'{{"{name}":{raw},"sign":"{mark}"}}'.encode()


def _write(data: Mapping[str, Any], style: str) -> str:
    if style == "spaced":
        return json.dumps(data, ensure_ascii=False, indent=1)
    if style == "escaped":
        return json.dumps(data, separators=(",", ":")).replace("/", r"\/")
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
