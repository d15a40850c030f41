"""Rows of receipts for the rules that every resource keeps: of patient_a and hospital 1, with nothing to be asked."""

import datetime as dt
import json

from apps.billing.models import Bill
from apps.receipts.models import EReceipt, ReceiptAccount, ReceiptDayCheck
from kernel import clock
from tests.support.estates import Estate, Values

#: Nobody listens there.
CONNECTION = {
    "base_url": "http://127.0.0.1:1", "app_id": "YIHUI0001", "key": "secret", "place_code": "001", "payee": "收费员",
    "author": "开票员", "checker": "复核员",
}  # fmt: skip


class ReceiptsEstate(Estate):
    """Of receipts."""

    def make_receipt_account(self) -> ReceiptAccount:
        return ReceiptAccount.objects.create(
            hospital=self.world.h1, platform="bosssoft", name="电子票据", config=json.dumps(CONNECTION),
            charge_codes={"test": "007"},
        )  # fmt: skip

    def make_e_receipt(self) -> EReceipt:
        """Issued, and on paper."""
        bill = Bill.objects.get(order_id=self.get("payment_order").pk)
        line = {
            "category": "test", "charge_code": "007", "charge_name": "检验费", "name": "血常规", "spec": "",
            "unit": "次", "quantity": "1", "amount_fen": bill.amount_fen,
        }  # fmt: skip
        return EReceipt.objects.create(
            hospital=self.world.h1, department=bill.department, patient_id=bill.patient_id, bill=bill,
            account=self.get("receipt_account"), receipt_no="DP2611230001", kind="outpatient", state="issued",
            payer_name="张三丰", amount_fen=bill.amount_fen, lines=[line], business_at=clock.now(),
            issued_at=clock.now(), e_code="11060126", e_number="0000000001", e_check_code="a1b2c3",
            paper_code="A2026", paper_no="0000001", paper_at=clock.now(), paper_by=self.world.staff["clerk"],
        )  # fmt: skip

    def make_receipt_day_check(self) -> ReceiptDayCheck:
        return ReceiptDayCheck.objects.create(
            hospital=self.world.h1, account=self.get("receipt_account"), state="matched", checked_at=clock.now(),
            business_date=clock.today() - dt.timedelta(days=1),
        )  # fmt: skip


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/e-receipts/": lambda e: e.get("e_receipt").pk,
    "admin/v1/receipt-accounts/": lambda e: e.get("receipt_account").pk,
    "admin/v1/receipt-day-checks/": lambda e: e.get("receipt_day_check").pk,
    "miniprogram/v1/e-receipts/": lambda e: e.get("e_receipt").pk,
}
