-- why: what is held now less what moved since tells what was held then: only the days asked for are read.
SELECT k.kind AS key, k.kind, (k.held - k.since)::bigint AS opening_fen, k.came::bigint AS in_fen,
    k.went::bigint AS out_fen, (k.held - k.later)::bigint AS closing_fen
  FROM (
    SELECT a.kind, -sum(h.held) AS held, -sum(coalesce(m.since, 0)) AS since, -sum(coalesce(m.later, 0)) AS later,
        sum(coalesce(m.came, 0)) AS came, sum(coalesce(m.went, 0)) AS went
      FROM payments_ledgeraccount AS a
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(b.balance_fen), 0) AS held FROM payments_ledgerbalance AS b WHERE b.account_id = a.id
      ) AS h
      LEFT JOIN (
        SELECT e.account_id, sum(e.amount_fen) AS since,
            sum(e.amount_fen) FILTER (WHERE t.posted_on > %(last_day)s::date) AS later,
            -sum(e.amount_fen) FILTER (WHERE e.amount_fen < 0 AND t.posted_on <= %(last_day)s::date) AS came,
            sum(e.amount_fen) FILTER (WHERE e.amount_fen > 0 AND t.posted_on <= %(last_day)s::date) AS went
          FROM payments_ledgertransaction AS t JOIN payments_ledgerentry AS e ON e.transaction_id = t.id
          WHERE t.hospital_id = %(hospital_id)s::uuid AND t.posted_on >= %(first_day)s::date GROUP BY e.account_id
      ) AS m ON m.account_id = a.id
      WHERE a.hospital_id = %(hospital_id)s::uuid AND a.kind = ANY ({kinds}) GROUP BY a.kind
  ) AS k
  WHERE %(department_ids)s::uuid[] IS NULL AND %(own_staff_id)s::uuid IS NULL
  ORDER BY k.kind
