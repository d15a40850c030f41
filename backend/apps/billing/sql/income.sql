-- why: a movement of several parts counts once in its group.
SELECT grouped.key, {label} AS label, grouped.payments, grouped.income_fen, grouped.refunds, grouped.refunded_fen,
    grouped.income_fen - grouped.refunded_fen AS net_fen
  FROM (
    SELECT coalesce({key}, '') AS key,
        count(DISTINCT part.id) FILTER (WHERE part.direction = 'in') AS payments,
        coalesce(sum(part.amount_fen) FILTER (WHERE part.direction = 'in'), 0)::bigint AS income_fen,
        count(DISTINCT part.id) FILTER (WHERE part.direction = 'out') AS refunds,
        coalesce(sum(part.amount_fen) FILTER (WHERE part.direction = 'out'), 0)::bigint AS refunded_fen
      FROM ({parts}) AS part GROUP BY 1
  ) AS grouped ORDER BY grouped.key
