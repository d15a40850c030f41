-- why: what failed on a side moved no money there, and another merchant's money is none of ours.
WITH counted AS (
  SELECT coalesce(t.direction, o.direction) AS direction, coalesce(t.key, o.key) AS key,
      coalesce(t.reference, o.reference) AS reference,
      CASE WHEN t.state = 'failed' OR t.is_foreign THEN 0 ELSE t.amount_fen END AS their_fen,
      CASE WHEN o.state = 'failed' THEN 0 ELSE o.amount_fen END AS our_fen,
      t.line, t.at AS their_at, t.state AS their_state, t.fee_fen, t.is_foreign,
      o.at AS our_at, o.state AS our_state, o.subject_id, o.order_id
    FROM theirs AS t FULL JOIN ours AS o ON o.direction = t.direction AND o.key = t.key
)
-- why: a refund that both sides call unfinished agrees; one that only one side has finished is of money already.
SELECT direction, key, reference, coalesce(their_fen, 0), coalesce(our_fen, 0), line, their_at, their_state, fee_fen,
    coalesce(is_foreign, false), our_at, our_state, subject_id, order_id
  FROM counted
  WHERE coalesce(their_fen, 0) <> coalesce(our_fen, 0) OR is_foreign
  ORDER BY direction, key LIMIT %(limit)s
