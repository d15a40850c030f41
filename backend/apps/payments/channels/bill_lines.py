"""Lines of bills: what can't be read is named by its line, its column and what stands there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from apps.payments.channels.base import UnreadableBill

T = TypeVar("T")
_SHOWN = 60


class BadCell(ValueError):
    """What stands in a column is not what belongs there."""

    def __init__(self, column: str, text: str) -> None:
        super().__init__(f"{column} {text[:_SHOWN]}".strip())


def cell(column: str, text: str, read: Callable[[str], T]) -> T:
    """`read(text)`; BadCell where it raises ValueError or ArithmeticError."""
    try:
        return read(text)
    except (ValueError, ArithmeticError) as error:
        raise BadCell(column, text) from error


@contextmanager
def readable_line(number: int, line: str) -> Iterator[None]:
    """UnreadableBill `bad_line` for a line that can't be read: the cell where it is known, else how the line begins."""
    try:
        yield
    except (ValueError, ArithmeticError, LookupError) as error:
        shown = str(error) if isinstance(error, BadCell) else line.strip()[:_SHOWN]
        raise UnreadableBill("bad_line", line=number, shown=shown) from error
