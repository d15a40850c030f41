"""Processor time, which other work on the machine moves far less than rates."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2

TICK = os.sysconf("SC_CLK_TCK")


def of_processes(*pids: int) -> float:
    """Seconds that these processes and all that they started have taken so far."""
    return sum(_taken(each) for pid in pids for each in _tree(pid))


def of_database(url: str) -> float:
    """Seconds that the server of that database has taken so far, all its processes together. It runs here."""
    with closing(psycopg2.connect(url)) as connection:
        backend = Path(f"/proc/{connection.get_backend_pid()}/stat").read_text()
    return of_processes(int(backend.rpartition(")")[2].split()[1]))


@dataclass(slots=True)
class Spent:
    """Seconds of the programs, and of PostgreSQL."""

    programs: float = 0.0
    database: float = 0.0

    def each(self, count: int) -> str:
        """Milliseconds of one of so many."""
        own, database = (seconds / count * 1_000 for seconds in (self.programs, self.database))
        return f"{own:.1f} + {database:.1f} ms"


@contextmanager
def spent_by(url: str, *pids: int) -> Iterator[Spent]:
    """What these processes and the database take inside; known afterwards."""
    spent, before, database = Spent(), of_processes(*pids), of_database(url)
    yield spent
    spent.programs, spent.database = of_processes(*pids) - before, of_database(url) - database


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                yield from _tree(int(child))


def _taken(pid: int) -> float:
    """Its own time, and that of its children that have ended; nothing of one that has just ended itself."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK
