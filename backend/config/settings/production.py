"""Production: refuses to start with an unsafe value, naming the variable."""

import base64
import binascii

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *
from config.settings.base import AUDIT_KEY, BLIND_INDEX_KEY, env
from kernel.crypto.cipher import FieldCipher


def _refuse(name: str, why: str) -> None:
    raise ImproperlyConfigured(f"{name}: {why}")


def _check_process() -> None:
    if env.bool("DEBUG", default=False) or env.bool("YIHUI_DEBUG", default=False):
        _refuse("DEBUG", "must not be on in production")
    secret = env.str("YIHUI_SECRET_KEY", default="")
    if len(secret) < 50 or "local-only" in secret:
        _refuse("YIHUI_SECRET_KEY", "at least 50 random characters")
    hosts = env.list("YIHUI_ALLOWED_HOSTS", default=[])
    if not hosts or any("*" in host for host in hosts):
        _refuse("YIHUI_ALLOWED_HOSTS", "name every host; no wildcard")
    for name in ("DATABASE_URL", "REDIS_URL"):
        if not env.str(name, default=""):
            _refuse(name, "must be set")
    for name in ("YIHUI_WECHAT_BASE_URL", "YIHUI_ALIYUN_SMS_PROTOCOL"):
        if env.str(name, default="https").partition(":")[0] != "https":
            _refuse(name, "providers are spoken to over https")


def _check_payments() -> None:
    public = env.str("YIHUI_PUBLIC_BASE_URL", default="")
    if public and not public.startswith("https://"):
        _refuse("YIHUI_PUBLIC_BASE_URL", "payment channels push to https")
    if env.str("YIHUI_FAULT_FILE", default=""):
        _refuse("YIHUI_FAULT_FILE", "must not be set in production: processes would kill themselves")


def _check_his() -> None:
    url = env.str("YIHUI_HIS_BASE_URL", default="")
    if not url:
        return
    if not url.startswith("https://"):
        _refuse("YIHUI_HIS_BASE_URL", "HIS is spoken to over https")
    if not env.str("YIHUI_HIS_APP_ID", default=""):
        _refuse("YIHUI_HIS_APP_ID", "must be set with YIHUI_HIS_BASE_URL")
    secret = env.str("YIHUI_HIS_SECRET", default="")
    if len(secret) < 32 or "sandbox" in secret:
        _refuse("YIHUI_HIS_SECRET", "at least 32 random characters, agreed with HIS")


def _check_keys() -> None:
    ring = env.str("YIHUI_FIELD_KEYS", default="")
    try:
        FieldCipher(ring)
        weak = any(b"local-only" in base64.b64decode(entry.partition(":")[2]) for entry in ring.split(","))
    except (ValueError, binascii.Error, StopIteration):
        weak = True
    if weak:
        _refuse("YIHUI_FIELD_KEYS", "id:base64 of 32 random bytes, comma separated, current first")
    for name, key in (("YIHUI_BLIND_INDEX_KEY", BLIND_INDEX_KEY), ("YIHUI_AUDIT_KEY", AUDIT_KEY)):
        if len(key) < 32 or b"local-only" in key:
            _refuse(name, "base64 of at least 32 random bytes")


_check_process()
_check_payments()
_check_his()
_check_keys()

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("YIHUI_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
