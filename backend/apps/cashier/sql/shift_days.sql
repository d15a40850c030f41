-- why: a shift over midnight is two rows. Nothing of a shift is told before its cash is counted: the count is blind.
SELECT s.id::text || ' ' || e.day::text AS key, e.day, s.shift_no, k.name AS clerk, d.name AS drawer, s.state,
    s.opened_at, e.cash_in_fen, e.cash_refund_fen, e.paid_in_fen, e.paid_out_fen, e.safe_drop_fen,
    e.cash_in_fen - e.cash_refund_fen + e.paid_in_fen - e.paid_out_fen - e.safe_drop_fen AS net_fen,
    CASE WHEN e.is_last THEN s.difference_fen END AS difference_fen
  FROM cashier_cashiershift AS s
  JOIN cashier_cashdrawer AS d ON d.id = s.drawer_id
  JOIN {staff} AS k ON k.id = s.clerk_id
  CROSS JOIN LATERAL (
    SELECT (e.at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'cash_in'), 0)::bigint AS cash_in_fen,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'cash_refund'), 0)::bigint AS cash_refund_fen,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'paid_in'), 0)::bigint AS paid_in_fen,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'paid_out'), 0)::bigint AS paid_out_fen,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'safe_drop'), 0)::bigint AS safe_drop_fen,
        max((e.at AT TIME ZONE 'Asia/Shanghai')::date) = max(max((e.at AT TIME ZONE 'Asia/Shanghai')::date)) OVER ()
          AS is_last
      FROM cashier_shiftentry AS e WHERE e.shift_id = s.id GROUP BY 1
  ) AS e
  WHERE s.hospital_id = %(hospital_id)s::uuid AND s.counted_at IS NOT NULL
    AND s.opened_at < %(ends_at)s::timestamptz AND e.day BETWEEN %(first_day)s::date AND %(last_day)s::date
    AND (%(clerk_id)s::uuid IS NULL OR s.clerk_id = %(clerk_id)s::uuid)
    AND (%(department_ids)s::uuid[] IS NULL OR s.clerk_id = %(own_staff_id)s::uuid)
  ORDER BY e.day, s.shift_no
