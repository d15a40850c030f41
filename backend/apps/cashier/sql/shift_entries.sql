-- why: the rows behind the day of a shift; what leaves the drawer is negative.
SELECT e.at, s.shift_no, k.name AS clerk, e.kind, e.reason,
    CASE WHEN e.kind IN ('cash_in', 'paid_in') THEN e.amount_fen ELSE -e.amount_fen END AS amount_fen
  FROM cashier_shiftentry AS e
  JOIN cashier_cashiershift AS s ON s.id = e.shift_id
  JOIN {staff} AS k ON k.id = s.clerk_id
  WHERE s.hospital_id = %(hospital_id)s::uuid AND s.counted_at IS NOT NULL
    AND e.at >= %(begins_at)s::timestamptz AND e.at < %(ends_at)s::timestamptz
    AND (%(key)s::text IS NULL
      OR s.id::text || ' ' || (e.at AT TIME ZONE 'Asia/Shanghai')::date::text = %(key)s::text)
    AND (%(clerk_id)s::uuid IS NULL OR s.clerk_id = %(clerk_id)s::uuid)
    AND (%(department_ids)s::uuid[] IS NULL OR s.clerk_id = %(own_staff_id)s::uuid)
  ORDER BY e.at, e.id
