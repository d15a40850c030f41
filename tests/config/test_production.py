"""Production refuses to start with an unsafe value, naming the variable."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2] / "backend"
KEY = base64.b64encode(bytes(range(32))).decode()
SAFE = {
    "YIHUI_SECRET_KEY": "k" * 60,
    "YIHUI_ALLOWED_HOSTS": "api.hospital.example",
    "YIHUI_FIELD_KEYS": f"1:{KEY}",
    "YIHUI_BLIND_INDEX_KEY": KEY,
    "YIHUI_AUDIT_KEY": KEY,
    "DATABASE_URL": "postgres://u:p@db.example/yihui",
    "REDIS_URL": "redis://redis.example/0",
}


def start(changes: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Load the production settings in a new process with SAFE and `changes`."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith("YIHUI_") and k not in {"DATABASE_URL", "REDIS_URL"}
    }
    environment = {**kept, **SAFE, **changes, "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    code = "from django.conf import settings; settings.DEBUG"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=BACKEND, env=environment, capture_output=True, text=True
    )


def test_safe_settings_start() -> None:
    assert start({}).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "1"),
        ("YIHUI_SECRET_KEY", ""),
        ("YIHUI_SECRET_KEY", "local-only-secret-key-local-only-secret-key-local-only"),
        ("YIHUI_ALLOWED_HOSTS", ""),
        ("YIHUI_ALLOWED_HOSTS", "*"),
        ("YIHUI_ALLOWED_HOSTS", "api.hospital.example,*.example"),
        ("YIHUI_FIELD_KEYS", ""),
        ("YIHUI_FIELD_KEYS", "1:c2hvcnQ="),
        ("YIHUI_FIELD_KEYS", "1:bG9jYWwtb25seS1maWVsZC1rZXktMDEyMzQ1Njc4OWE="),
        ("YIHUI_BLIND_INDEX_KEY", ""),
        ("YIHUI_AUDIT_KEY", "c2hvcnQ="),
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("YIHUI_WECHAT_BASE_URL", "http://127.0.0.1:8090"),
        ("YIHUI_ALIYUN_SMS_PROTOCOL", "http"),
        ("YIHUI_PUBLIC_BASE_URL", "http://api.hospital.example"),
        ("YIHUI_FAULT_FILE", "/tmp/faults"),
    ],
)
def test_an_unsafe_value_refuses_to_start_and_is_named(name: str, value: str) -> None:
    result = start({name: value})
    assert result.returncode != 0
    assert f"ImproperlyConfigured: {name}" in result.stderr


HIS = {
    "YIHUI_HIS_BASE_URL": "https://his.hospital.example",
    "YIHUI_HIS_APP_ID": "yihui",
    "YIHUI_HIS_SECRET": "s" * 32,
}


@pytest.mark.parametrize("url", [HIS["YIHUI_HIS_BASE_URL"], ""])
def test_a_connected_his_or_none_starts(url: str) -> None:
    assert start({**HIS, "YIHUI_HIS_BASE_URL": url}).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YIHUI_HIS_BASE_URL", "http://his.hospital.example"),
        ("YIHUI_HIS_APP_ID", ""),
        ("YIHUI_HIS_SECRET", ""),
        ("YIHUI_HIS_SECRET", "short"),
        ("YIHUI_HIS_SECRET", "sandbox-his-secret-sandbox-his-secret"),
    ],
)
def test_a_his_without_encryption_or_a_secret_of_its_own_refuses_to_start(name: str, value: str) -> None:
    result = start({**HIS, name: value})
    assert result.returncode != 0
    assert f"ImproperlyConfigured: {name}" in result.stderr
