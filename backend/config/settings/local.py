"""Demo and development: fixed throw-away keys, a clock that can be moved, the sandbox instead of providers."""

import os

os.environ.setdefault("YIHUI_SECRET_KEY", "local-only-secret-key-local-only-secret-key-local-only")
os.environ.setdefault("YIHUI_FIELD_KEYS", "1:bG9jYWwtb25seS1maWVsZC1rZXktMDEyMzQ1Njc4OWE=")
os.environ.setdefault("YIHUI_BLIND_INDEX_KEY", "bG9jYWwtb25seS1ibGluZC1pbmRleC1rZXktMDEyMzQ=")
os.environ.setdefault("YIHUI_AUDIT_KEY", "bG9jYWwtb25seS1hdWRpdC1rZXktMDEyMzQ1Njc4OWE=")
os.environ.setdefault("YIHUI_ALLOWED_HOSTS", "127.0.0.1,localhost,testserver")
os.environ.setdefault("YIHUI_WECHAT_BASE_URL", "http://127.0.0.1:8090")
os.environ.setdefault("YIHUI_WECHAT_APP_ID", "wx00000000sandbox1")
os.environ.setdefault("YIHUI_WECHAT_APP_SECRET", "sandbox-mini-program-secret")
os.environ.setdefault("YIHUI_WECHAT_OA_APP_ID", "wx00000000sandbox2")
os.environ.setdefault("YIHUI_WECHAT_OA_SECRET", "sandbox-official-account-secret")
os.environ.setdefault("YIHUI_ALIYUN_SMS_ENDPOINT", "127.0.0.1:8090")
os.environ.setdefault("YIHUI_ALIYUN_SMS_PROTOCOL", "http")
os.environ.setdefault("YIHUI_ALIYUN_SMS_ACCESS_KEY_ID", "LTAIsandbox")
os.environ.setdefault("YIHUI_ALIYUN_SMS_ACCESS_KEY_SECRET", "sandbox-access-key-secret")
os.environ.setdefault("YIHUI_ADDRESS_REQUESTS_PER_MINUTE", "1000000")  # all come from one machine
os.environ.setdefault("YIHUI_SESSION_REQUESTS_PER_MINUTE", "1000000")
os.environ.setdefault("YIHUI_PARTNER_REQUESTS_PER_MINUTE", "1000000")
os.environ.setdefault("YIHUI_HIS_BASE_URL", "http://127.0.0.1:8090")
os.environ.setdefault("YIHUI_HIS_APP_ID", "yihui")
os.environ.setdefault("YIHUI_HIS_SECRET", "sandbox-his-secret")

from config.settings.base import *
from config.settings.base import env

CLOCK_FILE = env.str("YIHUI_CLOCK_FILE", default="")
MESSAGING_SANDBOX_TEMPLATES = True
PAYMENTS_HTTPS_ONLY = False
