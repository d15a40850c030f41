-- why: until its moment a number kept for a channel is for nobody else; a session says it before its start or by the clock.
WITH session AS (
  SELECT c.id, c.hospital_id, c.starts_at, CASE
      WHEN c.release_minutes IS NOT NULL THEN c.starts_at - make_interval(mins => c.release_minutes)
      WHEN c.release_at IS NOT NULL THEN (c.date - 1 + c.release_at) AT TIME ZONE %(zone)s
    END AS released_at
  FROM scheduling_clinicsession c WHERE c.id = ANY(%(sessions)s)
-- why: sessions that are cut alike get their slots from one plan, however many there are.
), slot AS (
  INSERT INTO scheduling_slot (id, created_at, updated_at, session_id, starts_at, ends_at, capacity)
  SELECT {slot_key}, %(now)s, %(now)s, session.id, session.starts_at + make_interval(mins => plan.start_minute),
    session.starts_at + make_interval(mins => plan.end_minute), plan.capacity
  FROM session, unnest(%(starts)s::int[], %(ends)s::int[], %(capacities)s::int[])
    AS plan (start_minute, end_minute, capacity)
  RETURNING id, session_id, starts_at
)
-- why: a row per number, so that taking one locks no other.
INSERT INTO scheduling_slotnumber (id, created_at, updated_at, hospital_id, session_id, slot_id, number, channel, state,
  reserved_until)
SELECT {number_key}, %(now)s, %(now)s, session.hospital_id, session.id, slot.id, plan.number, plan.channel, 'free',
  CASE WHEN plan.channel <> '' THEN session.released_at END
FROM session JOIN unnest(%(minutes)s::int[], %(numbers)s::int[], %(channels)s::text[])
  AS plan (start_minute, number, channel) ON true
JOIN slot ON slot.session_id = session.id
  AND slot.starts_at = session.starts_at + make_interval(mins => plan.start_minute)
