-- why: one row for each movement of money and what it was for; the bill tells doctor and department, the order where
-- why: no bill stands behind it. What is paid in advance is no income yet, nor while it waits to be posted.
-- why: Reversed signs are for the reader: the detail adds up to the net.
SELECT m.id, m.at, m.direction, m.order_no, m.refund_no, m.channel, m.application,
    coalesce(b.department_id, m.department_id) AS department_id, b.practitioner_id, m.cashier_id, m.patient_id,
    m.title, {category} AS category, {amount} AS amount_fen
  FROM ({money_lines}) AS m
  LEFT JOIN LATERAL (
    SELECT b.id, b.kind, b.department_id, b.practitioner_id, b.amount_fen FROM billing_bill AS b
    WHERE b.order_id = m.order_id AND m.subject_id IN (b.id, b.subject_id) ORDER BY b.id LIMIT 1
  ) AS b ON true
  {split}
  WHERE m.hospital_id = %(hospital_id)s::uuid
    AND m.at >= %(begins_at)s::timestamptz AND m.at < %(ends_at)s::timestamptz
    AND coalesce(NOT m.is_prepaid, m.scene NOT IN ({in_advance}) AND b.kind IS DISTINCT FROM {deposit})
    AND (%(channel)s::text IS NULL OR m.channel = %(channel)s::text)
    AND (%(application)s::text IS NULL OR m.application = %(application)s::text)
    AND (%(department_id)s::uuid IS NULL OR coalesce(b.department_id, m.department_id) = %(department_id)s::uuid)
    AND (%(doctor_id)s::uuid IS NULL OR b.practitioner_id = %(doctor_id)s::uuid)
    AND (%(department_ids)s::uuid[] IS NULL
      OR coalesce(b.department_id, m.department_id) = ANY (%(department_ids)s::uuid[])
      OR b.practitioner_id = %(own_staff_id)s::uuid)
