"""The live feed of lines as a process of its own: `granian --interface asgi config.stream:application`.

Only the settings are read: no app is loaded and no database is reached.
"""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

from django.conf import settings

from apps.queueing.stream.app import StreamApplication
from kernel import clock

if getattr(settings, "CLOCK_FILE", ""):
    clock.set_source(clock.FileOffsetClock(Path(settings.CLOCK_FILE)))
application = StreamApplication(
    settings.REDIS_URL,
    settings.SECRET_KEY,
    heartbeat_seconds=settings.STREAM_HEARTBEAT_SECONDS,
    run_token=settings.RUN_TOKEN,
    write_seconds=settings.STREAM_WRITE_SECONDS,
)
