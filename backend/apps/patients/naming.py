"""A patient's name with all that is derived from it, in one place."""

from kernel.text import clean_name, name_key, name_spellings

#: Columns that follow the name.
DERIVED_FROM_NAME = ("name_key", "pinyin", "pinyin_other")


def name_fields(name: str) -> dict[str, str]:
    """`name` as it is stored, and its search keys."""
    cleaned = clean_name(name)
    pinyin, other = name_spellings(cleaned)
    return {"name": cleaned, "name_key": name_key(cleaned), "pinyin": pinyin, "pinyin_other": other}
