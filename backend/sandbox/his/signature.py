"""Checks the signature of a request: HMAC-SHA256 over method, target, app id, time stamp, nonce and body digest."""

import hashlib
import hmac
import re
import threading
import time
from collections import OrderedDict

from sandbox.his.errors import HisFailure
from sandbox.wire import Request

MAX_SKEW = 5 * 60
NONCES_KEPT = 100_000
NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")


class SignatureChecker:
    def __init__(self) -> None:
        self._nonces: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, request: Request, secrets: dict[str, str]) -> None:
        """`secrets`: app id → secret. HisFailure (401) unless one of them has just signed exactly this request."""
        app_id, stamp, nonce, digest, signature = (
            request.headers.get(f"x-his-{name}", "")
            for name in ("app-id", "timestamp", "nonce", "content-sha256", "signature")
        )
        if app_id not in secrets:
            raise HisFailure("APP_UNKNOWN")
        text = "".join(
            f"{part}\n" for part in (request.method, request.raw_path, app_id, stamp, nonce, digest)
        )
        expected = hmac.new(secrets[app_id].encode(), text.encode(), hashlib.sha256).hexdigest()
        genuine = hmac.compare_digest(expected.encode(), signature.encode())
        if not genuine or digest != hashlib.sha256(request.body).hexdigest():
            raise HisFailure("SIGN_ERROR")
        # Real time, not the sandbox's clock: the caller's clock cannot be advanced with it.
        if not re.fullmatch(r"\d{1,12}", stamp) or abs(time.time() - int(stamp)) > MAX_SKEW:
            raise HisFailure("TIMESTAMP_EXPIRED")
        self._use(f"{app_id}:{nonce}" if NONCE.fullmatch(nonce) else "")

    def _use(self, nonce: str) -> None:
        with self._lock:
            if not nonce or nonce in self._nonces:
                raise HisFailure("NONCE_INVALID")
            self._nonces[nonce] = None
            if len(self._nonces) > NONCES_KEPT:
                self._nonces.popitem(last=False)
