"""Chinese names by frequency: about a hundred surnames, and given names put together from characters people use."""

import functools
import random
from itertools import accumulate

from kernel.text import name_spellings, pinyin_key

SURNAMES = (
    "李794 王741 张707 刘538 陈453 杨308 赵229 黄223 周212 吴205 徐167 孙154 胡131 朱126 "
    "高121 林118 何117 郭115 马105 罗86 梁84 宋81 郑78 谢72 韩68 唐65 冯64 于62 董61 萧59 程57 "
    "曹57 袁54 邓54 许54 傅51 沈50 曾50 彭49 吕47 苏47 卢47 蒋47 蔡46 贾42 丁42 魏41 薛40 叶39 "
    "阎38 余38 潘36 杜36 戴34 夏34 钟32 汪32 田31 任30 姜30 范29 方27 石27 姚26 谭25 廖25 邹24 "
    "熊24 金24 陆23 郝23 孔22 白22 崔21 康20 毛20 邱19 秦19 江18 史18 顾18 侯17 邵17 孟17 龙16 "
    "万16 段15 雷15 钱15 汤15 尹14 黎14 易13 常13 武13 乔13 贺12 赖12 龚12 文12 欧阳6 上官2 司马1 "
    "诸葛1"
)
MALE = (
    "伟强磊军洋勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁龙"
    "建文志国海峰林子轩博天泽晨瑞嘉皓思源承家毅成振德永庆立新东"
)
FEMALE = (
    "芳娜敏静丽艳娟霞秀燕玲桂英华红梅兰萍洁琳雪婷颖慧莹倩雅欣"
    "怡佳琪梦瑶子涵诗思语晓月美云玉春丹璐薇蕾瑾菲文宁淑珍素彩凤"
)

_surnames = [item.rstrip("0123456789") for item in SURNAMES.split()]
_weights = list(
    accumulate(int(item[len(name) :]) for item, name in zip(SURNAMES.split(), _surnames, strict=True))
)


def full_name(chance: random.Random, male: bool) -> str:
    """A surname by frequency and a given name of one (one in five) or two characters."""
    characters = MALE if male else FEMALE
    surname = chance.choices(_surnames, cum_weights=_weights)[0]
    given = chance.choice(characters)
    return surname + given + (chance.choice(characters) if chance.random() < 0.8 else "")


def pinyin(name: str) -> str:
    """The search key of a name, character by character: `kernel.text.pinyin_key` for hundreds of thousands of names."""
    return _spelt([_surname(name[0])[0], *map(_syllable, name[1:])])


def pinyin_other(name: str) -> str:
    """The second key of a name, "" for most (`kernel.text.name_spellings`)."""
    other = _surname(name[0])[1]
    return _spelt([other, *map(_syllable, name[1:])]) if other else ""


def _spelt(syllables: list[str]) -> str:
    return f"{''.join(s[0] for s in syllables)} {''.join(syllables)}"


@functools.cache
def _surname(character: str) -> tuple[str, str]:
    first, second = name_spellings(f"{character}一")  # yi follows
    return first.split(" ")[1][:-2], second.split(" ")[-1][:-2]


@functools.cache
def _syllable(character: str) -> str:
    return pinyin_key(character).split(" ")[1]
