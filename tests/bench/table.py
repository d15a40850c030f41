"""What is printed: a figure beside its limit of the same run, the ratio, and the target."""

from dataclasses import dataclass
from unicodedata import east_asian_width


@dataclass(frozen=True, slots=True)
class Line:
    """`met` is None where the figure has no target of its own."""

    row: str
    what: str
    figure: str
    limit: str = ""
    ratio: float | None = None
    target: str = ""
    met: bool | None = None


def show(lines: list[Line]) -> None:
    """The table, columns aligned."""
    marks = {True: "ok", False: "BELOW", None: ""}
    cells = [("row", "what", "figure", "limit", "ratio", "target", "")] + [
        (
            x.row,
            x.what,
            x.figure,
            x.limit,
            f"{x.ratio:.2f}" if x.ratio is not None else "",
            x.target,
            marks[x.met],
        )
        for x in lines
    ]
    widths = [max(_width(row[n]) for row in cells) for n in range(len(cells[0]))]
    for row in cells:
        text = "  ".join(cell + " " * (widths[n] - _width(cell)) for n, cell in enumerate(row))
        print(text.rstrip(), flush=True)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
