"""Routes of partners: each app's `api/partner/urls.py`."""

from kernel.http.routing import BySegment, patterns_of

APPS: tuple[str, ...] = ("billing", "identity", "inpatient", "integrations", "reconciliation")

urlpatterns = [BySegment("api/partner/v1/", patterns_of(f"apps.{name}.api.partner.urls" for name in APPS))]
