"""Routes of the WeChat mini-program: each app's `api/miniprogram/urls.py`."""

from django.urls import include, path

APPS: tuple[str, ...] = (
    "apps.billing", "apps.identity", "apps.messaging", "apps.patients", "apps.payments", "apps.scheduling", "workflows",
)  # fmt: skip

urlpatterns = [path("api/miniprogram/v1/", include(f"{name}.api.miniprogram.urls")) for name in APPS]
