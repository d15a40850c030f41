"""Routes of the admin single-page app: each app's `api/admin/urls.py`."""

from django.urls import include, path

APPS = ("access", "audit", "billing", "identity", "messaging", "patients", "payments", "scheduling")

urlpatterns = [path("api/admin/v1/", include(f"apps.{name}.api.admin.urls")) for name in APPS]
