"""Signatures of webhooks as Standard Webhooks 1.0.0 has them: `v1`, HMAC-SHA256 over `id.timestamp.body`."""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    """A fresh secret in the form in which receivers are told of it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def signed_headers(message_id: str, at: dt.datetime, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """The three headers of a message; one signature for each of the secrets, the newest first."""
    seconds = str(int(at.timestamp()))
    text = f"{message_id}.{seconds}.".encode() + body
    made = (
        hmac.new(base64.b64decode(key.removeprefix(PREFIX)), text, hashlib.sha256).digest() for key in keys
    )
    signatures = " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in made)
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signatures}
