from apps.receipts.models.account import ReceiptAccount
from apps.receipts.models.day_check import ReceiptDayCheck
from apps.receipts.models.receipt import EReceipt

__all__ = ["EReceipt", "ReceiptAccount", "ReceiptDayCheck"]
