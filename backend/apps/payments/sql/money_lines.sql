-- why: a part of a refund that belongs to no line is a row of its own; what a clerk reverses is voided on its machine.
-- why: of several tenders each pays of a line what it covers where both are laid side by side, in their order.
  SELECT a.id, a.hospital_id, a.paid_at AS at, 'in' AS direction, o.id AS order_id, o.order_no, '' AS refund_no,
      a.channel, o.application, a.taken_by_id AS cashier_id, o.department_id, o.patient_id, l.subject_id,
      coalesce(l.title, o.description) AS title, coalesce(t.amount_fen, l.amount_fen, a.paid_fen) AS amount_fen, o.scene,
      {is_prepaid} AS is_prepaid, coalesce(t.before_fen, 0) AS before_fen
    FROM payments_paymentattempt AS a JOIN payments_paymentorder AS o ON o.id = a.order_id
    LEFT JOIN payments_paymentorderline AS l ON l.order_id = o.id AND a.state = 'succeeded'
    LEFT JOIN LATERAL (
      SELECT (least(paid, due) - greatest(paid - a.paid_fen, due - l.amount_fen))::bigint AS amount_fen,
          greatest(paid - a.paid_fen - (due - l.amount_fen), 0)::bigint AS before_fen
        FROM (
          SELECT (SELECT sum(x.paid_fen) FROM payments_paymentattempt AS x
              WHERE x.order_id = o.id AND x.state = 'succeeded' AND (x.held_at, x.id) <= (a.held_at, a.id)) AS paid,
            (SELECT sum(x.amount_fen) FROM payments_paymentorderline AS x
              WHERE x.order_id = o.id AND x.position <= l.position) AS due
            WHERE a.is_leg AND a.state = 'succeeded'
        ) AS u
    ) AS t ON true
    WHERE a.paid_at IS NOT NULL AND a.paid_fen > 0 AND coalesce(t.amount_fen, 1) > 0
  UNION ALL
  SELECT r.id, r.hospital_id, r.succeeded_at, 'out', o.id, o.order_no, r.refund_no,
      CASE WHEN r.route = 'counter_cash' AND NOT (r.cause = 'reversed' AND a.channel IN ({at_counter})) THEN 'cash'
        ELSE a.channel END,
      o.application, r.decided_by_id, o.department_id, o.patient_id, l.subject_id, coalesce(l.title, o.description),
      part.amount_fen, o.scene, {is_prepaid},
      (SELECT coalesce(sum(x.amount_fen), 0)::bigint
        FROM payments_refundline AS x JOIN payments_refund AS q ON q.id = x.refund_id
        WHERE x.line_id = l.id AND q.state = 'succeeded' AND (q.succeeded_at, q.id) < (r.succeeded_at, r.id))
    FROM payments_refund AS r JOIN payments_paymentorder AS o ON o.id = r.order_id
    JOIN payments_paymentattempt AS a ON a.id = r.attempt_id
    CROSS JOIN LATERAL (
      SELECT line_id, amount_fen FROM payments_refundline WHERE refund_id = r.id
      UNION ALL SELECT NULL, r.amount_fen - coalesce(sum(amount_fen), 0)::bigint FROM payments_refundline
        WHERE refund_id = r.id HAVING r.amount_fen <> coalesce(sum(amount_fen), 0)
    ) AS part LEFT JOIN payments_paymentorderline AS l ON l.id = part.line_id
    WHERE r.succeeded_at IS NOT NULL AND r.state = 'succeeded'
