"""Signed requests of partner applications (docs/request-signing.md): HMAC-SHA256 over what must not change."""

import hashlib
import hmac
import re
import time
from collections.abc import Iterable
from typing import Any

import structlog

from apps.access import errors
from apps.identity.models import PartnerApplication
from kernel.http.wire import body_digest, sent_target
from kernel.nonces import use_once

log = structlog.get_logger(__name__)

#: Seconds that a sender's clock may be off.
WINDOW = 300
#: How long a nonce could come again: a time ahead is good for two windows, and a second has an end.
KEPT = 2 * WINDOW + 5
TIMESTAMP, NONCE, DIGEST, SIGNATURE = (
    "X-Yihui-Timestamp", "X-Yihui-Nonce", "X-Yihui-Content-SHA256", "X-Yihui-Signature",
)  # fmt: skip
#: Only of a sender whose path has percent signs.
TARGET = "X-Yihui-Target"
FORMS = {
    TIMESTAMP: re.compile(r"[0-9]{1,12}"),
    NONCE: re.compile(r"[0-9A-Za-z_-]{16,64}"),
    DIGEST: re.compile(r"[0-9a-f]{64}"),
    SIGNATURE: re.compile(r"[0-9a-f]{64}"),
}
ERRORS = (
    errors.SignatureRequired, errors.SignatureMalformed, errors.SignatureExpired, errors.SigningSecretMissing,
    errors.BodyDigestMismatch, errors.SignatureMismatch, errors.NonceUsed,
)  # fmt: skip


def require_signature(request: Any, application: PartnerApplication) -> None:
    """One of ERRORS unless the request is signed as it should be; not signed at all only where that is allowed.

    Its time is compared with the machine's, as senders know no other; a nonce counts once the signature is genuine.
    """
    sent = {name: request.headers.get(name, "") for name in FORMS}
    if not any(sent.values()):
        if application.requires_signature:
            raise errors.SignatureRequired
        return
    for name, form in FORMS.items():
        if not form.fullmatch(sent[name]):
            raise errors.SignatureMalformed(header=name)
    now = int(time.time())
    if abs(now - int(sent[TIMESTAMP])) > WINDOW:
        raise errors.SignatureExpired(server_timestamp=now)
    secrets = application.signing_secrets()
    if not secrets:
        raise errors.SigningSecretMissing
    if sent[DIGEST] != body_digest(request._request):
        raise errors.BodyDigestMismatch
    if not _is_genuine(request, application, secrets, sent):
        log.warning("partner_signature_mismatch", client_id=application.client_id)
        raise errors.SignatureMismatch
    if not use_once(f"partner:{application.pk}:{sent[NONCE]}", KEPT):
        raise errors.NonceUsed


def _is_genuine(
    request: Any, application: PartnerApplication, secrets: Iterable[str], sent: dict[str, str]
) -> bool:
    target = sent_target(request._request, request.headers.get(TARGET, ""))
    if target is None:
        return False
    head = (request.method.encode(), target, application.client_id.encode())
    text = signed_text(*head, *(sent[name].encode() for name in (TIMESTAMP, NONCE, DIGEST)))
    return any(hmac.compare_digest(signature(secret, text), sent[SIGNATURE]) for secret in secrets)


def signed_text(*parts: bytes) -> bytes:
    """Six lines: method, path and query, client id, time stamp, nonce, digest of the body; each ends."""
    return b"".join(part + b"\n" for part in parts)


def signature(secret: str, text: bytes) -> str:
    """Lower-case hex HMAC-SHA256."""
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
