"""What people type and paste, in one form: cleaned at every edge, folded to compare, spelt to search."""

from kernel.text.cleaning import clean, clean_line, fold_code, fold_number, is_card_number, is_masked
from kernel.text.names import clean_name, name_key
from kernel.text.spelling import name_spellings, pinyin_key

__all__ = [
    "clean", "clean_line", "clean_name", "fold_code", "fold_number", "is_card_number", "is_masked", "name_key",
    "name_spellings", "pinyin_key",
]  # fmt: skip
