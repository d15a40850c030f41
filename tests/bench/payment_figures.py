"""How long payments took, as the database remembers it."""

from collections.abc import Sequence

from tests.bench.data import execute

#: What every payment of the bench amounts to.
FEN = 2_000

_STATES = """
SELECT count(*) FILTER (WHERE state = 'posted'), count(*) FROM payments_paymentorder WHERE id = ANY(%s::uuid[])
"""
_DELAYS = """
SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY delay) FROM (
  SELECT extract(epoch FROM o.posted_at - p.created_at)::float AS delay
    FROM payments_paymentorder o
    JOIN payments_paymentattempt a ON a.order_id = o.id AND a.state = 'succeeded'
    JOIN payments_channelpush p ON p.parsed -> 'trade' ->> 'out_trade_no' = a.out_trade_no
   WHERE o.id = ANY(%s::uuid[])) AS measured
"""
_SPAN = """
SELECT extract(epoch FROM max(posted_at) - min(posted_at))::float
  FROM payments_paymentorder WHERE id = ANY(%s::uuid[])
"""


def posted(url: str, orders: Sequence[str]) -> int:
    """How many of these orders are posted."""
    done, known = execute(url, _STATES, [list(orders)])[0]
    if known != len(orders):
        raise RuntimeError(f"{known} of {len(orders)} orders are there")
    return int(str(done))


def delays(url: str, orders: Sequence[str]) -> tuple[float, float]:
    """Seconds from the push, stored, to the order, posted: p50 and p95."""
    median, high = execute(url, _DELAYS, [list(orders)])[0][0]  # type: ignore[misc]
    return float(median), float(high)


def posting_rate(url: str, orders: Sequence[str]) -> float:
    """Orders posted a second, from the first to the last of these."""
    (seconds,) = execute(url, _SPAN, [list(orders)])[0]
    return (len(orders) - 1) / float(str(seconds))


def percentile(values: Sequence[float], share: float) -> float:
    """The value within which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
