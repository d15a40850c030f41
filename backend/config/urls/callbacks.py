"""What providers call: each app's `api/callbacks/urls.py`."""

from django.urls import include, path

APPS: tuple[str, ...] = ("messaging", "payments")

urlpatterns = [path("callbacks/", include(f"apps.{name}.api.callbacks.urls")) for name in APPS]
