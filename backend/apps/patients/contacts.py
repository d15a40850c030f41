"""Address books as files of patients: the titles that Outlook writes in English and Chinese, and what they become.

The titles are those of Outlook's own export, of outlook.com and Google, and of the phone assistants that write the same
columns; contact cards (vCard) come with the same ones. `<part>.<place>` is put together with its siblings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.identity.phones import normalise_phone
from kernel.errors import InvalidValue
from kernel.sheets import IGNORED, Form, bare_title

#: Where a number or an address is looked for, the best place first.
PHONES = (
    "mobile", "mobile2", "primary", "home", "home2", "other", "other2", "other3", "other4", "business", "business2",
    "car",
)  # fmt: skip
PLACES = ("home", "other", "business")
_TITLES: dict[str, tuple[str, ...]] = {
    "full_name": ("Formatted Name", "Name", "姓名"), "family": ("Last Name", "Family Name", "姓"),
    "given": ("First Name", "Given Name", "名", "名字"),
    "middle": ("Middle Name", "中间名"),
    "phone.mobile": ("Mobile Phone", "移动电话", "手机"), "phone.mobile2": ("Mobile Phone 2", "移动电话 2", "其他手机"),
    "phone.primary": ("Primary Phone", "主要电话", "Phone 1 - Value"),
    "phone.home": ("Home Phone", "住宅电话", "家庭电话"),
    "phone.home2": ("Home Phone 2", "住宅电话 2", "家庭电话 2"),
    "phone.other": ("Other Phone", "其他电话", "Phone 2 - Value"),
    "phone.other2": ("Other Phone 2", "其他手机 2", "Phone 3 - Value"),
    "phone.other3": ("其他手机 3", "Phone 4 - Value"), "phone.other4": ("Phone 5 - Value",),
    "phone.business": ("Business Phone", "商务电话", "工作电话"),
    "phone.business2": ("Business Phone 2", "商务电话 2", "工作电话 2"), "phone.car": ("Car Phone", "车载电话"),
    "birth_date": ("Birthday", "生日"), "gender": ("Gender", "性别"),
    "national_id": ("Government ID Number", "身份证编号", "政府 ID 号", "政府身份证编号"),
    "occupation": ("Profession", "职业"), "referrer": ("Referred By", "引用者", "介绍人"),
    "tags": ("Categories", "类别"),
}  # fmt: skip
_PARTS: dict[str, tuple[str, str]] = {
    "country": ("{} Country/Region", "{}地址 国家/地区"), "state": ("{} State", "{}地址 省/市/自治区"),
    "city": ("{} City", "{}地址 市/县"), "street": ("{} Street", "{}地址 街道"),
    "street2": ("{} Street 2", "{}地址 街道 2"),
    "street3": ("{} Street 3", "{}地址 街道 3"),
}  # fmt: skip
_PLACE_NAMES = {"home": ("Home", "住宅"), "other": ("Other", "其他"), "business": ("Business", "商务")}
#: What every contact says, whatever its owner wrote.
_FURNITURE = (
    "Initials", "缩写", "Priority", "优先级", "Private", "私有", "Sensitivity", "敏感度", "E-mail Type", "电子邮件类型",
    "E-mail Display Name", "电子邮件显示名称", "Internet Free Busy", "Internet 忙闲", "原行号", "检查结果", "原因",
    "Home Country", "Business Country",
    "Other Country",
)  # fmt: skip
KNOWN = (
    {bare_title(title): name for name, titles in _TITLES.items() for title in titles}
    | {
        bare_title(title.format(word)): f"{part}.{place}"
        for part, titles in _PARTS.items()
        for place, words in _PLACE_NAMES.items()
        for title, word in zip(titles, words, strict=True)
    }
    | {bare_title(f"{words[0]} Address"): f"whole.{place}" for place, words in _PLACE_NAMES.items()}
    | {bare_title(title): IGNORED for title in _FURNITURE}
)
OUTLOOK = Form(
    "outlook", "Outlook 联系人", "Outlook contacts", KNOWN, is_lenient=True,
    marks=tuple(map(frozenset, (("firstname", "lastname"), ("givenname", "familyname"), ("姓", "名"), ("姓", "名字")))),
)  # fmt: skip
VCARD = Form(
    "vcard", "电子名片(vCard)", "Contact cards (vCard)", KNOWN, {}, (frozenset({"formattedname"}),), True
)
#: What Outlook writes for no date.
_NO_DATE = re.compile(r"0+[/.-]0+[/.-]0+|4501[/.-]0?1[/.-]0?1|0?1/0?1/4501")
_NO_YEAR = re.compile(r"--?\d\d-?\d\d|1604[-/.]?\d{1,2}[-/.]?\d{1,2}|\d{1,2}月\d{1,2}日")
_ENDS_IN_YEAR = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})")
_BETWEEN_NUMBERS = re.compile(r":::|[;；、]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_HOME_COUNTRY = frozenset(
    {"中国", "中华人民共和国", "中国大陆", "china", "people's republic of china", "cn", "prc"}
)
_UNSAID = frozenset({"unspecified", "未指定", "未确定", "o", "n", "u", "other", "none"})


@dataclass(slots=True)
class Contact:
    """Texts by field of a patient, and (field, code, what is shown) of what is left out."""

    texts: dict[str, str] = field(default_factory=dict)
    remarks: list[tuple[str, str, str]] = field(default_factory=list)


def read_contact(cells: Mapping[str, str]) -> Contact:
    """What the cells of an address book, by the fields of `KNOWN`, say of a patient."""
    contact = Contact({"name": _name(cells), "address": _address(cells)})
    for name in ("national_id", "occupation", "referrer", "tags"):
        contact.texts[name] = cells.get(name, "")
    gender = cells.get("gender", "").strip()
    contact.texts["gender"] = "" if gender.casefold() in _UNSAID else gender
    _phone(contact, cells)
    _birthday(contact, cells.get("birth_date", "").strip())
    return contact


def _name(cells: Mapping[str, str]) -> str:
    """Family name first and without a blank in Chinese; as it is said in other scripts."""
    family, given, middle = (cells.get(part, "").strip() for part in ("family", "given", "middle"))
    whole = cells.get("full_name", "").strip()
    if not (family or given) or _says_better(whole, family + middle + given):
        return whole
    if _CHINESE.search(family + given):
        return f"{family}{middle}{given}"
    return " ".join(filter(None, (given, middle, family)))


def _says_better(whole: str, parts: str) -> bool:
    """A Chinese name in one piece, where its parts are in Latin letters, or are the same signs in another order."""
    if not _CHINESE.search(whole) or " " in whole:
        return False
    return not _CHINESE.search(parts) or (whole != parts and sorted(whole) == sorted(parts))


def _address(cells: Mapping[str, str]) -> str:
    """The first place with a street or a city; from large to small in Chinese, the other way round in other scripts."""
    for place in PLACES:
        country, state, city, *streets = (cells.get(f"{part}.{place}", "").strip() for part in _PARTS)
        if not any((state, city, *streets)):
            continue
        abroad = "" if country.casefold() in _HOME_COUNTRY else country
        street = " ".join(filter(None, streets))
        if _CHINESE.search(state + city + street):
            parts = [abroad, state, city]
            return "".join(part for part in dict.fromkeys(parts) if part not in street) + street
        return ", ".join(filter(None, (street, city, state, abroad)))
    return next((cells[f"whole.{place}"] for place in PLACES if cells.get(f"whole.{place}")), "")


def _phone(contact: Contact, cells: Mapping[str, str]) -> None:
    """The first number that is a mobile's; a cell may hold several (`13800138000 ::: 13900139000`)."""
    cells_of = (cells.get(f"phone.{place}", "") for place in PHONES)
    found = [number for cell in cells_of for number in _BETWEEN_NUMBERS.split(cell) if number.strip()]
    mobiles = list(dict.fromkeys(filter(None, map(_mobile, found))))
    if mobiles:
        contact.texts["phone"] = mobiles[0]
    if len(mobiles) > 1 or (mobiles and len(found) > len(mobiles)):
        contact.remarks.append(("phone", "other_numbers", ""))
    elif found and not mobiles:
        contact.remarks.append(("phone", "no_mobile", ""))


def _mobile(number: str) -> str:
    try:
        return normalise_phone(number)
    except InvalidValue:
        return ""


def _birthday(contact: Contact, text: str) -> None:
    """`1985-03-07` where that is certain: day and month of `3/7/1985` are told by nothing."""
    day = re.sub(r"[T ]+\d{1,2}:\d\d.*$", "", text)
    if not day or _NO_DATE.fullmatch(day):
        return
    if _NO_YEAR.fullmatch(day):
        contact.remarks.append(("birth_date", "no_year", ""))
        return
    if ends := _ENDS_IN_YEAR.fullmatch(day):
        first, sign, second, year = int(ends[1]), ends[2], int(ends[3]), ends[4]
        if sign == "." or first > 12:
            first, second = second, first
        elif second <= 12 and first != second:
            contact.remarks.append(("birth_date", "ambiguous_date", day))
            return
        day = f"{year}-{first:02}-{second:02}"
    contact.texts["birth_date"] = day
