"""The API as a WSGI application."""

import gc
import os
from pathlib import Path

# Nothing of what is loaded is garbage: looking for some takes a sixth of the start.
gc.disable()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
if _metrics := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # one /metrics for all workers of this server
    Path(_metrics).mkdir(parents=True, exist_ok=True)
application = get_wsgi_application()
# What is loaded stays: collections need not walk it again, and garbage in cycles is rare (a tenth of a request's CPU).
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
gc.enable()
