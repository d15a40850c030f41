-- why: a movement of an account that is not there leaves fewer rows than movements, and then nothing is written.
WITH moved AS MATERIALIZED (
  SELECT a.id, w.amount
    FROM unnest(%(kinds)s::text[], %(owners)s::text[], %(amounts)s::bigint[]) AS w (kind, owner, amount)
    JOIN payments_ledgeraccount AS a ON a.hospital_id = %(hospital_id)s AND a.kind = w.kind AND a.owner = w.owner
-- why: prepaid accounts are locked before the entries are numbered: the numbers are in the order of the balance.
), held AS MATERIALIZED (
  SELECT b.account_id, b.balance_fen FROM payments_ledgerbalance AS b
    WHERE b.is_prepaid AND b.stripe = 0 AND b.account_id IN (SELECT id FROM moved)
    ORDER BY b.account_id FOR NO KEY UPDATE
-- why: looked at before anything is written, so that a refusal leaves the caller's transaction usable.
), short AS (
  SELECT count(*) AS number FROM held
    WHERE balance_fen + (SELECT sum(amount) FROM moved WHERE moved.id = held.account_id) > 0
-- why: the day is not closed while this goes on; whoever closes it waits, and is seen by who waited for that.
), day AS MATERIALIZED (
  SELECT payments_hold_day(%(hospital_id)s, %(posted_on)s) AS through
-- why: a key that is known was posted before: once is enough.
), made AS (
  INSERT INTO payments_ledgertransaction ({columns})
    SELECT {values} FROM short, day
      WHERE number = 0 AND (SELECT count(*) FROM moved) = cardinality(%(amounts)s::bigint[])
    ON CONFLICT (hospital_id, key) DO NOTHING RETURNING id, posted_on, corrects_date
-- why: all entries of a transaction come in one statement, or its sum would not be zero at its end.
), entered AS (
  INSERT INTO payments_ledgerentry (transaction_id, account_id, hospital_id, amount_fen)
    SELECT made.id, moved.id, %(hospital_id)s, moved.amount FROM made, moved ORDER BY moved.id, moved.amount
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM moved), (SELECT posted_on FROM made),
  (SELECT corrects_date FROM made)
