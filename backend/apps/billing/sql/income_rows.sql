-- why: the rows behind a figure: those of one key, or all of them; refunds are negative.
SELECT part.at, part.direction, part.order_no, part.refund_no, part.channel, part.application, d.name AS department,
    s.name AS doctor, k.name AS cashier, p.name AS patient, part.title, part.category,
    CASE part.direction WHEN 'in' THEN part.amount_fen ELSE -part.amount_fen END AS amount_fen
  FROM ({parts}) AS part
  LEFT JOIN {department} AS d ON d.id = part.department_id
  LEFT JOIN {staff} AS s ON s.id = part.practitioner_id
  LEFT JOIN {staff} AS k ON k.id = part.cashier_id
  LEFT JOIN {patient} AS p ON p.id = part.patient_id
  WHERE %(key)s::text IS NULL OR coalesce({key}, '') = %(key)s::text
  ORDER BY part.at, part.order_no, part.refund_no, part.title, part.category
