"""Search keys for Chinese names: initials and full spelling, surnames as surnames are read."""

import functools
import itertools
import re

#: Readings of characters that are read otherwise as a surname (现代汉语词典, 姓氏); further readings are found as well.
SURNAMES: dict[str, tuple[str, ...]] = {
    "万俟": ("mo qi",), "尉迟": ("yu chi",), "单于": ("chan yu",), "澹台": ("tan tai",), "长孙": ("zhang sun",),
    "令狐": ("ling hu",), "夏侯": ("xia hou",), "宿": ("su",), "单": ("shan",), "曾": ("zeng",), "解": ("xie",),
    "翟": ("zhai",), "仇": ("qiu",), "查": ("zha",), "盖": ("ge", "gai"), "区": ("ou",), "朴": ("piao",),
    "覃": ("qin", "tan"), "乐": ("yue", "le"), "种": ("chong",), "秘": ("bi",), "缪": ("miao",), "繁": ("po",),
    "华": ("hua",), "任": ("ren",), "宁": ("ning",), "员": ("yun",), "贠": ("yun",), "黑": ("he",), "折": ("she",),
    "召": ("shao",), "洗": ("xian",), "冼": ("xian",), "牟": ("mu", "mou"), "隗": ("kui", "wei"),
    "谌": ("chen", "shen"), "那": ("na",), "俞": ("yu",), "应": ("ying",), "干": ("gan",), "燕": ("yan",),
    "葛": ("ge",), "纪": ("ji",), "过": ("guo",), "车": ("che",), "盛": ("sheng",), "石": ("shi",), "沈": ("shen",),
    "莘": ("shen", "xin"), "宓": ("mi", "fu"), "郗": ("xi", "chi"), "句": ("gou",), "阚": ("kan",), "郄": ("qie", "xi"),
    "都": ("du",), "祭": ("zhai",), "重": ("chong",), "柏": ("bai", "bo"), "薄": ("bo",), "贲": ("ben",),
    "藏": ("zang",), "会": ("gui",), "教": ("jiao",), "强": ("qiang",), "相": ("xiang",), "行": ("xing",),
    "尹": ("yin",), "卜": ("bu",), "夏": ("xia",), "晁": ("chao",), "逄": ("pang",), "郇": ("xun", "huan"),
    "恽": ("yun",), "璩": ("qu",), "啜": ("chuai",), "撒": ("sa",), "少": ("shao",), "六": ("lu",), "冯": ("feng",),
    "褚": ("chu",), "褶": ("zhe",), "尔": ("er",), "曲": ("qu",), "哈": ("ha",), "适": ("kuo",), "亓": ("qi",),
    "郝": ("hao",), "麴": ("qu",), "訾": ("zi",), "仉": ("zhang",), "乜": ("nie",), "厘": ("xi",), "长": ("chang",),
    "佴": ("nai",), "剌": ("la",), "角": ("jue",), "佘": ("she",), "眭": ("sui",), "母": ("mu",), "呙": ("guo",),
}  # fmt: skip


@functools.lru_cache(maxsize=8192)
def pinyin_key(text: str) -> str:
    """`张三丰` → `zsf zhangsanfeng`: initials and full spelling, lower case; sorts and searches names of things."""
    return _key(_syllables(text))


@functools.lru_cache(maxsize=8192)
def name_spellings(name: str) -> tuple[str, str]:
    """The key of a person's name and a second one: `曾小红` → zeng…, and ceng… for who reads so; "" without one."""
    from kernel.text.names import clean_name, name_key

    simple = name_key(name)
    if simple.isascii():
        return _key(re.findall("[a-z0-9]+", clean_name(name).lower())), ""
    ordinary = _syllables(simple)
    for length in (2, 1):
        readings = SURNAMES.get(simple[:length])
        if readings and len(simple) > length:
            tail = ordinary[length:] if len(ordinary) == len(simple) else _syllables(simple[length:])
            keys = [_key([*reading.split(), *tail]) for reading in readings]
            second = next((key for key in [*keys[1:], _key(ordinary)] if key != keys[0]), "")
            return keys[0], second
    return _key(ordinary), ""


def second_readings() -> frozenset[str]:
    """First letters with which the second key of a name can begin."""
    return _second_readings()


@functools.cache
def _second_readings() -> frozenset[str]:
    seconds = (name_spellings(surname + "某")[1] for surname in SURNAMES)
    return frozenset(itertools.chain.from_iterable(key[:1] for key in seconds if key))


def _syllables(text: str) -> list[str]:
    # Imported here: its dictionary takes 55 MB, which only processes that name somebody shall pay.
    from pypinyin import Style, lazy_pinyin

    found: list[str] = lazy_pinyin(text, style=Style.NORMAL)
    return found


def _key(syllables: list[str]) -> str:
    kept = ["".join(c for c in part.lower() if c.isalnum()) for part in syllables]
    return f"{''.join(part[:1] for part in kept)} {''.join(kept)}"[:255]
