"""The signature of a request to HIS (docs/his-http.md): HMAC-SHA256 over what must not change on the way."""

import hashlib
import hmac
import secrets
import time


def signed_headers(app_id: str, secret: str, method: str, target: str, body: bytes) -> dict[str, str]:
    """The five headers of one request. `target`: path and query exactly as they are sent.

    A repetition is signed anew: HIS takes a nonce once. The time is the machine's own: HIS compares it with its own
    clock, which the product's (movable in demos) is not.
    """
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    digest = hashlib.sha256(body).hexdigest()
    return {
        "X-His-App-Id": app_id,
        "X-His-Timestamp": stamp,
        "X-His-Nonce": nonce,
        "X-His-Content-SHA256": digest,
        "X-His-Signature": signature(secret, method, target, app_id, stamp, nonce, digest),
    }


def signature(secret: str, *parts: str) -> str:
    """`parts`: method, target, app id, time stamp, nonce, body digest."""
    text = "".join(f"{part}\n" for part in parts)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
