"""QR codes (ISO/IEC 18004)."""

from typing import Literal

from kernel.codes.symbol import BadCode, Symbol

Level = Literal["L", "M", "Q", "H"]
QUIET = 4
#: Two dots of a 203 dpi label printer.
MIN_MODULE = 0.25


def qr(text: str, *, level: Level = "M") -> Symbol:
    """A QR code of any text, as UTF-8. `level`: how much of it may be lost (L 7 %, M 15 %, Q 25 %, H 30 %).

    BadCode: empty, too_long.
    """
    import segno

    if not text:
        raise BadCode("empty")
    mode = None if text.isascii() else "byte"  # otherwise Chinese would be taken for Shift JIS
    try:
        made = segno.make_qr(text, error=level, mode=mode, encoding="utf-8", boost_error=False)
    except segno.DataOverflowError as error:
        raise BadCode("too_long", bytes=len(text.encode()), level=level) from error
    return Symbol("qr", text, tuple(bytes(row) for row in made.matrix), QUIET, MIN_MODULE)
