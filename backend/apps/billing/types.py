"""The words and rows of billing for other apps: enums to compare with, and what selectors and services give.

Rows are read; only billing queries and writes them (an import contract and a test hold both).
"""

from apps.billing.models import Bill, BillKind, BillSource, CancelCause, ItemCategory

__all__ = ["Bill", "BillKind", "BillSource", "CancelCause", "ItemCategory"]
