"""The only source of time. UTC inside, Asia/Shanghai for calendar days; injectable in tests and in the demo."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
#: After midnight: whoever waits then is still in the evening's queue.
DAY_ENDS = dt.timedelta(hours=4)


def _system() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


_source: Callable[[], dt.datetime] = _system


def now() -> dt.datetime:
    """The current moment, aware, in UTC."""
    return _source()


def machine() -> dt.datetime:
    """The machine's own time, which nobody moves: for the freshness of signatures and nothing else."""
    return _system()


def today() -> dt.date:
    """The current calendar day in Asia/Shanghai."""
    return now().astimezone(LOCAL).date()


def service_day() -> dt.date:
    """The day whose visits go on: until four in the morning the evening's, whose sessions last beyond midnight."""
    return (now() - DAY_ENDS).astimezone(LOCAL).date()


def day_of(moment: dt.datetime | None) -> dt.date | None:
    """The calendar day of an aware moment in Asia/Shanghai."""
    return moment.astimezone(LOCAL).date() if moment is not None else None


def local(day: dt.date, time: dt.time) -> dt.datetime:
    """That wall-clock time of that day in Asia/Shanghai, as an aware moment."""
    return dt.datetime.combine(day, time, tzinfo=LOCAL)


def set_source(source: Callable[[], dt.datetime] | None) -> None:
    """Replace the source of time for this process; None restores the system's."""
    global _source
    _source = source or _system


@contextmanager
def frozen(moment: dt.datetime) -> Iterator[None]:
    """Time stands still at `moment` inside the block."""
    previous = _source
    set_source(lambda: moment)
    try:
        yield
    finally:
        set_source(previous)


class FileOffsetClock:
    """System time plus the seconds written in a file, so that one command moves the clock of every process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._offset = dt.timedelta()

    def __call__(self) -> dt.datetime:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return _system()
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._stamp:
            self._offset = dt.timedelta(seconds=float(self.path.read_text().strip() or 0))
            self._stamp = stamp
        return _system() + self._offset
