"""分类: the archive by tag, source, level … with how many patients each has, for browsing."""

import contextlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import models
from django.db.models import Count, QuerySet
from redis import RedisError

from apps.identity.selectors import dictionaries
from apps.patients.models import Gender, Patient, PatientTag
from apps.patients.selectors import unmerged
from kernel.errors import in_english
from kernel.redis import client
from kernel.words import value_text

#: So many archives are counted while somebody waits; beyond, the whole hospital's counts are some minutes old.
LIVE = 5_000
KEPT_SECONDS = 1800
UNSAID = ("未填写", "Not given")


class Category(models.TextChoices):
    """What the archive is browsed by."""

    TAG = "tag"
    SOURCE = "source"
    VIP_LEVEL = "vip_level"
    OCCUPATION = "occupation"
    INDUSTRY = "industry"
    GENDER = "gender"


#: Category → column of the archive.
COLUMNS = {category: "tags" if category == Category.TAG else category.value for category in Category}
_DICTIONARIES = {
    Category.SOURCE: "patient_source", Category.VIP_LEVEL: "vip_level", Category.OCCUPATION: "occupation",
    Category.INDUSTRY: "industry",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Branch:
    """One value with its word; `count` patients have it, or at least so many. The empty value: none is given."""

    value: str
    name: str
    count: int
    count_capped: bool


def branches(
    category: Category, hospital_id: UUID, reach: Iterable[QuerySet[Patient]], *, whole: bool
) -> list[Branch]:
    """The values of a category in their order, those that nobody has, too; last the patients without one.

    `reach`: the hospital's archives that somebody may see, newest first, in one or several parts. `whole`: all of them.
    """
    counts, capped = _counted(category, hospital_id, reach, whole=whole)
    words = _words(category, hospital_id)
    unsaid = {"": UNSAID[in_english()]} if category != Category.GENDER else {}
    named = words | {value: value for value in sorted(counts) if value and value not in words} | unsaid
    return [Branch(value, name, counts[value], capped) for value, name in named.items()]


def keep_counts(hospital_id: UUID) -> dict[str, Counter[str]]:
    """Count a whole hospital by every category, and keep the counts for a while."""
    patients = unmerged(Patient.objects.filter(hospital_id=hospital_id)).order_by()
    found = {}
    for category, column in COLUMNS.items():
        rows = patients.values_list(column).annotate(count=Count("pk"))
        found[category.value] = _sum(category, rows)
    with contextlib.suppress(RedisError):
        client().set(_key(hospital_id), orjson.dumps(found), ex=KEPT_SECONDS)
    return found


def _counted(
    category: Category, hospital_id: UUID, reach: Iterable[QuerySet[Patient]], *, whole: bool
) -> tuple[Counter[str], bool]:
    newest: set[UUID] = set()
    for part in reach:
        newest |= set(part.order_by("-id").values_list("pk", flat=True)[: LIVE + 1])
    if whole and len(newest) > LIVE:
        return Counter(_kept(hospital_id).get(category.value, {})), False
    rows = Patient.objects.filter(pk__in=sorted(newest, reverse=True)[:LIVE]).order_by()
    return _sum(category, rows.values_list(COLUMNS[category]).annotate(count=Count("pk"))), len(newest) > LIVE


def _sum(category: Category, rows: Iterable[tuple[Any, int]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for value, count in rows:
        for one in (value or [""]) if category == Category.TAG else [value]:
            counts[one] += count
    return counts


def _kept(hospital_id: UUID) -> dict[str, Any]:
    try:
        known = client().get(_key(hospital_id))
    except RedisError:
        known = None
    return orjson.loads(known) if known else dict(keep_counts(hospital_id))


def _key(hospital_id: UUID) -> str:
    return f"patients:categories:{hospital_id}"


def _words(category: Category, hospital_id: UUID) -> dict[str, str]:
    if category == Category.GENDER:
        return {gender.value: value_text(Gender, gender.value) for gender in Gender}
    if category == Category.TAG:
        tags = PatientTag.objects.filter(hospital_id=hospital_id, is_active=True).order_by("sort", "id")
        return {name: name for name in tags.values_list("name", flat=True)}
    code = _DICTIONARIES[category]
    return {entry.value: entry.label for entry in dictionaries({code}, hospital_id).get(code, [])}
