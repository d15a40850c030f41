"""Everything that decides about one booking, read in one query before the number is touched."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection

from apps.identity.settings import Setting
from apps.scheduling.selectors.limits import limits_used
from apps.scheduling.states import OCCUPYING
from kernel import clock
from kernel.prepared import Prepared

#: A number that can be had now: free, or kept for somebody past its time whether or not a worker has swept it; and
#: anybody's, kept for that channel, or kept for another one only until now.
TAKEABLE = """n.state IN ('free', 'held', 'offered') AND (n.state = 'free' OR n.held_until <= %(now)s)
  AND (n.channel IN ('', %(channel)s) OR n.reserved_until <= %(now)s)"""
_OCCUPYING = ", ".join(f"'{state}'" for state in OCCUPYING)

_BOUND = """
LEFT JOIN LATERAL (
  SELECT b.patient_id FROM patients_cardbinding b
  JOIN patients_patientcard k ON k.id = b.card_id AND k.is_active
  WHERE b.account_id = %(account)s AND b.unbound_at IS NULL AND b.hospital_id = c.hospital_id
    AND (%(binding)s::uuid IS NULL OR b.id = %(binding)s::uuid)
  ORDER BY b.is_default DESC, b.id LIMIT 1
) bound ON true
LEFT JOIN patients_patient pt ON pt.id = bound.patient_id AND pt.is_active
"""
_NAMED = (
    "LEFT JOIN patients_patient pt ON pt.id = %(patient)s AND pt.hospital_id = c.hospital_id AND pt.is_active"
)
_OFFER = """
SELECT s.id, s.starts_at, s.ends_at, c.id, c.state, c.date, c.period, c.tier, c.ends_at, c.registration_fee_fen,
  c.substitution_count, h.id, h.name, h.settings, h.is_active, d.id, d.name,
  coalesce(concat_ws(' ', l.building, l.floor, nullif(l.room, '')), ''),
  l.map_picture, p.id, p.name, p.title, p.portrait, pt.id, pt.name, own.id,
  own.state = 'pending' AND own.hold_expires_at <= %(now)s,
  EXISTS (SELECT FROM scheduling_slotnumber n WHERE n.slot_id = s.id AND {takeable}),
  (SELECT max(b.until) FROM scheduling_bookingsuspension b
    WHERE b.patient_id = pt.id AND b.until > %(now)s AND b.lifted_at IS NULL),
  EXISTS (SELECT FROM scheduling_bookinglimit l WHERE l.hospital_id = c.hospital_id AND l.is_active),
  (SELECT jsonb_build_object('scope', r.scope, 'days', r.days, 'value', r.value, 'used', r.used)
    FROM ({limits}) r WHERE r.used >= r.value ORDER BY r.id LIMIT 1)
FROM scheduling_slot s
JOIN scheduling_clinicsession c ON c.id = s.session_id
JOIN identity_hospital h ON h.id = c.hospital_id
JOIN identity_department d ON d.id = c.department_id
LEFT JOIN identity_location l ON l.id = d.location_id
JOIN identity_staffmember p ON p.id = c.practitioner_id
{patient}
LEFT JOIN scheduling_appointment own ON own.patient_id = pt.id AND own.practitioner_id = c.practitioner_id
  AND own.session_id = c.id AND own.state IN ({occupying}) AND own.id IS DISTINCT FROM %(moving)s::uuid
WHERE s.id = %(slot)s
"""
_LIMITS = limits_used(
    hospital="c.hospital_id", patient="pt.id", practitioner="c.practitioner_id", department="c.department_id",
    date="c.date",
)  # fmt: skip
_OF_ACCOUNT, _OF_PATIENT = (
    Prepared(
        name,
        _OFFER.format(takeable=TAKEABLE, occupying=_OCCUPYING, limits=_LIMITS, patient=patient),
        by_key=True,
    )
    for name, patient in (("offer_for_account", _BOUND), ("offer_for_patient", _NAMED))
)


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
    map_picture: str | None
    practitioner_id: UUID
    practitioner_name: str
    practitioner_title: str
    portrait: str
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
