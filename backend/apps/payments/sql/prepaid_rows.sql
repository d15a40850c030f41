-- why: the movements of the days; what comes in is positive.
SELECT t.created_at AS at, a.kind, a.owner, t.kind AS happened, t.key AS posting, -e.amount_fen AS amount_fen
  FROM payments_ledgertransaction AS t
  JOIN payments_ledgerentry AS e ON e.transaction_id = t.id
  JOIN payments_ledgeraccount AS a ON a.id = e.account_id
  WHERE t.hospital_id = %(hospital_id)s::uuid AND a.kind = ANY ({kinds})
    AND t.posted_on BETWEEN %(first_day)s::date AND %(last_day)s::date
    AND (%(key)s::text IS NULL OR a.kind = %(key)s::text)
    AND %(department_ids)s::uuid[] IS NULL AND %(own_staff_id)s::uuid IS NULL
  ORDER BY t.posted_on, t.id, e.id
