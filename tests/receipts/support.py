"""Bills that were paid, and the platform that their receipts come from."""

import datetime as dt
from typing import Any
from uuid import uuid4

from apps.billing.models import Bill
from apps.billing.services.items import ItemSpec
from apps.billing.services.refund_bills import refund_bills
from apps.billing.types import ItemCategory
from apps.identity.models import Hospital
from apps.payments.models import PaymentOrder, RefundCause
from apps.receipts.models import EReceipt, ReceiptAccount
from apps.receipts.services.accounts import open_account
from apps.receipts.services.advance import advance_receipt
from apps.worklist.models import WorkItem
from kernel import clock, leases
from tests.billing.refund_support import buy, handle
from tests.billing.support import issue
from tests.scheduling.support import ADMIN, MINI
from tests.support.sandbox import Sandbox
from tests.support.world import World

CODES = {category: f"0{number:02d}" for number, category in enumerate(ItemCategory.values, start=1)}
ISSUE = "invoiceEBillOutpatient"
ROUNDS = 12


class Office:
    """Hospital 1 issues receipts; `world`'s patient_a is theirs."""

    def __init__(self, world: World, sandbox: Sandbox) -> None:
        self.world, self.sandbox, self.now = world, sandbox, clock.now()
        self.account = self.open(world.h1)

    def config(self, **changes: Any) -> dict[str, Any]:
        """What an account at the sandbox needs."""
        said = self.sandbox.control("GET", "e_receipts/account")
        return said | {"base_url": f"{self.sandbox.url}/receipts"} | changes

    def open(self, hospital: Hospital, **changes: Any) -> ReceiptAccount:
        """That hospital issues receipts from now on."""
        return open_account(
            hospital=hospital, platform="bosssoft", name="电子票据", connection=self.config(**changes),
            charge_codes=CODES,
        )  # fmt: skip

    def paid(self, *items: ItemSpec, channel: str = "wechat_pay", **spec: Any) -> tuple[Bill, PaymentOrder]:
        """A bill that was paid, with all that its events bring about but the platform's part."""
        bill = issue(self.world, *items, **spec)
        order = buy(self.world, bill, channel=channel)
        handle()
        bill.refresh_from_db()
        return bill, order

    def receipt(self, bill: Bill) -> EReceipt:
        """The newest of the bill."""
        return EReceipt.objects.filter(bill_id=bill.pk).order_by("-pk")[0]

    def issued(self, *items: ItemSpec, **spec: Any) -> tuple[Bill, PaymentOrder, EReceipt]:
        """A bill whose receipt was issued."""
        bill, order = self.paid(*items, **spec)
        self.work()
        receipt = self.receipt(bill)
        assert receipt.state == "issued", (receipt.state, receipt.error, receipt.error_text)
        return bill, order, receipt

    def refund(self, bill: Bill, order: PaymentOrder, fen: int) -> None:
        """So much of the bill goes back."""
        refund_bills(
            order=order, bill_amounts={bill.pk: fen}, cause=RefundCause.WINDOW, reason="退药", application="window",
            staff=self.world.staff["clerk"],
        )  # fmt: skip
        handle()

    def work(self) -> None:
        """The workers do what is due now."""
        for _ in range(ROUNDS):
            due = leases.due(EReceipt, 100)
            if not due:
                return
            for pk in due:
                advance_receipt(pk)
        raise AssertionError("the workers never come to rest")

    def later(self, **delta: float) -> None:
        """So much later, and the workers have been at it."""
        self.now += dt.timedelta(**delta)
        clock.set_source(lambda: self.now)
        self.work()

    def faults(self, *rules: dict[str, Any]) -> None:
        self.sandbox.faults("e_receipts", *rules)

    def settings(self, **changes: Any) -> None:
        self.sandbox.settings("e_receipts", **changes)

    def book(self, **wanted: str) -> list[dict[str, Any]]:
        """What the platform has."""
        query = "&".join(f"{name}={value}" for name, value in wanted.items())
        items: list[dict[str, Any]] = self.sandbox.control("GET", f"e_receipts/receipts?{query}")["items"]
        return items

    def work_items(self, kind: str = "receipts.trouble") -> list[WorkItem]:
        """Open ones."""
        return list(WorkItem.objects.filter(kind=kind, state="open"))

    def get(self, who: str, path: str = "", **query: Any) -> Any:
        return self.world.client(who).get(f"{ADMIN}/e-receipts{path}", query)

    def post(self, who: str, path: str, body: Any = None, *, key: str = "") -> Any:
        client = self.world.client(who)
        client.raise_request_exception = False  # a platform that is away is an answer like any other
        return client.post(
            f"{ADMIN}/{path}", body or {}, format="json", HTTP_IDEMPOTENCY_KEY=key or uuid4().hex
        )

    def own(self, who: str, path: str = "", **query: Any) -> Any:
        return self.world.client(who).get(f"{MINI}/e-receipts{path}", query)
