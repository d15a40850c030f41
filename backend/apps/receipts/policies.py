"""Receipts are reached like their bills, accounts and day checks by hospital."""

from apps.access.policies import Policy, policy_for
from apps.receipts.models import EReceipt, ReceiptAccount, ReceiptDayCheck


@policy_for(EReceipt)
class EReceiptPolicy(Policy):
    """By hospital or department. Caring for the patient opens no receipt."""

    department = "department_id"


@policy_for(ReceiptAccount)
class ReceiptAccountPolicy(Policy):
    """By hospital."""


@policy_for(ReceiptDayCheck)
class ReceiptDayCheckPolicy(Policy):
    """By hospital."""
