-- why: the window is the counterparty's day, which need not be ours.
INSERT INTO ours (direction, key, reference, amount_fen, at, state, subject_id, order_id)
SELECT m.direction, m.key, m.reference, m.amount_fen, m.at, m.state, m.id, m.order_id
  FROM ({movements}) AS m
  WHERE m.hospital_id = %(hospital)s AND m.merchant_id = %(merchant)s
    AND m.at >= %(starts_at)s AND m.at < %(ends_at)s
