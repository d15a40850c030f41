"""The fields of each stage that a hospital asks for: what the product ships, and what the hospital made of it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.identity.selectors import dictionaries
from apps.patients.models import CaptureField, FieldKind, Stage
from kernel.errors import REQUIRED, InvalidValue

MAX_TEXT, MAX_CHOSEN = 1000, 50


@dataclass(frozen=True, slots=True)
class Definition:
    """One field of a stage, in force or not."""

    stage: str
    key: str
    label: str
    kind: str
    dictionary: str = ""
    required: bool = False
    sort: int = 0
    is_active: bool = True


def _shipped() -> tuple[Definition, ...]:
    plan: dict[Stage, tuple[tuple[str, str, FieldKind, str], ...]] = {
        Stage.BOOKING: (
            ("wanted_services", "意向服务", FieldKind.TEXT, ""), ("preferred_time", "希望就诊时间", FieldKind.TEXT, ""),
            ("heard_from", "了解渠道", FieldKind.CHOICE, "patient_source"),
        ),
        Stage.RECEPTION: (
            ("hobbies", "兴趣爱好", FieldKind.TEXT, ""), ("temperament", "性格特点", FieldKind.TEXT, ""),
            ("accompanied_by", "陪同人", FieldKind.CHOICE, "relationship"),
        ),
        Stage.TRIAGE: (
            ("chief_complaint", "主诉", FieldKind.TEXT, ""), ("urgent", "是否急诊", FieldKind.BOOL, ""),
            ("temperature", "体温", FieldKind.NUMBER, ""),
        ),
        Stage.CONSULTATION: (
            ("doubts", "顾虑", FieldKind.TEXT, ""), ("budget", "预算(元)", FieldKind.NUMBER, ""),
            ("refused_reasons", "未成交原因", FieldKind.MULTI, "lost_reason"),
        ),
        Stage.EXAMINATION: (
            ("findings_explained", "已解释检查结果", FieldKind.BOOL, ""),
            ("next_examination", "下次检查日期", FieldKind.DATE, ""),
        ),
        Stage.MEMBER_FOLLOW_UP: (
            ("anniversary", "纪念日", FieldKind.DATE, ""), ("satisfaction", "满意度(1-10)", FieldKind.NUMBER, ""),
            ("services_wanted", "希望增加的服务", FieldKind.TEXT, ""),
        ),
    }  # fmt: skip
    return tuple(
        Definition(stage.value, key, label, kind.value, dictionary, sort=number)
        for stage, fields in plan.items()
        for number, (key, label, kind, dictionary) in enumerate(fields)
    )


SHIPPED = _shipped()


def definitions(hospital_id: UUID) -> list[Definition]:
    """Every field of the hospital by stage and order, those put out of force included. One query."""
    found = {(item.stage, item.key): item for item in SHIPPED}
    columns = ("stage", "key", "label", "kind", "dictionary", "required", "sort", "is_active")
    for row in CaptureField.objects.filter(hospital_id=hospital_id).order_by("id").values(*columns):
        found[row["stage"], row["key"]] = Definition(**row)
    order = {stage: number for number, stage in enumerate(Stage.values)}
    return sorted(found.values(), key=lambda item: (order[item.stage], item.sort, item.key))


def checked(definition: Definition, value: Any, hospital_id: UUID) -> Any:
    """The value as it is stored; InvalidValue names the field. None takes a value back."""
    if value is None or value in ("", []):
        if definition.required:
            raise InvalidValue(field=f"values.{definition.key}", expected=REQUIRED)
        return None
    check = {
        FieldKind.TEXT: _text, FieldKind.NUMBER: _number, FieldKind.DATE: _date, FieldKind.BOOL: _bool,
    }.get(FieldKind(definition.kind))  # fmt: skip
    choices = () if check else _choices(definition, hospital_id)
    good = check(value) if check else _chosen(definition, value, choices)
    if good is None:
        raise InvalidValue(field=f"values.{definition.key}", choices=choices)
    return good


def _text(value: Any) -> Any:
    return value.strip() if isinstance(value, str) and len(value) <= MAX_TEXT else None


def _number(value: Any) -> Any:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if plain and abs(value) < 10**12 else None


def _bool(value: Any) -> Any:
    return value if isinstance(value, bool) else None


def _date(value: Any) -> Any:
    try:
        return dt.date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _choices(definition: Definition, hospital_id: UUID) -> list[str]:
    entries = dictionaries([definition.dictionary], hospital_id).get(definition.dictionary, [])
    return [entry.value for entry in entries]


def _chosen(definition: Definition, value: Any, choices: Collection[str]) -> Any:
    several = definition.kind == FieldKind.MULTI
    chosen = value if several else [value]
    if (
        not isinstance(chosen, list)
        or len(chosen) > MAX_CHOSEN
        or not all(isinstance(v, str) for v in chosen)
    ):
        return None
    if not set(chosen) <= set(choices):
        return None
    return sorted(set(chosen)) if several else value
