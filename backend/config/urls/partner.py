"""Routes of partners: each app's `api/partner/urls.py`."""

from django.urls import include, path

APPS: tuple[str, ...] = ("billing", "identity", "inpatient", "integrations", "reconciliation")

urlpatterns = [path("api/partner/v1/", include(f"apps.{name}.api.partner.urls")) for name in APPS]
