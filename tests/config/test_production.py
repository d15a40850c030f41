"""Production refuses to start with unsafe values, naming every variable at once."""

import base64
import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from config.demo_values import PUBLISHED

BACKEND = Path(__file__).resolve().parents[2] / "backend"


def key(name: str) -> str:
    """Another 32 bytes for every name, as good as random ones."""
    return base64.b64encode(sha256(name.encode()).digest()).decode()


def text(name: str) -> str:
    """Another 64 characters for every name."""
    return sha256(name.encode()).hexdigest()


SAFE = {
    "YIHUI_SECRET_KEY": text("process"),
    "YIHUI_ALLOWED_HOSTS": "api.hospital.example, 10.1.2.3",
    "YIHUI_FIELD_KEYS": f"1:{key('fields')}",
    "YIHUI_BLIND_INDEX_KEY": key("index"),
    "YIHUI_AUDIT_KEY": key("audit"),
    "DATABASE_URL": f"postgres://u:{text('database')}@db.example/yihui",
    "REDIS_URL": f"redis://:{text('redis')}@redis.example/0",
}
HIS = {
    "YIHUI_HIS_BASE_URL": "https://his.hospital.example",
    "YIHUI_HIS_APP_ID": "yihui",
    "YIHUI_HIS_SECRET": text("his"),
}


def own_his(**changes: str) -> str:
    """A hospital with a HIS of its own."""
    own = {"base_url": "https://his2.hospital.example", "app_id": "yihui", "secret": text("h2"), **changes}
    return json.dumps({"H2": own})


SMS = {
    "YIHUI_ALIYUN_SMS_ACCESS_KEY_ID": "LTAI5tKnownToNobody",
    "YIHUI_ALIYUN_SMS_ACCESS_KEY_SECRET": text("sms")[:30],
}
BUCKET = {
    "YIHUI_FILES_STORAGE": "s3",
    "YIHUI_FILES_BUCKET": "yihui-files",
    "YIHUI_FILES_ENDPOINT": "https://oss.provider.example",
    "YIHUI_FILES_ACCESS_KEY_ID": "LTAI5tKnownToNobody",
    "YIHUI_FILES_SECRET_ACCESS_KEY": text("bucket")[:30],
}
REPEATED = base64.b64encode(bytes(range(100, 116)) * 2).decode()
ZEROS = base64.b64encode(bytes(32)).decode()
COUNTED = base64.b64encode(bytes(range(32))).decode()
TYPED = base64.b64encode(b"TheKeyOfOurHospitalIn2026ForAll!").decode()


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


def named(result: subprocess.CompletedProcess[str]) -> list[str]:
    """The variables that the refusal names, a line each."""
    assert result.returncode != 0
    message = result.stderr.partition("ImproperlyConfigured: ")[2]
    return [line.partition(":")[0] for line in message.splitlines() if line]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        HIS,
        {"YIHUI_HIS_CONNECTIONS": own_his()},
        SMS | {"YIHUI_ALIYUN_SMS_CALLBACK_TOKEN": text("token")[:24]},
        BUCKET | {"YIHUI_FILES_ADDRESSING": "virtual"},
        {"YIHUI_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.7, fd00::/8"},
        {"YIHUI_CORS_ORIGINS": "https://admin.hospital.example, https://desk.hospital.example:8443"},
        {"YIHUI_FIELD_KEYS": f"2:{key('new')},1:{key('old')}"},
        dict.fromkeys(
            ("YIHUI_HIS_BASE_URL", "YIHUI_WECHAT_BASE_URL", "DEBUG", "YIHUI_ALIYUN_SMS_PROTOCOL"), ""
        ),
    ],
)
def test_safe_settings_start(changes: dict[str, str]) -> None:
    done = start(changes)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "1"),
        ("YIHUI_SECRET_KEY", ""),
        ("YIHUI_SECRET_KEY", "k" * 60),
        ("YIHUI_SECRET_KEY", "abcdefghij" * 6),
        ("YIHUI_SECRET_KEY", "changeme-" + text("process")),
        ("YIHUI_ALLOWED_HOSTS", ""),
        ("YIHUI_ALLOWED_HOSTS", "*"),
        ("YIHUI_ALLOWED_HOSTS", ".hospital.example"),
        ("YIHUI_ALLOWED_HOSTS", "api.hospital.example,*.example"),
        ("YIHUI_ALLOWED_HOSTS", "https://api.hospital.example"),
        ("YIHUI_FIELD_KEYS", ""),
        ("YIHUI_FIELD_KEYS", "1:c2hvcnQ="),
        ("YIHUI_FIELD_KEYS", f"1:{ZEROS}"),
        ("YIHUI_FIELD_KEYS", f"2:{key('fields')},1:{REPEATED}"),
        ("YIHUI_FIELD_KEYS", f"1:{TYPED}"),
        ("YIHUI_BLIND_INDEX_KEY", ""),
        ("YIHUI_BLIND_INDEX_KEY", COUNTED),
        ("YIHUI_BLIND_INDEX_KEY", "no base64"),
        ("YIHUI_AUDIT_KEY", "c2hvcnQ="),
        ("YIHUI_AUDIT_KEY", key("index")),
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("DATABASE_URL", "postgres://yihui@db.example/yihui"),
        ("DATABASE_URL", "postgres://yihui:yihui@db.example/yihui"),
        ("DATABASE_URL", f"postgres://yihui:{'a1' * 12}@127.0.0.1/yihui"),
        ("DATABASE_URL", "postgres://u:p@[db/yihui"),
        ("REDIS_URL", "redis://redis.example/0"),
        ("REDIS_URL", "redis://:changeme-changeme-1@redis.example/0"),
        ("YIHUI_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("YIHUI_TRUSTED_PROXIES", "10.0.0.1, ::/0"),
        ("YIHUI_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("YIHUI_TRUSTED_PROXIES", "the proxy"),
        ("YIHUI_METRICS_ADDRESSES", "0.0.0.0/0"),
        ("YIHUI_CORS_ORIGINS", "*"),
        ("YIHUI_CORS_ORIGINS", "http://admin.hospital.example"),
        ("YIHUI_CORS_ORIGINS", "https://admin.hospital.example/console"),
        ("YIHUI_DOCUMENT_ADDRESSES", "128.0.0.0/1"),
        ("YIHUI_WECHAT_BASE_URL", "http://gateway.hospital.example"),
        ("YIHUI_WECHAT_BASE_URL", "https://127.0.0.1:8090"),
        ("YIHUI_WECHAT_BASE_URL", "https://"),
        ("YIHUI_ALIYUN_SMS_ENDPOINT", "localhost:8090"),
        ("YIHUI_ALIYUN_SMS_PROTOCOL", "HTTP"),
        ("YIHUI_PUBLIC_BASE_URL", "http://api.hospital.example"),
        ("YIHUI_FILES_STORAGE", "ftp"),
        ("YIHUI_FAULT_FILE", "/tmp/faults"),
        ("YIHUI_CLOCK_FILE", "/tmp/clock"),
        ("YIHUI_RUN_TOKEN", "0123456789abcdef"),
        ("YIHUI_SSL_REDIRECT", "treu"),
        ("YIHUI_PASSWORDS_PER_SECOND", "six"),
    ],
)
def test_an_unsafe_value_refuses_to_start_and_is_named(name: str, value: str) -> None:
    assert named(start({name: value})) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres:///yihui"), ("DATABASE_URL", "postgres://yihui@127.0.0.1/yihui"),
        ("REDIS_URL", "redis://localhost:6379/0"), ("REDIS_URL", f"rediss://app:{text('redis')}@redis.example:6380/0"),
    ],
)  # fmt: skip
def test_servers_of_the_machine_itself_may_know_the_product_by_other_means(name: str, value: str) -> None:
    assert start({name: value}).returncode == 0


def test_no_secret_of_a_sandbox_starts() -> None:
    changes = {"YIHUI_WECHAT_APP_ID": "wx1234567890abcdef", "YIHUI_WECHAT_APP_SECRET": "our-Sandbox-secret"}
    assert named(start(changes)) == ["YIHUI_WECHAT_APP_SECRET"]


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_no_published_value_of_the_demo_starts(name: str) -> None:
    assert name in named(start({name: PUBLISHED[name]}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YIHUI_HIS_BASE_URL", "http://his.hospital.example"),
        ("YIHUI_HIS_BASE_URL", ""),
        ("YIHUI_HIS_APP_ID", ""),
        ("YIHUI_HIS_SECRET", ""),
        ("YIHUI_HIS_SECRET", "short"),
        ("YIHUI_HIS_SECRET", "s" * 40),
        ("YIHUI_HIS_SECRET", "sandbox-his-secret-sandbox-his-secret"),
    ],
)
def test_a_his_without_encryption_or_a_secret_of_its_own_refuses_to_start(name: str, value: str) -> None:
    assert set(named(start({**HIS, name: value}))) == {name}


@pytest.mark.parametrize(
    "connections",
    [
        "not JSON",
        "[]",
        '{"H2": {"base_url": "https://his2.hospital.example"}}',
        own_his(base_url="http://his2.hospital.example"),
        own_his(base_url="https://127.0.0.1"),
        own_his(secret="short"),
    ],
)
def test_a_hospitals_own_his_is_as_safe_as_the_common_one_or_refuses_to_start(connections: str) -> None:
    assert set(named(start({"YIHUI_HIS_CONNECTIONS": connections}))) == {"YIHUI_HIS_CONNECTIONS"}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"YIHUI_WECHAT_APP_ID": "wx1234567890abcdef"}, "YIHUI_WECHAT_APP_SECRET"),
        ({"YIHUI_WECHAT_OA_SECRET": text("oa")[:32]}, "YIHUI_WECHAT_OA_APP_ID"),
        ({"YIHUI_ALIYUN_SMS_ACCESS_KEY_ID": "LTAI5tKnownToNobody"}, "YIHUI_ALIYUN_SMS_ACCESS_KEY_SECRET"),
        (SMS | {"YIHUI_ALIYUN_SMS_ACCESS_KEY_ID": "", "YIHUI_ALIYUN_SMS_SIGN_NAME": "仁和医院"},
         "YIHUI_ALIYUN_SMS_ACCESS_KEY_ID"),
        (BUCKET | {"YIHUI_FILES_SECRET_ACCESS_KEY": ""}, "YIHUI_FILES_SECRET_ACCESS_KEY"),
        (BUCKET | {"YIHUI_FILES_ADDRESSING": "other"}, "YIHUI_FILES_ADDRESSING"),
        (BUCKET | {"YIHUI_FILES_ENDPOINT": "http://oss.provider.example"}, "YIHUI_FILES_ENDPOINT"),
    ],
)  # fmt: skip
def test_a_provider_that_is_half_filled_in_refuses_to_start_and_names_what_is_missing(
    given: dict[str, str], missing: str
) -> None:
    assert named(start(given)) == [missing]


@pytest.mark.parametrize("token", ["t", "a" * 40, "report-secret"])
def test_a_callback_token_that_can_be_guessed_refuses_to_start(token: str) -> None:
    assert named(start(SMS | {"YIHUI_ALIYUN_SMS_CALLBACK_TOKEN": token})) == [
        "YIHUI_ALIYUN_SMS_CALLBACK_TOKEN"
    ]


def test_all_problems_are_named_in_one_message() -> None:
    wrong = {
        "YIHUI_SECRET_KEY": "",
        "YIHUI_ALLOWED_HOSTS": ".example.com",
        "YIHUI_AUDIT_KEY": ZEROS,
        "YIHUI_TRUSTED_PROXIES": "0.0.0.0/0",
        "YIHUI_WECHAT_APP_ID": "wx1234567890abcdef",
    }
    expected = set(wrong) - {"YIHUI_WECHAT_APP_ID"} | {"YIHUI_WECHAT_APP_SECRET"}
    assert set(named(start(wrong))) == expected
