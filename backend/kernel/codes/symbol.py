"""A code as modules, dark or light, and its pictures. Sizes on paper are mm and include the quiet zone."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby


class BadCode(Exception):
    """What was asked for is no code: `code` is empty, not_encodable, too_long, check_digit, bad_element or too_small.

    `where` says more: the character, the most that is possible, the digit that would be right.
    """

    def __init__(self, code: str, **where: object) -> None:
        super().__init__(f"{code} {where}" if where else code)
        self.code, self.where = code, where


@dataclass(frozen=True, slots=True)
class Symbol:
    """Rows of modules from the top, each byte 1 (dark) or 0; a bar code has one row, drawn as high as is asked.

    `text` is what stands below it for people. `quiet`: light modules that belong to it at the left and right, of a
    square one on every side. `least_module`: mm, below which readers fail.
    """

    kind: str
    text: str
    rows: tuple[bytes, ...]
    quiet: int
    least_module: float

    @property
    def is_square(self) -> bool:
        """QR codes; bar codes are as high as is asked."""
        return len(self.rows) > 1

    @property
    def modules(self) -> int:
        """Width in modules, quiet zone included."""
        return len(self.rows[0]) + 2 * self.quiet

    def module_of(self, width: float) -> float:
        """Width of one module in mm for a width of all; BadCode: too_small, with the least width."""
        module = width / self.modules
        if module < self.least_module:
            raise BadCode("too_small", width=width, least=round(self.modules * self.least_module, 2))
        return module

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """(left, top, width) of all dark runs in modules, quiet zone included."""
        above = self.quiet if self.is_square else 0
        for top, row in enumerate(self.rows, start=above):
            left = self.quiet
            for dark, same in groupby(row):
                width = len(list(same))
                if dark:
                    yield left, top, width
                left += width

    def svg(self, *, width: float, height: float = 10) -> str:
        """A picture of so many mm; `height` counts for bar codes only. BadCode: too_small."""
        self.module_of(width)
        tall = self.modules if self.is_square else 1
        path = "".join(f"M{left} {top}h{run}v1h-{run}z" for left, top, run in self.runs())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" '
            f'height="{width if self.is_square else height:g}mm" viewBox="0 0 {self.modules} {tall}" '
            f'preserveAspectRatio="none" shape-rendering="crispEdges">'
            f'<path fill="#fff" d="M0 0h{self.modules}v{tall}H0z"/><path d="{path}"/></svg>'
        )

    def png(self, *, dots: int = 4, height: int = 80) -> bytes:
        """A picture with `dots` pixels a module; `height` in pixels counts for bar codes only."""
        from PIL import Image

        side = self.modules
        drawn = Image.new("1", (side, side if self.is_square else 1), 1)
        for left, top, run in self.runs():
            drawn.paste(0, (left, top, left + run, top + 1))
        size = (side * dots, side * dots if self.is_square else height)
        made = io.BytesIO()
        drawn.resize(size, Image.Resampling.NEAREST).save(made, "PNG")
        return made.getvalue()
