-- why: the oldest money is settled first: what is left is of the newest days, up to the balance.
WITH days AS (
  SELECT a.owner AS channel, t.posted_on AS day, sum(e.amount_fen) AS net,
      sum(e.amount_fen) FILTER (WHERE e.amount_fen > 0) AS came
    FROM payments_ledgeraccount AS a
    JOIN payments_ledgerentry AS e ON e.account_id = a.id
    JOIN payments_ledgertransaction AS t ON t.id = e.transaction_id
    WHERE a.hospital_id = %(hospital_id)s::uuid AND a.kind = 'clearing'
      AND %(department_ids)s::uuid[] IS NULL AND %(own_staff_id)s::uuid IS NULL
    GROUP BY 1, 2
-- why: of each day as much as the balance still reaches, from the newest back; a balance below zero has no age.
), left_over AS (
  SELECT d.channel, d.day, %(today)s::date - d.day AS age,
      greatest(0, least(coalesce(d.came, 0), sum(d.net) OVER whole - coalesce(sum(d.came) OVER newer, 0))) AS fen,
      sum(d.net) OVER whole AS held
    FROM days AS d
    WINDOW whole AS (PARTITION BY d.channel),
      newer AS (PARTITION BY d.channel ORDER BY d.day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
{shown}
