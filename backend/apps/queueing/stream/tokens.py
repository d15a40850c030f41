"""Short-lived signed tokens: a desk's right to a stream, a patient's proof of what the last answer said."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

SEAL_BYTES = 18
DESK_STREAM, QUEUE_POLL = "desk-stream", "queue-poll"


def seal(secret: str, purpose: str, *parts: str) -> str:
    """A keyed digest of the parts, good for that purpose only."""
    text = "\n".join((purpose, *parts)).encode()
    made = hmac.new(secret.encode(), text, hashlib.sha256).digest()[:SEAL_BYTES]
    return base64.urlsafe_b64encode(made).decode()


def is_sealed(given: str, secret: str, purpose: str, *parts: str) -> bool:
    """Whether `given` is the seal of the parts."""
    return hmac.compare_digest(given.encode(), seal(secret, purpose, *parts).encode())


def sign(secret: str, purpose: str, content: dict[str, Any]) -> str:
    """A token that carries `content`; `exp` in it is the second at which it ends."""
    body = base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()
    return f"{body}.{seal(secret, purpose, body)}"


def read(secret: str, purpose: str, token: str, now: float) -> dict[str, Any] | None:
    """The content of a token of ours that still counts; None otherwise."""
    body, _, given = token.partition(".")
    if not is_sealed(given, secret, purpose, body):
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(body))
    except (binascii.Error, ValueError):
        return None
    return content if isinstance(content, dict) and content.get("exp", 0) > now else None
