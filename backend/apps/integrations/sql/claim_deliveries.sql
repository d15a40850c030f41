-- why: receivers with something due and room for it. One that fails, or is slow, has room for one try alone, and
-- places that the others don't need; some of many by chance, so that nobody waits for ever
WITH receivers AS (
  SELECT e.id, CASE WHEN %(troubled)s THEN 1 ELSE %(room)s END - (
      SELECT count(*) FROM integrations_webhookdelivery busy
      WHERE busy.endpoint_id = e.id AND busy.state = 'delivering' AND busy.due_at > %(now)s
    ) AS room
  FROM integrations_webhookendpoint e JOIN integrations_webhookhealth h ON h.endpoint_id = e.id
  WHERE e.state = 'active' AND (h.held_until IS NULL OR h.held_until <= %(now)s)
    AND (h.failures > 0 OR e.id = ANY(%(slow)s::uuid[])) = %(troubled)s
    AND NOT e.id = ANY(%(busy)s::uuid[])
    AND EXISTS (
      SELECT FROM integrations_webhookdelivery due WHERE due.endpoint_id = e.id AND due.due_at <= %(now)s
    )
  ORDER BY random() LIMIT %(receivers)s
),
-- why: the oldest of each
chosen AS (
  SELECT oldest.id FROM receivers r CROSS JOIN LATERAL (
    SELECT d.id FROM integrations_webhookdelivery d WHERE d.endpoint_id = r.id AND d.due_at <= %(now)s
    ORDER BY d.due_at LIMIT greatest(r.room, 0)
  ) oldest
),
-- why: what another sender takes at this moment is its, and nobody waits in a circle
locked AS (
  SELECT d.id FROM integrations_webhookdelivery d JOIN chosen ON chosen.id = d.id
  WHERE d.due_at <= %(now)s ORDER BY d.id FOR UPDATE OF d SKIP LOCKED
)
UPDATE integrations_webhookdelivery d SET state = 'delivering', due_at = %(lease)s, updated_at = %(now)s
FROM locked WHERE d.id = locked.id
RETURNING d.id, d.hospital_id, d.endpoint_id, d.body, d.tries
