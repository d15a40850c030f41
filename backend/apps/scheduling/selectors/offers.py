"""Everything that decides about one booking, read in one query before the number is touched."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from apps.identity.fragments import DEPARTMENT, HOSPITAL, LOCATION, STAFF
from apps.identity.settings import Setting
from apps.patients.fragments import PATIENT, bound_patient
from apps.scheduling.selectors.limits import limits_used
from apps.scheduling.states import OCCUPYING
from kernel import clock
from kernel.prepared import Prepared
from kernel.sql import statement

#: A number that can be had now: free, or kept for somebody past its time whether or not a worker has swept it; and
#: anybody's, kept for that channel, or kept for another one only until now.
TAKEABLE = """n.state IN ('free', 'held', 'offered') AND (n.state = 'free' OR n.held_until <= %(now)s)
  AND (n.channel IN ('', %(channel)s) OR n.reserved_until <= %(now)s)"""
_OCCUPYING = ", ".join(f"'{state}'" for state in OCCUPYING)

_BOUND = f"""
LEFT JOIN LATERAL (
  {bound_patient(account="%(account)s", binding="%(binding)s", hospital="c.hospital_id")}
) bound ON true
LEFT JOIN {PATIENT} pt ON pt.id = bound.patient_id AND pt.is_active
"""
_NAMED = f"LEFT JOIN {PATIENT} pt ON pt.id = %(patient)s AND pt.hospital_id = c.hospital_id AND pt.is_active"
_LIMITS = limits_used(
    hospital="c.hospital_id", patient="pt.id", practitioner="c.practitioner_id", department="c.department_id",
    date="c.date",
)  # fmt: skip
_OF_ACCOUNT, _OF_PATIENT = (
    Prepared(
        name,
        statement(
            "apps.scheduling", "offer", takeable=TAKEABLE, occupying=_OCCUPYING, limits=_LIMITS, patient=patient,
            hospital=HOSPITAL, department=DEPARTMENT, location=LOCATION, staff=STAFF,
        ),
        by_key=True,
    )
    for name, patient in (("offer_for_account", _BOUND), ("offer_for_patient", _NAMED))
)  # fmt: skip


class Offer(NamedTuple):
    """A slot with its session, doctor and hospital, the patient it is for, and what stands in the way."""

    slot_id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    session_id: UUID
    session_state: str
    date: dt.date
    period: str
    tier: str
    session_ends_at: dt.datetime
    fee_fen: int
    substitution_count: int
    hospital_id: UUID
    hospital_name: str
    settings: str
    hospital_is_active: bool
    department_id: UUID
    department_name: str
    location: str
    map_picture_id: UUID | None
    practitioner_id: UUID
    practitioner_name: str
    practitioner_title: str
    portrait_id: UUID | None
    patient_id: UUID | None
    patient_name: str | None
    own_id: UUID | None
    own_has_lapsed: bool | None
    has_number: bool
    suspended_until: dt.datetime | None
    is_limited: bool
    reached: str | None

    def setting(self, setting: Setting[Any]) -> Any:
        """The value in force at the hospital."""
        return orjson.loads(self.settings).get(setting.key, setting.default)

    def limit_reached(self) -> dict[str, Any] | None:
        """The first booking limit that is used up: scope, days, value, used."""
        found: dict[str, Any] | None = orjson.loads(self.reached) if self.reached else None
        return found


def offer_for_account(
    *, slot_id: UUID, account_id: UUID, binding_id: UUID | None, channel: str
) -> Offer | None:
    """The slot for the patient of that binding (None: the default one at the slot's hospital)."""
    return _load(
        _OF_ACCOUNT, slot=slot_id, account=account_id, binding=binding_id, channel=channel, moving=None
    )


def offer_for_patient(
    *,
    slot_id: UUID,
    patient_id: UUID,
    channel: str,
    account_id: UUID | None = None,
    moving: UUID | None = None,
) -> Offer | None:
    """The slot for a patient that the caller has checked to be within reach.

    `moving`: the appointment that is to move there, which then does not stand in its own way.
    """
    return _load(
        _OF_PATIENT, slot=slot_id, patient=patient_id, channel=channel, account=account_id, moving=moving
    )


def _load(statement: Prepared, **values: Any) -> Offer | None:
    with connection.cursor() as cursor:
        statement.execute(cursor, {**values, "now": clock.now()})
        row = cursor.fetchone()
    return Offer(*row) if row else None
