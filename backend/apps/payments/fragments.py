"""SQL of payments' tables that other apps build into their statements: what stands here, they may rely on."""

from apps.payments.channels.counter import AT_COUNTER
from apps.payments.models.ledger import PREPAID
from kernel.sql import statement

#: What a provider moved for us, as a day's bill should list it; `at` is the provider's moment.
#: (id, hospital_id, merchant_id, order_id, direction, key, reference, amount_fen, at, state)
CHANNEL_MOVEMENTS = """
  SELECT a.id, a.hospital_id, a.merchant_id, a.order_id, 'in' AS direction, a.out_trade_no AS key,
      a.transaction_id AS reference, a.paid_fen AS amount_fen, a.paid_at AS at, 'done' AS state
    FROM payments_paymentattempt AS a WHERE a.paid_at IS NOT NULL
  UNION ALL
  SELECT r.id, r.hospital_id, a.merchant_id, r.order_id, 'out', r.channel_refund_no,
      r.channel_refund_id, r.amount_fen, coalesce(r.accepted_at, r.succeeded_at),
      CASE r.state WHEN 'succeeded' THEN 'done' WHEN 'processing' THEN 'processing' ELSE 'failed' END
    FROM payments_refund AS r JOIN payments_paymentattempt AS a ON a.id = r.attempt_id
    WHERE r.route = 'original' AND coalesce(r.accepted_at, r.succeeded_at) IS NOT NULL
"""
#: What HIS has been told of, by our numbers, as its own bill of the day should list it: `at` of a payment is the moment
#: that it was told, of a refund the moment at which it took note. An order that goes back whole is withdrawn there.
#: (id, hospital_id, order_id, direction, key, reference, amount_fen, at, state)
HIS_MOVEMENTS = """
  SELECT o.id, o.hospital_id, o.id AS order_id, 'in' AS direction, o.order_no AS key, '' AS reference, o.amount_fen,
      o.posted_at AS at, 'done' AS state
    FROM payments_paymentorder AS o WHERE o.state = 'posted'
  UNION ALL
  SELECT r.id, r.hospital_id, r.order_id, 'out', r.refund_no, '', r.amount_fen, r.his_notified_at, 'done'
    FROM payments_refund AS r
    WHERE r.his_notified_at IS NOT NULL AND r.cause IN ('patient', 'window', 'cancelled', 'reversed')
"""
#: What moved through an application, as its own bill of the day lists it: an order is paid once, by however many
#: tenders; what came in twice or never became whole, and went back, is left out on both sides.
#: (id, hospital_id, application, order_id, direction, key, reference, amount_fen, at, state)
APPLICATION_MOVEMENTS = """
  SELECT a.id, a.hospital_id, o.application, o.id AS order_id, 'in' AS direction, o.order_no AS key,
      a.transaction_id AS reference, a.paid_fen AS amount_fen, a.paid_at AS at, 'done' AS state
    FROM payments_paymentattempt AS a JOIN payments_paymentorder AS o ON o.id = a.order_id
    WHERE a.state = 'succeeded' AND a.paid_at IS NOT NULL AND NOT a.is_leg
  UNION ALL
  SELECT o.id, o.hospital_id, o.application, o.id, 'in', o.order_no, '', o.amount_fen, o.paid_at, 'done'
    FROM payments_paymentorder AS o WHERE o.channel = 'mixed' AND o.paid_at IS NOT NULL
  UNION ALL
  SELECT r.id, r.hospital_id, o.application, o.id, 'out', r.refund_no, r.channel_refund_id, r.amount_fen,
      r.succeeded_at, 'done'
    FROM payments_refund AS r JOIN payments_paymentorder AS o ON o.id = r.order_id
    WHERE r.succeeded_at IS NOT NULL AND r.cause NOT IN ('overpayment', 'incomplete')
"""
_KINDS = ", ".join(f"'{kind.value}'" for kind in PREPAID)
#: Every prepaid account with what its owner has: (id, hospital_id, kind, owner, total in fen).
PREPAID_BALANCES = f"""
  SELECT a.id, a.hospital_id, a.kind, a.owner, -coalesce(sum(b.balance_fen), 0) AS total
  FROM payments_ledgeraccount AS a LEFT JOIN payments_ledgerbalance AS b ON b.account_id = a.id
  WHERE a.kind IN ({_KINDS}) GROUP BY a.id
"""  # noqa: S608 - words of our own
_COUNTER = ", ".join(f"'{channel}'" for channel in AT_COUNTER)
_IS_PREPAID = f"CASE WHEN l.ledger_kind <> '' THEN l.ledger_kind IN ({_KINDS}) END"
#: Money that came in and went back, by the line of the order that it was for; what belongs to no line, whole. A slip
#: that a clerk reverses is voided on its machine. `is_prepaid`: it is credited to a prepaid account; null: not posted.
#: `before_fen`: what went back of the line before, or was paid of it by tenders before.
#: (id, hospital_id, at, direction, order_id, order_no, refund_no, channel, application, cashier_id, department_id,
#: patient_id, subject_id, title, amount_fen > 0, scene, is_prepaid, before_fen)
MONEY_LINES = statement("apps.payments", "money_lines", is_prepaid=_IS_PREPAID, at_counter=_COUNTER)
