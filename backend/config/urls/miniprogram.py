"""Routes of the WeChat mini-program: each app's `api/miniprogram/urls.py`."""

from django.urls import include, path

APPS: tuple[str, ...] = ("billing", "identity", "messaging", "patients", "payments", "scheduling")

urlpatterns = [path("api/miniprogram/v1/", include(f"apps.{name}.api.miniprogram.urls")) for name in APPS]
