"""WeChat Pay's certificates of one merchant, shared by the process; a stranger's serial makes nobody fetch all day."""

import datetime as dt
import functools
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from apps.payments.channels.base import ChannelError

#: Seconds between two fetches: after one that worked, and after one that did not.
PAUSE, PAUSE_AFTER_FAILURE = 600.0, 10.0
#: WeChat Pay asks to look for new certificates at least that often.
MAX_DURATION = 12 * 3600.0


class CertificateShelf:
    """Thread-safe. Only one thread fetches; the others wait for it when nothing is known yet."""

    def __init__(self) -> None:
        self._kept: dict[int, Any] = {}
        self._lock = threading.Lock()
        self._fetched_at = self._not_before = float("-inf")

    def key(self, serial: str, fetch: Callable[[], Iterable[Any]], now: dt.datetime) -> Any:
        """The public key of the certificate with that hexadecimal serial, valid at `now`; None without one.

        `fetch` gives today's certificates and may raise ChannelError.
        """
        number = int(serial, 16)
        fresh = time.monotonic() - self._fetched_at < MAX_DURATION
        if not (fresh and number in self._kept) and self._lock.acquire(blocking=not self._kept):
            try:
                self._refresh(fetch)
            finally:
                self._lock.release()
        found = self._kept.get(number)
        if found is None or not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
            return None
        return found.public_key()

    def _refresh(self, fetch: Callable[[], Iterable[Any]]) -> None:
        if time.monotonic() < self._not_before:
            return
        try:
            fetched = {certificate.serial_number: certificate for certificate in fetch()}
        except ChannelError:
            fetched = {}
        self._not_before = time.monotonic() + (PAUSE if fetched else PAUSE_AFTER_FAILURE)
        if fetched:
            self._kept, self._fetched_at = fetched, time.monotonic()


@functools.lru_cache(maxsize=256)
def shelf_of(base_url: str, mchid: str, serial_no: str) -> CertificateShelf:
    """One shelf a merchant, however often its channel is made."""
    return CertificateShelf()
