"""Persons as a function of their serial number: the same number is the same person in every run."""

import datetime as dt
import random
from dataclasses import dataclass

from sample import names, numbers

DISTRICTS = ("东湖区", "西山区", "南苑区", "北辰新区", "高新区", "经开区", "滨江新城", "古城区")
ROADS = (
    "人民路",
    "解放路",
    "中山路",
    "建设大道",
    "和平街",
    "文化路",
    "学府路",
    "春风里",
    "长安巷",
    "迎宾大道",
)


@dataclass(frozen=True, slots=True)
class Person:
    """What a patient tells at the window."""

    serial: int
    name: str
    pinyin: str
    pinyin_other: str
    gender: str
    birth_date: dt.date
    national_id: str
    phone: str
    address: str


def person(serial: int) -> Person:
    """The person with that serial number."""
    chance = random.Random(serial)  # noqa: S311 - sample data
    male = chance.random() < 0.5
    name = names.full_name(chance, male)
    return Person(
        serial=serial,
        name=name,
        pinyin=names.pinyin(name),
        pinyin_other=names.pinyin_other(name),
        gender="male" if male else "female",
        birth_date=numbers.birth_date(serial),
        national_id=numbers.national_id(serial, male),
        phone=numbers.patient_phone(serial),
        address=f"示例市{chance.choice(DISTRICTS)}{chance.choice(ROADS)}{chance.randint(1, 399)}号",
    )
