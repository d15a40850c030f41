"""Reads that other apps may call."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Model, Q, QuerySet

from apps.identity.models import (
    AuthSession,
    Department,
    DictionaryItem,
    OrgUnit,
    StaffMember,
    User,
    WeChatAccount,
)
from kernel.prepared import Prepared
from kernel.text import fold_code, name_key


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a dictionary as people choose it."""

    value: str
    label: str


def staff_like(text: str) -> Q:
    """Staff whose name or pinyin holds the text, or whose employee number begins with it."""
    key = name_key(text)
    folded = Q(name__icontains=key) | Q(pinyin__contains=key) if key else Q()
    number = Q(employee_no__istartswith=fold_code(text))
    return Q(name__icontains=text) | Q(pinyin__contains=text.lower()) | number | folded


def dictionaries(codes: Iterable[str] | None, hospital_id: UUID | None) -> dict[str, list[Entry]]:
    """Active entries by dictionary code: the group's, then the hospital's own, which win over equal values."""
    items = DictionaryItem.objects.filter(_in_force(hospital_id), is_active=True)
    if codes is not None:
        items = items.filter(dictionary__code__in=list(codes))
    found: dict[str, dict[str, Entry]] = {}
    for code, value, label in _ordered(items).values_list("dictionary__code", "value", "label"):
        found.setdefault(code, {})[value] = Entry(value, label)
    return {code: list(entries.values()) for code, entries in sorted(found.items())}


def dictionary_values(code: str) -> dict[str, bool]:
    """The values of a dictionary in all hospitals, and whether each is in force in the group's, which all may know."""
    items = DictionaryItem.objects.filter(dictionary__code=code).order_by("sort", "id")
    found: dict[str, bool] = {}
    for value, is_active, hospital_id in items.values_list("value", "is_active", "dictionary__hospital_id"):
        found[value] = found.get(value, False) or (is_active and hospital_id is None)
    return found


def _in_force(hospital_id: UUID | None) -> Q:
    shared = Q(dictionary__hospital=None)
    return shared | Q(dictionary__hospital_id=hospital_id) if hospital_id else shared


def _ordered(items: QuerySet[DictionaryItem]) -> QuerySet[DictionaryItem]:
    return items.order_by(F("dictionary__hospital_id").asc(nulls_first=True), "sort", "id")


def records_of_persons(staff_ids: Iterable[UUID]) -> set[UUID]:
    """These staff records and the others of the same persons: who has two accounts registers one phone with both."""
    keys = set(staff_ids)
    phones = StaffMember.objects.filter(pk__in=keys, phone_index__isnull=False).values("phone_index")
    return keys | set(StaffMember.objects.filter(phone_index__in=phones).values_list("pk", flat=True))


def departments_open(hospital_id: UUID) -> QuerySet[Department]:
    """Departments that the public sees, with their location."""
    rows = Department.objects.filter(hospital_id=hospital_id, is_active=True, hospital__is_active=True)
    return rows.select_related("location").order_by("sort", "id")


def doctors_open(hospital_id: UUID) -> QuerySet[StaffMember]:
    """Practitioners at work whom the public sees, with their departments."""
    rows = StaffMember.objects.filter(hospital_id=hospital_id, status="active", hospital__is_active=True)
    return rows.exclude(licence_no="").prefetch_related("memberships__department").order_by("pinyin", "id")


#: What every request needs of the signed-in person; other columns are deferred, the encrypted ones above all.
_NEEDED: dict[type[Model], set[str]] = {
    AuthSession: {"digest", "id", "token_key", "user_id", "expiry", "last_seen_at"},
    User: {"id", "username", "kind", "is_active", "must_change_password", "access_version", "password"},
    StaffMember: {"id", "user_id", "hospital_id", "org_unit_id", "name", "status"},
    WeChatAccount: {"id", "user_id", "app_id", "openid", "unionid", "official_openid"},
}
#: The same in the order of each model's fields, which is the order from_db expects.
_COLUMNS = {
    model: [f.attname for f in model._meta.concrete_fields if f.attname in names]
    for model, names in _NEEDED.items()
}
_SIGNED_IN = Prepared(
    "signed_in",
    f"""
SELECT {", ".join(f"{model._meta.db_table}.{name}" for model, names in _COLUMNS.items() for name in names)}
FROM identity_authsession
JOIN identity_user ON identity_user.id = identity_authsession.user_id
LEFT JOIN identity_staffmember ON identity_staffmember.user_id = identity_user.id
LEFT JOIN identity_wechataccount ON identity_wechataccount.user_id = identity_user.id
WHERE identity_authsession.token_key = %(token_key)s AND identity_authsession.digest = %(digest)s
""",  # noqa: S608 - names of our own models
    by_key=True,
)


def signed_in(token_key: str, digest: str) -> AuthSession | None:
    """The session of a token with its user, staff member and WeChat account, in one statement of fixed text.

    Written out because it runs on every request: compiling the same join by the ORM costs more than PostgreSQL does.
    """
    with connection.cursor() as cursor:
        _SIGNED_IN.execute(cursor, {"token_key": token_key, "digest": digest})
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    session, user, staff, wechat = (
        _loaded(model, names, [next(values) for _ in names]) for model, names in _COLUMNS.items()
    )
    session._state.fields_cache["user"] = user
    for name, related in (("staff", staff), ("wechat", wechat)):
        user._state.fields_cache[name] = related
        if related is not None:
            related._state.fields_cache["user"] = user
    found: AuthSession = session
    return found


def _loaded(model: type[Model], columns: list[str], values: list[Any]) -> Any:
    """An instance as the ORM would load it with these columns only; None for the empty side of an outer join."""
    return None if values[0] is None else model.from_db("default", columns, values)


def name_of_department(hospital_id: UUID, department_id: UUID) -> str | None:
    """Of a department of the hospital; None for any other."""
    rows = Department.objects.filter(hospital_id=hospital_id, pk=department_id)
    return rows.values_list("name", flat=True).first()


def name_of_staff(hospital_id: UUID, staff_id: UUID) -> str | None:
    """Of somebody of the hospital; None for any other."""
    rows = StaffMember.objects.filter(hospital_id=hospital_id, pk=staff_id)
    return rows.values_list("name", flat=True).first()


def names_of_staff(ids: Collection[UUID]) -> dict[UUID, str]:
    """Of those of them that exist."""
    return dict(StaffMember.objects.filter(pk__in=ids).values_list("pk", "name"))


def name_paths(units: Iterable[OrgUnit]) -> None:
    """`path_name` on each: the names on the way from the root, read together."""
    wanted = [(unit, [part for part in unit.path.split("/") if part]) for unit in units]
    ids = {part for _, parts in wanted for part in parts}
    names = {str(pk): name for pk, name in OrgUnit.objects.filter(pk__in=ids).values_list("pk", "name")}
    for unit, parts in wanted:
        unit.path_name = " / ".join(names.get(part, "") for part in parts)  # type: ignore[attr-defined]
