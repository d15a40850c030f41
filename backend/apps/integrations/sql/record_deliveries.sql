-- why: many results at once, each only where the row is still this sender's: a lease that ran out is somebody else's
UPDATE integrations_webhookdelivery d SET
  state = made.state, due_at = made.due_at, tries = made.tries, updated_at = %(now)s,
  last_status = CASE WHEN made.tried THEN made.status ELSE d.last_status END,
  last_error = CASE WHEN made.tried THEN made.error ELSE d.last_error END,
  delivered_at = CASE WHEN made.state = 'delivered' THEN %(now)s ELSE d.delivered_at END
FROM unnest(
  %(ids)s::uuid[], %(leases)s::timestamptz[], %(states)s::text[], %(dues)s::timestamptz[], %(tries)s::int[],
  %(tried)s::bool[], %(statuses)s::int[], %(errors)s::text[]
) AS made (id, lease, state, due_at, tries, tried, status, error)
WHERE d.id = made.id AND d.state = 'delivering' AND d.due_at = made.lease
