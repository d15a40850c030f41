"""The published SDK's core, wrapped: a base URL, a limit to the age of signatures, keys only from an allow-list.

Imported by the first call, not by every process.
"""

import datetime as dt
import re
import time
from collections.abc import Mapping
from typing import Any

from wechatpayv3.core import Core, requests
from wechatpayv3.type import RequestType
from wechatpayv3.utils import aes_decrypt, build_authorization, rsa_verify

from apps.payments.channels.base import ChannelError, PermanentChannelError, TemporaryChannelError
from apps.payments.channels.wechat_pay_certificates import shelf_of
from apps.payments.channels.wechat_pay_codes import refusal
from apps.payments.channels.wechat_pay_config import MerchantConfig

MAX_SKEW = 300
SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"
CHUNK = 64 * 1024
_STAMP = re.compile(r"[0-9]{1,12}")
_SERIAL = re.compile(r"[0-9A-Fa-f]{1,64}")

__all__ = ["BadSignature", "MerchantCore", "RequestType"]


class BadSignature(Exception):
    """WeChat Pay has not signed this, or not now."""


class MerchantCore(Core):
    """Calls raise ChannelError; thread-safe."""

    def __init__(self, config: MerchantConfig, timeout: tuple[float, float]) -> None:
        self._shelf = shelf_of(config.base_url, config.mchid, config.serial_no)
        super().__init__(
            mchid=config.mchid,
            cert_serial_no=config.serial_no,
            private_key=config.private_key,
            apiv3_key=config.apiv3_key,
            public_key=config.public_key or None,
            public_key_id=config.public_key_id or None,
            timeout=timeout,
        )
        self._gate_way = config.base_url

    def _init_certificates(self) -> None:
        """The SDK would fetch them here and fail without; they are fetched when a signature needs them."""

    def call(self, method: Any, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Status and text of an answer that is signed, or refused. The request may have effects if it has a body."""
        effects = body is not None
        try:
            status, text = self.request(path, method=method, data=body)
        except BadSignature as error:
            raise TemporaryChannelError("bad_signature", str(error), outcome_unknown=effects) from error
        except requests.RequestException as error:
            raise _transport_error(error, effects) from error
        return status, text

    def stream(self, path: str) -> Any:
        """The bytes of a file, piece by piece. Files carry no signature: compare their hash."""
        headers = {
            "Authorization": build_authorization(
                path, "GET", self._mchid, self._cert_serial_no, self._private_key
            )
        }
        try:
            with requests.get(
                self._gate_way + path, headers=headers, timeout=self._timeout, stream=True
            ) as response:
                if response.status_code != 200:
                    raise refusal(response.status_code, "", response.text[:200], effects=False)
                yield from response.iter_content(CHUNK)
        except requests.RequestException as error:
            raise _transport_error(error, effects=False) from error

    def check(self, headers: Mapping[str, str], body: str, now: float) -> None:
        """BadSignature unless WeChat Pay has signed the body, within five minutes of `now`, with a key that we know."""
        stamp, nonce, signature, serial, kind = (
            headers.get(f"wechatpay-{name}") or ""
            for name in ("timestamp", "nonce", "signature", "serial", "signature-type")
        )
        if signature.startswith(PROBE):
            raise BadSignature("a probe of signature checks")
        if kind != SIGNATURE_TYPE:
            raise BadSignature(f"signature type {kind[:40]!r}")
        if not _STAMP.fullmatch(stamp) or abs(now - int(stamp)) > MAX_SKEW:
            raise BadSignature(f"signed at {stamp[:12]!r}, and it is {now:.0f}")
        key = self._key(serial, now)
        if key is None:
            raise BadSignature(f"unknown serial {serial[:64]!r}")
        if not rsa_verify(stamp, nonce, body, signature, key):
            raise BadSignature("not signed by WeChat Pay")

    def _key(self, serial: str, now: float) -> Any:
        if self._public_key_id and serial == self._public_key_id:
            return self._public_key
        if not _SERIAL.fullmatch(serial):
            return None
        # Also with a public key: during a migration callbacks may still be signed by a certificate.
        return self._shelf.key(serial, self._fetched, dt.datetime.fromtimestamp(now, dt.UTC))

    def _fetched(self) -> list[Any]:
        """Today's certificates; the SDK decrypts them, which proves where they come from."""
        try:
            self._update_certificates()
        except requests.RequestException as error:
            raise _transport_error(error, effects=False) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise TemporaryChannelError("bad_reply", "certificates") from error
        return list(self._certificates)

    def _verify_signature(self, headers: Mapping[str, str], body: str) -> bool:
        """Called by the SDK for every answer that is 2xx."""
        self.check(headers, body, time.time())
        return True

    def decrypt_resource(self, resource: Mapping[str, Any]) -> str | None:
        """The plain text of a notification; None when it is not encrypted with this merchant's APIv3 key."""
        try:
            associated = resource.get("associated_data") or ""
            plain = aes_decrypt(resource["nonce"], resource["ciphertext"], associated, self._apiv3_key)
        except (KeyError, ValueError, AttributeError, TypeError):
            return None
        return str(plain) if plain is not None else None


def new_core(config: MerchantConfig, timeout: tuple[float, float]) -> MerchantCore:
    """PermanentChannelError when the SDK finds the keys wrong."""
    try:
        return MerchantCore(config, timeout)
    except Exception as error:  # the SDK raises nothing narrower
        raise PermanentChannelError("bad_configuration", str(error)) from error


def _transport_error(error: Exception, effects: bool) -> ChannelError:
    """What never reached WeChat Pay has had no effect; everything else may have."""
    if isinstance(error, requests.ConnectTimeout):
        return TemporaryChannelError("timeout", "connecting")
    if isinstance(error, requests.Timeout):
        return TemporaryChannelError("timeout", "waiting for an answer", outcome_unknown=effects)
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    never_left = type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "SSLError")
    return TemporaryChannelError(
        "connection", type(error).__name__, outcome_unknown=effects and not never_left
    )
