"""Typed settings of a hospital: what is defined, what is in force, what is overridden."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from apps.identity.errors import UnknownSetting
from apps.identity.models import Hospital
from apps.identity.settings import SETTINGS
from kernel.errors import InvalidValue
from kernel.expectations import IN_ORDER
from kernel.locks import save_version


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A defined setting with its value at one hospital."""

    key: str
    section: str
    text: str
    kind: str
    value: Any
    default: Any
    text_zh: str
    text_en: str
    minimum: int | None
    maximum: int | None
    choices: list[str]
    unit: str
    value_text: str
    default_text: str


def settings_in_force(hospital: Hospital) -> list[SettingInForce]:
    """Every defined setting, by key, under the headings of its kind."""
    return [
        SettingInForce(
            key=s.key,
            section=s.section.text,
            text=s.words.text,
            kind=s.kind,
            value=s.of(hospital),
            default=s.default,
            text_zh=s.zh,
            text_en=s.en,
            minimum=s.minimum,
            maximum=s.maximum,
            choices=list(s.choices),
            unit=s.unit,
            value_text=s.text_of(s.of(hospital)),
            default_text=s.text_of(s.default),
        )
        for _, s in sorted(SETTINGS.items())
    ]


def overrides_of(hospital: Hospital) -> dict[str, Any]:
    """Every key with what the hospital has set for it; None where the default is in force."""
    return {key: hospital.settings.get(key) for key in sorted(SETTINGS)}


def change_settings(hospital: Hospital, *, version: int, values: Mapping[str, Any]) -> Hospital:
    """Override settings of a hospital read at `version`; None brings a default back.

    UnknownSetting, InvalidValue (wrong type or out of bounds), StaleVersion; nothing is changed then.
    """
    overrides = dict(hospital.settings)
    for key, value in values.items():
        if key not in SETTINGS:
            raise UnknownSetting(field=f"values.{key}")
        if value is None:
            overrides.pop(key, None)
        else:
            overrides[key] = SETTINGS[key].check_at(hospital, value)
    _require_bounds_in_order(overrides, values)
    hospital.settings = overrides
    with transaction.atomic():
        save_version(hospital, {"settings"}, version=version)
    return hospital


def _require_bounds_in_order(overrides: Mapping[str, Any], changed: Collection[str]) -> None:
    """The least that may be asked for is no more than the most; the error names what was changed."""
    for key in SETTINGS:
        other = key.replace("_min_", "_max_")
        if other == key or other not in SETTINGS or not {key, other} & set(changed):
            continue
        least, most = (overrides.get(each, SETTINGS[each].default) for each in (key, other))
        if least > most:
            wrong = key if key in changed else other
            raise InvalidValue(field=f"values.{wrong}", expected=IN_ORDER)
