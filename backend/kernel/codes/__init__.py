"""Bar and QR codes: what is asked for is checked, and becomes one `Symbol` that is drawn as SVG, PNG or in a PDF."""

from kernel.codes.bars import code128, ean13, gs1_128
from kernel.codes.qr import qr
from kernel.codes.symbol import BadCode, Symbol

__all__ = ["BadCode", "Symbol", "code128", "ean13", "gs1_128", "qr"]
