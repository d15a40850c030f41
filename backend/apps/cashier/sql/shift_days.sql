-- why: a shift over midnight is two rows; one without any cash is of the day of its count. Nothing of a shift is told
-- why: before its cash is counted: the count is blind.
SELECT s.id::text || ' ' || d.day::text AS key, d.day, s.shift_no, k.name AS clerk, w.name AS drawer, s.state,
    s.opened_at, coalesce(e.cash_in_fen, 0) AS cash_in_fen, coalesce(e.cash_refund_fen, 0) AS cash_refund_fen,
    coalesce(e.paid_in_fen, 0) AS paid_in_fen, coalesce(e.paid_out_fen, 0) AS paid_out_fen,
    coalesce(e.safe_drop_fen, 0) AS safe_drop_fen,
    coalesce(e.cash_in_fen - e.cash_refund_fen + e.paid_in_fen - e.paid_out_fen - e.safe_drop_fen, 0) AS net_fen,
    CASE WHEN coalesce(e.is_last, true) THEN s.difference_fen END AS difference_fen
  FROM cashier_cashiershift AS s
  JOIN cashier_cashdrawer AS w ON w.id = s.drawer_id
  JOIN {staff} AS k ON k.id = s.clerk_id
  LEFT JOIN LATERAL (
    SELECT (e.at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'cash_in'), 0)::bigint AS cash_in_fen,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'cash_refund'), 0)::bigint AS cash_refund_fen,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'paid_in'), 0)::bigint AS paid_in_fen,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'paid_out'), 0)::bigint AS paid_out_fen,
        coalesce(sum(e.amount_fen) FILTER (WHERE e.kind = 'safe_drop'), 0)::bigint AS safe_drop_fen,
        max((e.at AT TIME ZONE 'Asia/Shanghai')::date) = max(max((e.at AT TIME ZONE 'Asia/Shanghai')::date)) OVER ()
          AS is_last
      FROM cashier_shiftentry AS e WHERE e.shift_id = s.id GROUP BY 1
  ) AS e ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(e.day, (s.counted_at AT TIME ZONE 'Asia/Shanghai')::date) AS day
  ) AS d
  WHERE s.hospital_id = %(hospital_id)s::uuid AND s.counted_at IS NOT NULL
    AND s.opened_at < %(ends_at)s::timestamptz AND greatest(s.closed_at, s.counted_at) >= %(begins_at)s::timestamptz
    AND d.day BETWEEN %(first_day)s::date AND %(last_day)s::date
    AND (%(clerk_id)s::uuid IS NULL OR s.clerk_id = %(clerk_id)s::uuid)
    AND (%(department_ids)s::uuid[] IS NULL OR s.clerk_id = %(own_staff_id)s::uuid)
  ORDER BY d.day, s.shift_no
