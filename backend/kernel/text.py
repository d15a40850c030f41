"""Search keys for Chinese names."""

import functools


@functools.lru_cache(maxsize=8192)
def pinyin_key(text: str) -> str:
    """`张三丰` → `zsf zhangsanfeng`: initials and full spelling, lower case; sorts and searches names."""
    # Imported here: its dictionary takes 55 MB, which only processes that name somebody shall pay.
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(text, style=Style.NORMAL)
    full = "".join(syllables).lower().replace(" ", "")
    return f"{''.join(s[:1] for s in syllables).lower().replace(' ', '')} {full}"[:255]
