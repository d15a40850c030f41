"""Checks the two signatures the API accepts, as the published SDK computes them.

ACS3-HMAC-SHA256 (today's SDK): an Authorization header over method, path, sorted query, the headers it names and the
hash of the body. V1 HMAC-SHA1: a `Signature` parameter over all other parameters of query and form.
"""

import base64
import hashlib
import hmac
import re
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from sandbox.aliyun_sms.errors import gateway_failure
from sandbox.wire import Request

ALGORITHM = "ACS3-HMAC-SHA256"
AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{{64}})"
)
MAX_SKEW = 15 * 60
NONCES_KEPT = 100_000
# Left unsigned, these could be changed on the way without breaking the signature.
MUST_BE_SIGNED = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"}


class SignatureChecker:
    def __init__(self) -> None:
        self._nonces: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, request: Request, parameters: dict[str, str], secrets: dict[str, str]) -> None:
        """`secrets`: access key id → secret. SmsFailure if the request is not signed with one of them."""
        header = request.headers.get("authorization", "")
        if header.startswith(ALGORITHM):
            self._check_v3(request, header, secrets)
        else:
            self._check_v1(request, parameters, secrets)

    def _check_v3(self, request: Request, header: str, secrets: dict[str, str]) -> None:
        match = AUTHORIZATION.fullmatch(header)
        if match is None:
            raise gateway_failure(
                "IncompleteSignature", "The request signature does not conform to standards."
            )
        key_id, signed_headers, signature = match.groups()
        secret = _secret(key_id, secrets)
        names = signed_headers.split(";")
        body_hash = hashlib.sha256(request.body).hexdigest()
        if not set(names) >= MUST_BE_SIGNED:
            raise gateway_failure("SignatureDoesNotMatch")
        headers = "".join(f"{name}:{request.headers.get(name, '')}\n" for name in names)
        path = urlsplit(request.raw_path).path or "/"
        query = "&".join(f"{name}={_quote(value)}" for name, value in sorted(request.query.items()))
        canonical = f"{request.method}\n{path}\n{query}\n{headers}\n{signed_headers}\n{body_hash}"
        text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        expected = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, signature):
            raise gateway_failure("SignatureDoesNotMatch")
        self._check_fresh(request.headers.get("x-acs-date", ""), request.headers["x-acs-signature-nonce"])

    def _check_v1(self, request: Request, parameters: dict[str, str], secrets: dict[str, str]) -> None:
        for name in ("AccessKeyId", "Signature", "SignatureNonce", "Timestamp"):
            if not parameters.get(name):
                raise gateway_failure("MissingParameter", f"{name} is mandatory for this action.")
        secret = _secret(parameters["AccessKeyId"], secrets)
        signed = sorted((name, value) for name, value in parameters.items() if name != "Signature")
        query = "&".join(f"{_quote(name)}={_quote(value)}" for name, value in signed)
        text = f"{request.method}&%2F&{_quote(query)}"
        digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
        if not hmac.compare_digest(base64.b64encode(digest).decode(), parameters["Signature"]):
            raise gateway_failure("SignatureDoesNotMatch")
        self._check_fresh(parameters["Timestamp"], parameters["SignatureNonce"])

    def _check_fresh(self, timestamp: str, nonce: str) -> None:
        """Real time, not the sandbox's clock: the caller's clock cannot be advanced with it."""
        try:
            sent = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError as error:
            raise gateway_failure(
                "InvalidTimeStamp.Format", "Specified time stamp is not well formatted."
            ) from error
        if abs((datetime.now(UTC) - sent).total_seconds()) > MAX_SKEW:
            raise gateway_failure("InvalidTimeStamp.Expired")
        with self._lock:
            if nonce in self._nonces:
                raise gateway_failure("SignatureNonceUsed")
            self._nonces[nonce] = None
            if len(self._nonces) > NONCES_KEPT:
                self._nonces.popitem(last=False)


def _quote(value: str) -> str:
    return quote(value, safe="~")


def _secret(key_id: str, secrets: dict[str, str]) -> str:
    if key_id not in secrets:
        raise gateway_failure("InvalidAccessKeyId.NotFound")
    return secrets[key_id]
