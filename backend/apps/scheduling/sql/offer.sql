-- why: all that decides about one booking is read at one moment, and in one round trip.
SELECT s.id, s.starts_at, s.ends_at, c.id, c.state, c.date, c.period, c.tier, c.ends_at, c.registration_fee_fen,
  c.substitution_count, h.id, h.name, h.settings, h.is_active, d.id, d.name,
  coalesce(concat_ws(' ', l.building, l.floor, nullif(l.room, '')), ''),
  l.map_picture_id, p.id, p.name, p.title, p.portrait_id, pt.id, pt.name, own.id,
-- why: an own hold past its time does not stand in the way of the next.
  own.state = 'pending' AND own.hold_expires_at <= %(now)s,
  EXISTS (SELECT FROM scheduling_slotnumber n WHERE n.slot_id = s.id AND {takeable}),
-- why: of several suspensions the longest tells when booking is open again.
  (SELECT max(b.until) FROM scheduling_bookingsuspension b
    WHERE b.patient_id = pt.id AND b.until > %(now)s AND b.lifted_at IS NULL),
-- why: a hospital without limits is spared the lock that counts them one booking after the other.
  EXISTS (SELECT FROM scheduling_bookinglimit l WHERE l.hospital_id = c.hospital_id AND l.is_active),
  (SELECT jsonb_build_object('scope', r.scope, 'days', r.days, 'value', r.value, 'used', r.used)
    FROM ({limits}) r WHERE r.used >= r.value ORDER BY r.id LIMIT 1)
FROM scheduling_slot s
JOIN scheduling_clinicsession c ON c.id = s.session_id
JOIN {hospital} h ON h.id = c.hospital_id
JOIN {department} d ON d.id = c.department_id
LEFT JOIN {location} l ON l.id = d.location_id
JOIN {staff} p ON p.id = c.practitioner_id
-- why: the account's patient of that hospital, or a named one; without one the offer says so.
{patient}
-- why: the patient's own number of the session, but for the one that is to move there.
LEFT JOIN scheduling_appointment own ON own.patient_id = pt.id AND own.practitioner_id = c.practitioner_id
  AND own.session_id = c.id AND own.state IN ({occupying}) AND own.id IS DISTINCT FROM %(moving)s::uuid
WHERE s.id = %(slot)s
