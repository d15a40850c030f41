"""What a print consists of. Texts are plain; a line feed in one begins a new line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from kernel.charts import Chart
from kernel.codes import Symbol

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Page:
    """Paper in mm and the size of its letters in pt. A roll has no height: it is as long as what is printed.

    On a label (`is_label`) everything up to a PageBreak must fit, or DoesNotFit. Rolls and labels have neither header
    nor footer.
    """

    width: float
    height: float | None
    margin: float = 15
    size: float = 10
    is_label: bool = False

    @property
    def has_margins_text(self) -> bool:
        """Whether header, footer and page numbers are drawn."""
        return self.height is not None and not self.is_label


A4, A5 = Page(210, 297), Page(148, 210, margin=10, size=9)
ROLL_80, ROLL_58 = Page(80, None, margin=4, size=9), Page(58, None, margin=3, size=8)


def label(width: float, height: float, *, margin: float = 1.5, size: float = 8) -> Page:
    """A label or a wrist band of so many mm."""
    return Page(width, height, margin=margin, size=size, is_label=True)


def landscape(page: Page) -> Page:
    """The paper turned; ValueError for a roll."""
    if page.height is None:
        raise ValueError("a roll cannot be turned")
    return replace(page, width=page.height, height=page.width)


@dataclass(frozen=True, slots=True)
class Heading:
    """Stays with what follows. `size` in pt, a little larger than the page's letters if left out."""

    text: str
    size: float | None = None
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`indent`: of the first line, in characters. `name`: what MissingGlyphs calls it."""

    text: str
    align: Align = "left"
    size: float | None = None
    bold: bool = False
    indent: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """Labels with their values, row by row in so many columns."""

    pairs: Sequence[tuple[str, str]]
    columns: int = 2
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column takes its share of the width. Figures belong to the right: there a text is never broken, but set
    smaller, and refused (DoesNotFit) where it would be less than 0.6 of its size."""

    title: str
    share: float = 1
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows are taken one by one, as they are needed; each page repeats the titles, the totals stay with the last row.

    Without `grid` there are lines only below the titles and the totals. ValueError: a row with more or fewer cells.
    """

    columns: Sequence[Column]
    rows: Iterable[Sequence[str]]
    totals: Sequence[str] | None = None
    size: float | None = None
    grid: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """PNG or JPEG of so many mm; its height follows, and both shrink where the page is smaller."""

    data: bytes
    width: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Code:
    """A bar or QR code of so many mm with its quiet zone; `height` counts for bar codes, `caption` stands below."""

    symbol: Symbol
    width: float
    height: float = 10
    caption: str = ""
    align: Align = "center"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart over the whole width, so many mm high."""

    chart: Chart
    height: float = 70


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on, beside each other, `患者签名:________`."""

    names: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line over the whole width."""

    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """So many mm of nothing; none at the top of a page."""

    height: float = 3


@dataclass(frozen=True, slots=True)
class PageBreak:
    """The next label, or the next page."""


@dataclass(frozen=True, slots=True)
class Together:
    """On one page, if a page can hold them."""

    blocks: Sequence["Block"]


@dataclass(frozen=True, slots=True)
class Beside:
    """Cells of blocks beside each other, on one page; DoesNotFit where a page is smaller. `shares` of the width."""

    cells: Sequence[Sequence["Block"]]
    shares: Sequence[float] = ()
    gap: float = 3


Block = (
    Heading
    | Paragraph
    | Fields
    | Table
    | Picture
    | Code
    | Figure
    | Signatures
    | Rule
    | Space
    | PageBreak
    | Together
    | Beside
)


@dataclass(frozen=True, slots=True)
class Document:
    """`title` names the file and stands above the first block (`shows_title`). `header` and `footer`: left and right,
    on every page; between the footers stands the number of the page. `watermark`: 作废, 样本, 补打.

    `replacements`: what is printed instead of a character, such as `{"𠮷": "〔U+20BB7〕"}`; by hand and on purpose,
    since it changes what somebody's name looks like.
    """

    title: str
    blocks: Iterable[Block]
    page: Page = A4
    header: tuple[str, str] = ("", "")
    footer: tuple[str, str] = ("", "")
    watermark: str = ""
    shows_title: bool = True
    page_numbers: bool = True
    replacements: Mapping[str, str] = field(default_factory=dict)
    language: str = "zh-CN"
