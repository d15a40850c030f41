"""Which values the surviving archive has after a merge, and how it gets its own back."""

from typing import Any

import orjson

from apps.patients.models import Gender, IdKind, Patient
from apps.patients.naming import DERIVED_FROM_NAME, name_fields
from apps.patients.services.archive import update_patient
from kernel.locks import save_version

IDENTITY = ("id_kind", "national_id", "gender", "birth_date")
#: What a caller may take from the merged archive → the fields it stands for.
CHOICES: dict[str, tuple[str, ...]] = {
    "name": ("name",), "identity": IDENTITY, "phone": ("phone",), "address": ("address",),
    "insurance_no": ("insurance_no",), "occupation": ("occupation",), "industry": ("industry",),
    "source": ("source",), "referrer": ("referrer",), "vip_level": ("vip_level",),
}  # fmt: skip
#: What a doctor must not overlook: the words of both archives stay.
WARNINGS = ("allergies", "hereditary_history", "cardiac_history")


def unite(survivor: Patient, merged: Patient, take: frozenset[str]) -> str:
    """Write the survivor's values; what was replaced, as JSON for `restore`. InvalidValue names a bad choice."""
    changes = _chosen(survivor, merged, take) | _texts(survivor, merged) | _lists(survivor, merged)
    if survivor.is_provisional and not merged.is_provisional:
        changes |= {"is_provisional": False, "registered_at": merged.registered_at}
    changes = {name: value for name, value in changes.items() if value != getattr(survivor, name)}
    before = {name: getattr(survivor, name) for name in changes}
    update_patient(survivor, version=survivor.version, is_trusted=True, **changes)
    replaced = {name: [before[name], getattr(survivor, name)] for name in changes}
    return orjson.dumps(replaced, default=str).decode()


def restore(survivor: Patient, replaced: str) -> list[str]:
    """Give the survivor the values it had; the names of those that were edited since and therefore stay."""
    values: dict[str, list[Any]] = orjson.loads(replaced or "{}")
    edited = {name for name, (_, since) in values.items() if _read(name, since) != getattr(survivor, name)}
    if edited & set(IDENTITY):
        edited |= values.keys() & set(IDENTITY)  # a document, its gender and birth date hang together
    back = {name: _read(name, before) for name, (before, _) in values.items() if name not in edited}
    for name, value in back.items():
        setattr(survivor, name, value)
    for name, value in name_fields(survivor.name).items():
        setattr(survivor, name, value)
    save_version(survivor, {*back, *DERIVED_FROM_NAME}, version=survivor.version)
    return sorted(edited)


def _chosen(survivor: Patient, merged: Patient, take: frozenset[str]) -> dict[str, Any]:
    names = [name for choice in sorted(take) for name in CHOICES[choice]]
    if "identity" not in take and survivor.id_kind == IdKind.NONE and merged.id_kind != IdKind.NONE:
        names += IDENTITY
    names += [
        name
        for fields in CHOICES.values()
        for name in fields
        if name not in ("id_kind", "national_id") and _empty(getattr(survivor, name)) and name not in names
    ]
    return {name: getattr(merged, name) for name in names}


def _empty(value: Any) -> bool:
    return value in ("", None, Gender.UNKNOWN)


def _texts(survivor: Patient, merged: Patient) -> dict[str, str]:
    ours_theirs = {name: (getattr(survivor, name), getattr(merged, name)) for name in WARNINGS}
    return {
        name: "\n".join(text for text in (ours, theirs) if text)
        for name, (ours, theirs) in ours_theirs.items()
        if theirs not in ours
    }


def _lists(survivor: Patient, merged: Patient) -> dict[str, Any]:
    return {
        "tags": [*survivor.tags, *(tag for tag in merged.tags if tag not in survivor.tags)],
        "consents": {**merged.consents, **survivor.consents},
    }


def _read(name: str, value: Any) -> Any:
    return {field.name: field for field in Patient._meta.concrete_fields}[name].to_python(value)
