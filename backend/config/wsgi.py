import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
if _metrics := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # one /metrics for all workers of this server
    Path(_metrics).mkdir(parents=True, exist_ok=True)
application = get_wsgi_application()
