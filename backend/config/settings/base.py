"""Settings shared by every environment; whatever differs comes from the environment."""

import base64
import os
from pathlib import Path

from config import documents, example_bodies, example_words
from config.logs import logging_config
from config.storages import files_storage
from config.version import VERSION
from kernel.environment import env
from kernel.http.enum_names import EnumNames

BASE_DIR = Path(__file__).resolve().parents[2]
ROOT_DIR = BASE_DIR.parent

DEBUG = False
SECRET_KEY = env.str("YIHUI_SECRET_KEY", default="")
ALLOWED_HOSTS: list[str] = env.list("YIHUI_ALLOWED_HOSTS", default=[])
TRUSTED_PROXIES: list[str] = env.list("YIHUI_TRUSTED_PROXIES", default=[])
#: Who may read /metrics, and the documents with their pages: addresses or networks; nobody unless they are named.
METRICS_ADDRESSES: list[str] = env.list("YIHUI_METRICS_ADDRESSES", default=[])
DOCUMENT_ADDRESSES: list[str] = env.list("YIHUI_DOCUMENT_ADDRESSES", default=[])
#: Origins of front ends that live on another host, e.g. https://admin.example.org; nobody unless they are named.
CORS_ALLOWED_ORIGINS: list[str] = env.list("YIHUI_CORS_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept-language", "authorization", "content-type", "idempotency-key", "if-none-match", "range",
]  # fmt: skip
CORS_EXPOSE_HEADERS = [
    "content-disposition", "etag", "retry-after", "x-request-id", "ratelimit-limit", "ratelimit-remaining",
    "ratelimit-reset",
]  # fmt: skip
FIELD_KEYS = env.str("YIHUI_FIELD_KEYS", default="")
BLIND_INDEX_KEY = base64.b64decode(env.str("YIHUI_BLIND_INDEX_KEY", default=""))
AUDIT_KEY = base64.b64decode(env.str("YIHUI_AUDIT_KEY", default=""))

LOCAL_APPS = [
    "kernel",
    "apps.audit",
    "apps.files",
    "apps.identity",
    "apps.access",
    "apps.worklist",
    "apps.imports",
    "apps.patients",
    "apps.encounters",
    "apps.messaging",
    "apps.payments",
    "apps.prepaid",
    "apps.scheduling",
    "apps.billing",
    "apps.receipts",
    "apps.queueing",
    "apps.inpatient",
    "apps.reconciliation",
    "apps.cashier",
    "apps.reports",
    "apps.integrations",
    "workflows",
    "sample",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_prometheus",
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "corsheaders",
    "guardian",
    "knox",
    "oauth2_provider",
    "django_dramatiq",
    "dramatiq_crontab",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    *LOCAL_APPS,
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "kernel.http.middleware.RequestContextMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "kernel.http.middleware.NoStoreMiddleware",
    "kernel.http.middleware.MethodOverrideMiddleware",
    "kernel.http.cleaning.CleanQueryMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "kernel.http.throttling.ThrottleMiddleware",
    "kernel.http.limits.BodyLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "apps.audit.middleware.AuditContextMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
APPEND_SLASH = False

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://clinic@127.0.0.1:5432/yihui")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        "connect_timeout": 5,
        # Triggers ask for pgtrigger.ignore; where it is not set, each row of each statement fails and rolls back a
        # savepoint, which walks all deferred checks of the transaction: thousands of rows never end.
        "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c timezone=UTC "
        "-c plan_cache_mode=force_generic_plan -c random_page_cost=1.1 -c pgtrigger.ignore={}",
    },
}
ATOMIC_REQUESTS = False
PREPARED_STATEMENTS = env.bool("YIHUI_PREPARED_STATEMENTS", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["apps.identity.hashers.ModestArgon2"]
#: Passwords hashed per second over all API workers: for anybody; for known devices, and as many for partners' secrets.
PASSWORDS_PER_SECOND = env.int("YIHUI_PASSWORDS_PER_SECOND", default=6)
PASSWORDS_PER_SECOND_KNOWN = env.int("YIHUI_PASSWORDS_PER_SECOND_KNOWN", default=20)
#: Failed sign-ins from one address within the lock's time; behind it may stand a whole hospital.
SIGN_IN_FAILURES_PER_ADDRESS = env.int("YIHUI_SIGN_IN_FAILURES_PER_ADDRESS", default=100)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_RAISE_403 = False
KNOX_TOKEN_MODEL = "identity.AuthSession"  # noqa: S105 - a model, not a secret
OAUTH2_PROVIDER_APPLICATION_MODEL = "identity.PartnerApplication"

LANGUAGE_CODE = "zh-hans"
#: Days and times that are read, not shown.
FORMAT_MODULE_PATH = "config.formats"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATIC_ROOT = env.str("YIHUI_STATIC_ROOT", default=str(ROOT_DIR / ".local" / "static"))
MEDIA_ROOT = env.str("YIHUI_MEDIA_ROOT", default=str(ROOT_DIR / ".local" / "media"))
STORAGES = {
    "default": files_storage(),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.identity.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["kernel.http.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["kernel.http.rendering.ORJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kernel.http.parsing.ORJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "kernel.http.pagination.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": ["kernel.http.filters.FilterBackend", "kernel.http.filters.OrderingFilter"],
    "DEFAULT_SCHEMA_CLASS": "kernel.http.schema.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "kernel.http.negotiation.JSONOnly",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is 405: the documents describe the API
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
    "ORDERING_PARAM": "ordering",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "kernel.http.problems.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "kernel.http.problems.ProblemFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
API_DOCUMENTS, API_TAGS = documents.API_DOCUMENTS, documents.API_TAGS
API_EXAMPLE_WORDS, API_EXAMPLE_BODIES = example_words.API_EXAMPLE_WORDS, example_bodies.API_EXAMPLE_BODIES
API_INFO = documents.API_INFO
SPECTACULAR_SETTINGS = {
    "TITLE": "Yihui 医汇",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": r"/api/(admin|miniprogram|partner)/v1",
    "SORT_OPERATION_PARAMETERS": False,
    "OAS_VERSION": "3.0.3",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "persistAuthorization": True,
        "validatorUrl": None,
        "docExpansion": "none",
        "filter": True,
        "defaultModelsExpandDepth": -1,
    },
    "OAUTH2_FLOWS": ["clientCredentials"],
    "OAUTH2_TOKEN_URL": "/api/partner/v1/oauth/token",
    "ENUM_NAME_OVERRIDES": EnumNames(documents.API_ENUM_PARTS),
    "POSTPROCESSING_HOOKS": [
        "kernel.http.enum_names.identify_enums",
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kernel.http.schema_hooks.finish_document",
    ],
}
OAUTH2_PROVIDER = {
    "SCOPES_BACKEND_CLASS": "apps.identity.oauth.PartnerScopes",
    "OAUTH2_VALIDATOR_CLASS": "apps.identity.oauth.PartnerValidator",
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",  # client credentials and nothing else
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # digests of tokens only
}
REST_KNOX = {
    "TOKEN_MODEL": "identity.AuthSession",
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_LIMIT_PER_USER": None,
}

DRAMATIQ_BROKER = {
    "BROKER": "dramatiq.brokers.redis.RedisBroker",
    "OPTIONS": {"url": REDIS_URL, "heartbeat_timeout": 30_000, "dead_message_ttl": 7 * 86_400_000},
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "dramatiq.middleware.ShutdownNotifications",
        "dramatiq.middleware.Callbacks",
        "kernel.retries.PatientRetries",
        "django_dramatiq.middleware.DbConnectionsMiddleware",
        "apps.audit.middleware.AuditTaskMiddleware",
        "kernel.outbox.deaths.Deaths",
    ],
}
DRAMATIQ_AUTODISCOVER_MODULES = ["tasks"]
#: Milliseconds between looks of an idle worker. With the default, 1,000, a payment waits half a second for its posting.
os.environ.setdefault("dramatiq_worker_timeout", "100")

WECHAT_BASE_URL = env.str("YIHUI_WECHAT_BASE_URL", default="https://api.weixin.qq.com")
WECHAT_APP_ID = env.str("YIHUI_WECHAT_APP_ID", default="")
WECHAT_APP_SECRET = env.str("YIHUI_WECHAT_APP_SECRET", default="")
WECHAT_OA_APP_ID = env.str("YIHUI_WECHAT_OA_APP_ID", default="")
WECHAT_OA_SECRET = env.str("YIHUI_WECHAT_OA_SECRET", default="")
ALIYUN_SMS_ENDPOINT = env.str("YIHUI_ALIYUN_SMS_ENDPOINT", default="dysmsapi.aliyuncs.com")
ALIYUN_SMS_PROTOCOL = env.str("YIHUI_ALIYUN_SMS_PROTOCOL", default="https")
ALIYUN_SMS_ACCESS_KEY_ID = env.str("YIHUI_ALIYUN_SMS_ACCESS_KEY_ID", default="")
ALIYUN_SMS_ACCESS_KEY_SECRET = env.str("YIHUI_ALIYUN_SMS_ACCESS_KEY_SECRET", default="")
ALIYUN_SMS_SIGN_NAME = env.str("YIHUI_ALIYUN_SMS_SIGN_NAME", default="医汇")
ALIYUN_SMS_CALLBACK_TOKEN = env.str("YIHUI_ALIYUN_SMS_CALLBACK_TOKEN", default="")
ALIYUN_SMS_CALLBACK_ADDRESSES: list[str] = env.list("YIHUI_ALIYUN_SMS_CALLBACK_ADDRESSES", default=[])

#: The address under which payment channels reach us, e.g. https://api.example.org: they push to /callbacks/ below it.
PUBLIC_BASE_URL = env.str("YIHUI_PUBLIC_BASE_URL", default="").rstrip("/")
PAYMENTS_HTTPS_ONLY = True
#: Webhooks by plain HTTP and to this very machine: in tests and the demo alone.
WEBHOOKS_TO_LOOPBACK = False

HIS_BASE_URL = env.str("YIHUI_HIS_BASE_URL", default="")
HIS_APP_ID = env.str("YIHUI_HIS_APP_ID", default="")
HIS_SECRET = env.str("YIHUI_HIS_SECRET", default="")
#: Hospitals with another HIS than the one above: code → {base_url, app_id, secret}.
HIS_CONNECTIONS: dict[str, dict[str, str]] = env.json("YIHUI_HIS_CONNECTIONS", default={})

MESSAGING_SANDBOX_TEMPLATES = False
MESSAGING_RETRY_SECONDS: list[int] = env.list(
    "YIHUI_MESSAGING_RETRY_SECONDS", int, default=[5, 15, 60, 300, 900]
)
MESSAGING_LEASE_SECONDS = env.int("YIHUI_MESSAGING_LEASE_SECONDS", default=60)
MESSAGING_REPORT_WAIT_SECONDS = env.int("YIHUI_MESSAGING_REPORT_WAIT_SECONDS", default=120)
MESSAGING_RATES = {
    "wechat": env.int("YIHUI_WECHAT_MESSAGES_PER_SECOND", default=200),
    "aliyun_sms": env.int("YIHUI_ALIYUN_SMS_PER_SECOND", default=3_000),
}

#: Of one address (a hospital's staff may share one), one signed-in device, one partner application; 0 = unlimited.
REQUESTS_PER_MINUTE = {
    "address": env.int("YIHUI_ADDRESS_REQUESTS_PER_MINUTE", default=6_000),
    "session": env.int("YIHUI_SESSION_REQUESTS_PER_MINUTE", default=600),
    "partner": env.int("YIHUI_PARTNER_REQUESTS_PER_MINUTE", default=3_000),
}

RUN_TOKEN = (
    ""  # of the demo and tests: health answers with it, so that none takes a stranger's program for its own
)
STREAM_HEARTBEAT_SECONDS = env.float("YIHUI_STREAM_HEARTBEAT_SECONDS", default=15.0)
STREAM_WRITE_SECONDS = env.float("YIHUI_STREAM_WRITE_SECONDS", default=10.0)

LOGGING = logging_config(level=env.str("YIHUI_LOG_LEVEL", default="INFO"))
LOGGING_CONFIG = "config.logs.configure"
PROMETHEUS_EXPORT_MIGRATIONS = False
