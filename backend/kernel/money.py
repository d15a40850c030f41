"""Money is an integer number of fen; nothing else enters or leaves."""

import re
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

MAX_FEN = 10_000_000_000  # 100 million yuan: beyond any bill, far inside a bigint
_YUAN = re.compile(r"^(-?)([0-9]{1,9})(?:\.([0-9]{1,2}))?\Z")


def yuan_to_fen(text: str) -> int:
    """`"12.3"` → 1230. Raises ValueError for fractions of a fen, exponents, signs other than `-`, blanks."""
    match = _YUAN.match(text)
    if match is None:
        raise ValueError(f"not an amount in yuan: {text!r}")
    sign, whole, cents = match.groups()
    fen = int(whole) * 100 + int((cents or "0").ljust(2, "0"))
    return -fen if sign else fen


def fen_to_yuan(fen: int) -> str:
    """1230 → `"12.30"`."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def yuan_shown(fen: int) -> str:
    """2000000 → `"¥20,000.00"`, as people read it; below zero the sign stands first."""
    return f"{'-' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


class FenField(models.BigIntegerField):
    """A non-negative amount in fen, at most MAX_FEN."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [MinValueValidator(0), MaxValueValidator(MAX_FEN)])
        super().__init__(*args, **kwargs)
