-- why: a repetition of the request waits here for the first, and finds its record done.
WITH running AS (
  {lock_running}
-- why: one row, locked before it is looked at; whoever comes at the same time takes the next one, or waits.
), candidate AS (
  SELECT n.id, n.appointment_id FROM scheduling_slotnumber n WHERE {which}
    AND n.substitution_count = %(substitution_count)s {guard}
    AND (%(record)s IS NULL OR EXISTS (SELECT FROM running))
  ORDER BY n.number LIMIT 1 FOR UPDATE {lock}
-- why: the number is the new appointment's from here on; whose it was is needed below.
), taken AS (
  UPDATE scheduling_slotnumber n SET state = %(number_state)s, held_until = %(hold_expires_at)s,
    appointment_id = %(id)s, updated_at = %(now)s
  FROM candidate WHERE n.id = candidate.id RETURNING n.id, n.number, candidate.appointment_id AS previous
-- why: a hold that has lapsed ends with its number, and its patient hears of it.
), {expire_previous}
-- why: the new appointment waits for `moved`: the number must have left its old one when it is given to the next.
, made AS (
  INSERT INTO scheduling_appointment ({columns}, slot_number_id, number)
  SELECT {values}, taken.id, taken.number
  FROM taken WHERE (SELECT count(*) FROM moved) >= 0
-- why: what follows from the booking hears of it if and only if it is made.
), event AS (
  {insert_events} SELECT %(event_id)s, %(event_topic)s,
    %(event_payload)s::jsonb || jsonb_build_object('number', taken.number),
    %(hospital_id)s, %(event_request_id)s, %(now)s, 0 FROM taken
-- why: the answer to a repetition is there if and only if the booking is.
), finished AS (
  {finish_running}
)
SELECT (SELECT taken.number FROM taken), %(record)s IS NULL OR EXISTS (SELECT FROM running)
