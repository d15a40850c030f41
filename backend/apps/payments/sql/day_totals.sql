-- why: prepaid accounts, drawers and debtors are many, and are summed by kind; channels and banks are told apart.
SELECT t.kind, a.kind, CASE WHEN a.kind = ANY(%(named)s) THEN a.owner ELSE '' END,
    count(*) FILTER (WHERE e.amount_fen > 0), coalesce(sum(e.amount_fen) FILTER (WHERE e.amount_fen > 0), 0)::bigint,
    count(*) FILTER (WHERE e.amount_fen < 0), coalesce(-sum(e.amount_fen) FILTER (WHERE e.amount_fen < 0), 0)::bigint
  FROM payments_ledgertransaction AS t
  JOIN payments_ledgerentry AS e ON e.transaction_id = t.id
  JOIN payments_ledgeraccount AS a ON a.id = e.account_id
  WHERE t.hospital_id = %(hospital_id)s AND t.posted_on BETWEEN %(first)s AND %(last)s
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
