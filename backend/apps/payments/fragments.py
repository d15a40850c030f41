"""SQL of payments' tables that other apps build into their statements: what stands here, they may rely on."""

from apps.payments.models.ledger import PREPAID

_KINDS = ", ".join(f"'{kind.value}'" for kind in PREPAID)
#: Every prepaid account with what its owner has: (id, hospital_id, kind, owner, total in fen).
PREPAID_BALANCES = f"""
  SELECT a.id, a.hospital_id, a.kind, a.owner, -coalesce(sum(b.balance_fen), 0) AS total
  FROM payments_ledgeraccount AS a LEFT JOIN payments_ledgerbalance AS b ON b.account_id = a.id
  WHERE a.kind IN ({_KINDS}) GROUP BY a.id
"""  # noqa: S608 - words of our own
