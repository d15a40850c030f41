"""What can be booked: departments → doctors → days → slots. Plain rows, one query each, numbers counted live."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import connection

from apps.identity.fragments import DEPARTMENT, HOSPITAL, LOCATION, STAFF
from apps.identity.pictures import url_of
from apps.scheduling.models import AppointmentSource
from apps.scheduling.selectors.load import mark_quiet
from apps.scheduling.selectors.offers import TAKEABLE
from apps.scheduling.settings import MAX_ADVANCE_DAYS, RELEASE_MINUTE
from kernel import clock
from kernel.prepared import Prepared

_DAYS_AHEAD = f"coalesce((h.settings ->> '{MAX_ADVANCE_DAYS.key}')::int, {MAX_ADVANCE_DAYS.default})"
#: Of yesterday only what lasts beyond midnight has not ended.
_OPEN = f"""c.state = 'published' AND c.ends_at > %(now)s
  AND c.date BETWEEN %(today)s - 1 AND %(today)s + {_DAYS_AHEAD}"""
_MINUTE = f"coalesce((h.settings ->> '{RELEASE_MINUTE.key}')::int, {RELEASE_MINUTE.default})"
_MOMENT = f"(%(today)s::date::timestamp + make_interval(mins => {_MINUTE})) AT TIME ZONE '{clock.LOCAL}'"
#: When the last bookable day opens (放号时间); null for the days that are open.
_OPENS_AT = f"""CASE WHEN c.date = %(today)s + {_DAYS_AHEAD} AND %(now)s < {_MOMENT}
  THEN {_MOMENT} END AS opens_at"""
_REMAINING = f"""(SELECT count(*) FROM scheduling_slot s JOIN scheduling_slotnumber n ON n.slot_id = s.id
  WHERE s.session_id = c.id AND s.ends_at > %(now)s AND {TAKEABLE})"""  # noqa: S608

#: What is to come is looked at first: of a department whose day is over, nothing but what has ended is read else.
_OPEN_THERE = f"SELECT true FROM scheduling_clinicsession c WHERE c.department_id = d.id AND {_OPEN}"  # noqa: S608
_BOOKABLE = f"""coalesce(({_OPEN_THERE} AND c.date > %(today)s LIMIT 1),
    ({_OPEN_THERE} AND c.date <= %(today)s LIMIT 1), false)"""
_DEPARTMENTS = f"""
SELECT d.id, d.name, d.introduction, h.id AS hospital_id, h.name AS hospital_name,
  coalesce(concat_ws(' ', l.building, l.floor, nullif(l.room, '')), '') AS location, l.map_picture_id,
  {_BOOKABLE} AS is_bookable
FROM {DEPARTMENT} d JOIN {HOSPITAL} h ON h.id = d.hospital_id
LEFT JOIN {LOCATION} l ON l.id = d.location_id
WHERE d.is_active AND h.is_active AND (%(hospital)s::uuid IS NULL OR h.id = %(hospital)s::uuid)
ORDER BY h.code, d.sort, d.code LIMIT 1000
"""  # noqa: S608
_SESSIONS = f"""
SELECT c.id, c.date, c.period, c.tier, c.starts_at, c.ends_at, c.registration_fee_fen AS fee_fen,
  d.id AS department_id, d.name AS department_name, p.id AS practitioner_id, p.name AS practitioner_name,
  p.title, p.speciality, p.portrait_id, {_REMAINING} AS remaining, {_OPENS_AT}
FROM scheduling_clinicsession c
JOIN {HOSPITAL} h ON h.id = c.hospital_id AND h.is_active
JOIN {DEPARTMENT} d ON d.id = c.department_id
JOIN {STAFF} p ON p.id = c.practitioner_id
WHERE {_OPEN} AND {{condition}} ORDER BY c.starts_at, c.id
"""  # noqa: S608
_DOCTORS = _SESSIONS.format(condition="c.department_id = %(department)s AND c.date = %(date)s")
_DAYS = _SESSIONS.format(
    condition="c.practitioner_id = %(practitioner)s AND (%(department)s::uuid IS NULL OR d.id = %(department)s::uuid)"
)
_DEPARTMENT_DAYS = _SESSIONS.format(condition="c.department_id = %(department)s")
_SLOTS = f"""
SELECT s.id, s.starts_at, s.ends_at, s.capacity,
  (SELECT count(*) FROM scheduling_slotnumber n WHERE n.slot_id = s.id AND {TAKEABLE}) AS remaining
FROM scheduling_slot s JOIN scheduling_clinicsession c ON c.id = s.session_id
JOIN {HOSPITAL} h ON h.id = c.hospital_id AND h.is_active
WHERE c.id = %(session)s AND {_OPEN} AND s.ends_at > %(now)s ORDER BY s.starts_at
"""  # noqa: S608
_STATEMENTS = {
    name: Prepared(f"bookable_{name}", sql, {"today": "date", "now": "timestamptz"})
    for name, sql in (
        ("departments", _DEPARTMENTS),
        ("doctors", _DOCTORS),
        ("days", _DAYS),
        ("department_days", _DEPARTMENT_DAYS),
        ("slots", _SLOTS),
    )
}

Row = dict[str, Any]


def bookable_departments(hospital_id: UUID | None = None) -> list[Row]:
    """The active departments; `is_bookable` where a doctor's session is open within the booking window."""
    rows = _rows("departments", hospital=hospital_id)
    return [row | {"map_picture_url": url_of(row.pop("map_picture_id"))} for row in rows]


def doctors_of(department_id: UUID, date: dt.date) -> list[Row]:
    """The doctors of a department on a day with their sessions and the numbers left."""
    doctors: dict[UUID, Row] = {}
    for row in _rows("doctors", department=department_id, date=date):
        doctor = doctors.setdefault(
            row["practitioner_id"],
            {
                "id": row["practitioner_id"], "name": row["practitioner_name"], "title": row["title"],
                "speciality": row["speciality"], "portrait_url": url_of(row["portrait_id"]),
                "department_id": row["department_id"], "department_name": row["department_name"], "remaining": 0,
                "sessions": [],
            },
        )  # fmt: skip
        doctor["remaining"] += row["remaining"]
        doctor["sessions"].append(_session(row))
    return list(doctors.values())


def days_of(practitioner_id: UUID, department_id: UUID | None = None) -> list[Row]:
    """The days on which a doctor can be booked, with sessions and numbers left."""
    return _by_day(_rows("days", practitioner=practitioner_id, department=department_id))


def days_of_department(department_id: UUID) -> list[Row]:
    """The days on which any doctor of the department has a number left, all doctors together."""
    days = _by_day(_rows("department_days", department=department_id))
    return [day for day in days if day["remaining"]]


def _by_day(rows: list[Row]) -> list[Row]:
    days: dict[dt.date, Row] = {}
    for row in rows:
        day = days.setdefault(row["date"], {"date": row["date"], "remaining": 0, "sessions": []})
        day["remaining"] += row["remaining"]
        names = ("department_id", "department_name", "practitioner_id", "practitioner_name")
        about = {name: row[name] for name in names} | {
            "practitioner_portrait_url": url_of(row["portrait_id"])
        }
        day["sessions"].append(_session(row) | about)
    return list(days.values())


def slots_of(session_id: UUID) -> list[Row]:
    """The slots of an open session that are not over, with the numbers left; quieter ones are suggested."""
    return mark_quiet(_rows("slots", session=session_id))


def _session(row: Row) -> Row:
    keys = ("id", "period", "tier", "starts_at", "ends_at", "fee_fen", "remaining", "opens_at")
    return {key: row[key] for key in keys}


def _rows(statement: str, **values: Any) -> list[Row]:
    values |= {"now": clock.now(), "today": clock.today(), "channel": AppointmentSource.MINIPROGRAM.value}
    with connection.cursor() as cursor:
        _STATEMENTS[statement].execute(cursor, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
