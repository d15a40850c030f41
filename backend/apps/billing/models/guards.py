"""Triggers that hold what a bill promises: its content is fixed, and its amount is the sum of its items."""

from typing import Any

import pgtrigger

_SUM = """
IF EXISTS (
  SELECT 1 FROM billing_bill b WHERE b.id IN (SELECT bill_id FROM added)
    AND b.amount_fen <> (SELECT sum(i.amount_fen) FROM billing_chargeitem i WHERE i.bill_id = b.id)
) THEN
  RAISE EXCEPTION 'the amount of a bill is the sum of its items' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""
_ITEMS = """
IF NOT EXISTS (SELECT 1 FROM billing_chargeitem WHERE bill_id = NEW.id) THEN
  RAISE EXCEPTION 'a bill has items' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


def fixed(*fields: str) -> Any:
    """These columns never change."""
    return pgtrigger.Protect(name="fixed", operation=pgtrigger.Update, condition=pgtrigger.AnyChange(*fields))


def kept() -> Any:
    """Rows are never deleted."""
    return pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)


def sum_is_amount() -> Any:
    """Of items: after some were added, checked once a statement."""
    return pgtrigger.Trigger(
        name="sum_is_amount",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        level=pgtrigger.Statement,
        referencing=pgtrigger.Referencing(new="added"),
        func=_SUM,
    )


def has_items() -> Any:
    """Of bills: at commit, because one without items would have passed unseen."""
    return pgtrigger.Trigger(
        name="has_items",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        func=_ITEMS,
    )
