-- why: what is held now less what moved since is what was held then: the rows of all years before are not read. One
-- statement, so that nothing is posted between the two.
SELECT k.kind, sum(k.fen)::bigint
  FROM (
    SELECT a.kind, sum(b.balance_fen) AS fen
      FROM payments_ledgeraccount AS a JOIN payments_ledgerbalance AS b ON b.account_id = a.id
      WHERE a.hospital_id = %(hospital_id)s GROUP BY a.kind
    UNION ALL
    SELECT a.kind, -sum(e.amount_fen)
      FROM payments_ledgertransaction AS t
      JOIN payments_ledgerentry AS e ON e.transaction_id = t.id
      JOIN payments_ledgeraccount AS a ON a.id = e.account_id
      WHERE t.hospital_id = %(hospital_id)s AND t.posted_on >= %(day)s GROUP BY a.kind
  ) AS k
  GROUP BY k.kind
