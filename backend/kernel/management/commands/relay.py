import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from kernel.outages import STORE_ERRORS
from kernel.outbox import relay

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Move committed outbox events to the queues until told to stop; rides out database and Redis outages."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--idle", type=float, default=0.1, help="seconds between looks when nothing waits"
        )
        parser.add_argument("--once", action="store_true", help="empty the outbox and leave")

    def handle(self, *args: Any, idle: float, once: bool, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        pause = idle
        while not stop.is_set():
            try:
                moved = relay.drain()
                pause = idle
            except (*STORE_ERRORS, OSError) as error:
                log.warning("relay_waits", error=str(error))
                close_old_connections()
                moved, pause = 0, min(pause * 2, 5.0)
            if once and not moved:
                return
            if not moved:
                stop.wait(pause)
