"""What a WeChat Pay merchant needs, checked before it is used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

BASE_URL = "https://api.mch.weixin.qq.com"
FIELDS = ("mchid", "appid", "serial_no", "private_key", "apiv3_key")
OPTIONAL = ("public_key_id", "public_key", "base_url")
SECRETS = ("private_key", "apiv3_key")
_SHAPES = {
    "mchid": r"\d{8,10}",
    "appid": r"wx[0-9A-Za-z]{8,30}",
    "serial_no": r"[0-9A-Fa-f]{16,64}",
    "apiv3_key": r"[0-9A-Za-z_\-]{32}",
    "public_key_id": r"(PUB_KEY_ID_[0-9A-Za-z]{8,64})?",
    "base_url": r"https?://[^\s/?#]+",
}


@dataclass(frozen=True, slots=True)
class MerchantConfig:
    """`serial_no` is the merchant certificate's. With `public_key_id` and `public_key` WeChat Pay's answers are
    verified by its public key; without them by its certificates, which are fetched when first needed."""

    mchid: str
    appid: str
    serial_no: str
    private_key: str = field(repr=False)
    apiv3_key: str = field(repr=False)
    public_key_id: str = ""
    public_key: str = ""
    base_url: str = BASE_URL


def read_config(config: Mapping[str, Any]) -> MerchantConfig:
    """ValueError naming the field that cannot be right."""
    values = {name: str(config.get(name) or "").strip() for name in FIELDS + OPTIONAL}
    values["base_url"] = (values["base_url"] or BASE_URL).rstrip("/")
    for name, shape in _SHAPES.items():
        if not re.fullmatch(shape, values[name]):
            raise ValueError(f"{name}: not of the right form")
    if bool(values["public_key_id"]) != bool(values["public_key"]):
        raise ValueError("public_key: goes with public_key_id")
    values["private_key"] = _private(values["private_key"])
    if values["public_key"]:
        values["public_key"] = _public(values["public_key"])
    return MerchantConfig(**values)


def _private(text: str) -> str:
    """As the SDK reads it: PKCS#8 in PEM."""
    try:
        key = serialization.load_pem_private_key(_pem(text, "PRIVATE KEY"), None)
    except (ValueError, TypeError) as error:
        raise ValueError("private_key: not a private key in PEM") from error
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("private_key: not an RSA key")
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def _public(text: str) -> str:
    try:
        key = serialization.load_pem_public_key(_pem(text, "PUBLIC KEY"))
    except ValueError as error:
        raise ValueError("public_key: not a public key in PEM") from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError("public_key: not an RSA key")
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def _pem(text: str, kind: str) -> bytes:
    """Merchants often paste the middle of a PEM file alone."""
    if not text.startswith("-----BEGIN"):
        text = f"-----BEGIN {kind}-----\n{text}\n-----END {kind}-----"
    return text.encode()
