"""Contact cards (vCard 2.1, 3.0 and 4.0) as rows below the titles that Outlook's own export uses.

Phones and mail programs write what no standard allows: cut lines, foreign code pages, properties without a colon. Each
property is read by itself, so that what is broken in one costs nothing of its card, and a broken card no other one.
Libraries for vCards give a whole file up at the first such line.
"""

import base64
import binascii
import codecs
import io
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from kernel.sheets.cells import Line, trusted
from kernel.sheets.separated import encoding_of
from kernel.text import clean

MAX_CELL, MAX_PROPERTY, MAX_OTHERS = 4000, 20_000, 400
#: Code pages that phones and mail programs name; any other one is read as the file is.
_CHARSETS = frozenset(
    {"utf-8", "utf8", "gbk", "gb2312", "gb18030", "big5", "hz-gb-2312", "iso-8859-1", "us-ascii"}
)
#: As Outlook's export has them, and in Chinese.
TITLES = {
    "Formatted Name": "姓名", "Last Name": "姓", "First Name": "名", "Middle Name": "中间名",
    "Mobile Phone": "手机", "Mobile Phone 2": "手机 2", "Home Phone": "住宅电话", "Business Phone": "商务电话",
    "Other Phone": "其他电话", "Other Phone 2": "其他电话 2", "Home Country/Region": "住宅地址 国家/地区",
    "Home State": "住宅地址 省/市/自治区", "Home City": "住宅地址 市/县", "Home Street": "住宅地址 街道",
    "Business Country/Region": "商务地址 国家/地区", "Business State": "商务地址 省/市/自治区",
    "Business City": "商务地址 市/县", "Business Street": "商务地址 街道",
    "Other Country/Region": "其他地址 国家/地区", "Other State": "其他地址 省/市/自治区",
    "Other City": "其他地址 市/县", "Other Street": "其他地址 街道", "Birthday": "生日", "Gender": "性别",
    "Categories": "类别", "Company": "单位", "Job Title": "职务", "E-mail Address": "电子邮件", "Notes": "备注",
    "Other Properties": "其他属性",
}  # fmt: skip
_SIMPLE = {
    "BDAY": "Birthday", "GENDER": "Gender", "X-GENDER": "Gender", "ORG": "Company", "TITLE": "Job Title",
    "EMAIL": "E-mail Address", "NOTE": "Notes",
}  # fmt: skip
_BEGIN = re.compile(r"\s*BEGIN\s*:\s*VCARD\s*", re.IGNORECASE)
_END = re.compile(r"\s*END\s*:\s*VCARD\s*", re.IGNORECASE)
_UNSEEN = ("PHOTO", "LOGO", "SOUND", "KEY")
_SAYS_NOTHING = frozenset(
    {"VERSION", "PRODID", "REV", "UID", "SORT-STRING", "X-ABUID", "X-ABLABEL", "X-ABADR", "X-ABSHOWAS"}
)
#: `vnd.android.cursor.item/contact_event;1990-03-07;3;;…`: a birthday is the third kind.
_ANDROID_BIRTHDAY = re.compile(r"vnd\.android\.cursor\.item/contact_event;([0-9-]+);3(;|$)")
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_BLANKS = re.compile(r"\s+")


def card_lines(file: IO[bytes]) -> Iterator[Line]:
    """The titles as line 1, then a line for every card that says something."""
    yield Line(1, list(TITLES))
    for number, card in enumerate(_cards(file), start=2):
        cells = [trusted(clean(card.get(title, "")).strip()[:MAX_CELL]) for title in TITLES]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield Line(number, cells)


@dataclass(slots=True)
class _Property:
    name: str
    labels: set[str] = field(default_factory=set)
    options: dict[str, str] = field(default_factory=dict)
    value: str = ""


def _cards(file: IO[bytes]) -> Iterator[dict[str, str]]:
    """Each card by title; one that is not ended ends where the next begins."""
    card: dict[str, str] | None = None
    charset = encoding_of(file).replace("utf-16", "utf-8")  # see _texts
    for line in _unfolded(file):
        if _BEGIN.fullmatch(line):
            if card:
                yield card
            card = {}
        elif _END.fullmatch(line):
            if card is not None:
                yield card
            card = None
        elif card is not None and (found := _property(line, charset)):
            _put(card, found)
    if card:
        yield card


def _unfolded(file: IO[bytes]) -> Iterator[str]:
    """Lines as they were before they were cut: a blank goes on with the line, so does `=` of quoted printable."""
    held = ""
    for raw in _texts(file):
        line = raw.rstrip("\r\n")
        if held and line[:1] in " \t":
            held += line[1:] if len(held) < MAX_PROPERTY else ""
        elif held.endswith("=") and "QUOTED-PRINTABLE" in held.upper():
            held = held[:-1] + (line if len(held) < MAX_PROPERTY else "")
        else:
            if held:
                yield held
            held = line
    if held:
        yield held


def _texts(file: IO[bytes]) -> Iterator[str]:
    """In the mark's encoding, else byte by byte (`_decoded` finds out for each property)."""
    head = file.read(3)
    file.seek(0)
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        # Read as text once; each property is decoded from UTF-8 like all others.
        text = io.TextIOWrapper(file, encoding="utf-16", errors="replace", newline="")
        return (line.encode().decode("latin-1") for line in text)
    file.seek(3 if head == codecs.BOM_UTF8 else 0)
    return iter(io.TextIOWrapper(file, encoding="latin-1", newline=""))


def _property(line: str, charset: str) -> _Property | None:
    """`item1.TEL;TYPE=CELL:138…`; None for what is no property, or a picture."""
    head, colon, value = _parted(line)
    name, *parameters = head.split(";")
    found = _Property(name.rsplit(".", 1)[-1].strip().upper())
    if not colon or found.name in _UNSEEN:
        return None
    for parameter in parameters:
        key, equals, said = parameter.partition("=")
        if equals and key.strip().upper() != "TYPE":
            found.options[key.strip().upper()] = said.strip('" ').upper()
        else:
            found.labels |= {label.strip('" ').upper() for label in (said if equals else key).split(",")}
    found.value = _decoded(value, found, charset)
    if found.name == "BDAY" and found.options.get("CALSCALE", "GREGORIAN") != "GREGORIAN":
        found.value = (
            f"{found.options['CALSCALE']}: {found.value}"  # a day of another calendar is none of ours
        )
    return found


def _parted(line: str) -> tuple[str, str, str]:
    """Cut at the first colon outside quotes."""
    quoted = False
    for at, sign in enumerate(line):
        if sign == '"':
            quoted = not quoted
        elif sign == ":" and not quoted:
            return line[:at], ":", line[at + 1 :]
    return line.partition(":")


def _decoded(value: str, found: _Property, charset: str) -> str:
    raw = value.encode("latin-1")
    encoding = found.options.get("ENCODING", "")
    if "QUOTED-PRINTABLE" in {encoding, *found.labels}:
        raw = quopri.decodestring(raw)
    elif encoding in ("B", "BASE64") or "BASE64" in found.labels:
        try:
            raw = base64.b64decode(raw)
        except binascii.Error:
            return ""
    named = found.options.get("CHARSET", "").lower()
    return raw.decode(named if named in _CHARSETS else charset, errors="replace")


def _put(card: dict[str, str], found: _Property) -> None:
    if found.name == "FN":
        card["Formatted Name"] = _plain(found.value)
    elif found.name == "N":
        card.update(zip(("Last Name", "First Name", "Middle Name"), _parts(found.value), strict=False))
    elif found.name == "TEL":
        _put_phone(card, found)
    elif found.name == "ADR":
        _put_address(card, found)
    elif found.name == "CATEGORIES" and len(card.get("Categories", "")) < MAX_CELL:
        words = ";".join(part for part in re.split(r"(?<!\\)[,;]", found.value) if part.strip())
        card["Categories"] = ";".join(filter(None, (card.get("Categories"), _plain(words))))
    elif found.name == "X-ANDROID-CUSTOM" and (birthday := _ANDROID_BIRTHDAY.match(found.value)):
        card.setdefault("Birthday", birthday[1])
    elif found.name in _SIMPLE and _SIMPLE[found.name] not in card:
        card[_SIMPLE[found.name]] = _simple(found)
    else:
        _note_other(card, found)


def _note_other(card: dict[str, str], found: _Property) -> None:
    """What has no place is named, so that nothing is left out silently."""
    others = card.get("Other Properties", "")
    if found.name not in _SAYS_NOTHING and found.value.strip(" ;") and len(others) < MAX_OTHERS:
        names = others.split()
        card["Other Properties"] = " ".join(dict.fromkeys([*names, found.name]))


def _put_phone(card: dict[str, str], found: _Property) -> None:
    places = _places(found, mobile=True)
    titles = [f"{place} Phone{which}" for place in places for which in ("", " 2")]
    title = next((title for title in titles if title in TITLES and title not in card), "")
    if title:
        card[title] = _plain(found.value).removeprefix("tel:")
    else:
        _note_other(card, found)


def _simple(found: _Property) -> str:
    value = _plain(found.value)
    if "X-APPLE-OMIT-YEAR" in found.options:  # 1604-03-07
        return f"--{value[5:]}"
    return value.split(";")[0] if found.name == "GENDER" else value


def _places(found: _Property, *, mobile: bool) -> tuple[str, ...]:
    """Where a number or an address belongs, the best place first."""
    if mobile and found.labels & {"CELL", "IPHONE", "MOBILE"}:
        return ("Mobile", "Other")
    if found.labels & {"FAX", "PAGER", "BBS", "MODEM"}:
        return ()
    if "WORK" in found.labels:
        return ("Business", "Other")
    if "HOME" in found.labels:
        return ("Home", "Other")
    return ("Mobile", "Other", "Home") if mobile else ("Home", "Other")


def _put_address(card: dict[str, str], found: _Property) -> None:
    """Post box, room, street, city, state, code, country."""
    parts = [*_parts(found.value), *[""] * 7][:7]
    street = " ".join(filter(None, (parts[2], parts[1], parts[0])))
    for place in _places(found, mobile=False):
        if f"{place} Street" not in card and f"{place} City" not in card:
            card |= {
                f"{place} Street": street, f"{place} City": parts[3], f"{place} State": parts[4],
                f"{place} Country/Region": parts[6],
            }  # fmt: skip
            return
    _note_other(card, found)


def _parts(value: str) -> list[str]:
    """Cut at semicolons that are not escaped."""
    return [_plain(part) for part in re.split(r"(?<!\\);", value)]


def _plain(value: str) -> str:
    text = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return _BLANKS.sub(" ", text).strip()
