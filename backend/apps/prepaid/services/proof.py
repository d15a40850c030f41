"""The lots' part in the proof of the ledger."""

from apps.payments.fragments import PREPAID_BALANCES

#: (kind, id, detail) of each account whose lots do not add up to its balance.
LOTS = f"""
    SELECT 'lots_differ', a.id, concat(a.kind, ' ', a.owner, ': lots ', coalesce(l.total, 0), ', balance ', a.total)
      FROM ({PREPAID_BALANCES}) AS a LEFT JOIN (
        SELECT p.hospital_id, p.kind, p.owner, sum(lot.left_fen) AS total
          FROM prepaid_prepaidaccount AS p JOIN prepaid_prepaidlot AS lot ON lot.account_id = p.id
          GROUP BY p.hospital_id, p.kind, p.owner
      ) AS l ON l.hospital_id = a.hospital_id AND l.kind = a.kind AND l.owner = a.owner
      WHERE {{here:a}} AND coalesce(l.total, 0) <> a.total
"""  # noqa: S608 - words of our own
