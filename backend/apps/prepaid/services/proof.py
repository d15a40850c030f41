"""The lots' part in the proof of the ledger."""

#: (kind, id, detail) of each account whose lots do not add up to its balance.
LOTS = """
    SELECT 'lots_differ', a.id,
           concat(a.kind, ' ', a.owner, ': lots ', coalesce(l.total, 0), ', balance ', coalesce(b.total, 0))
      FROM payments_ledgeraccount AS a LEFT JOIN (
        SELECT account_id, -sum(balance_fen) AS total FROM payments_ledgerbalance GROUP BY account_id
      ) AS b ON b.account_id = a.id
      LEFT JOIN (
        SELECT p.hospital_id, p.kind, p.owner, sum(lot.left_fen) AS total
          FROM prepaid_prepaidaccount AS p JOIN prepaid_prepaidlot AS lot ON lot.account_id = p.id
          GROUP BY p.hospital_id, p.kind, p.owner
      ) AS l ON l.hospital_id = a.hospital_id AND l.kind = a.kind AND l.owner = a.owner
      WHERE {here:a} AND a.kind IN ({prepaid}) AND coalesce(l.total, 0) <> coalesce(b.total, 0)
"""
