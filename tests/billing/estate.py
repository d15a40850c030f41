"""Rows of billing for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from apps.billing.models import (
    BalanceAnnouncement,
    Bill,
    CardTopUp,
    Invoice,
    InvoicePaper,
    InvoiceRange,
    RefundRequest,
)
from apps.billing.services.card_top_up import open_top_up
from apps.billing.services.invoice_ranges import draw_range
from apps.billing.services.invoices import issue_invoice
from apps.billing.services.papers import spoil_next
from apps.billing.services.refund_requests import request_bills
from apps.patients.models import (
    PatientCard,
)
from tests.billing.refund_support import top_up
from tests.billing.support import issue, pay
from tests.support.estates import Estate, Values


class BillingEstate(Estate):
    """Of billing."""

    def make_bill(self) -> Bill:
        return issue(self.world)

    def make_his_bill(self) -> Bill:
        return issue(self.world, source="his", external_id="matrix")

    def make_invoice(self) -> Invoice:
        return issue_invoice(*pay(issue(self.world)))

    def make_invoice_range(self) -> InvoiceRange:
        clerk = self.world.staff["clerk"]
        return draw_range(
            kind="outpatient", code="03101", first_no="001", last_no="099", holder=clerk, by=clerk
        )

    def make_invoice_paper(self) -> InvoicePaper:
        return spoil_next(
            self.get("invoice_range"), reason="卡纸", copy_returned=True, by=self.world.staff["clerk"]
        )

    def make_card_top_up(self) -> CardTopUp:
        hospital = self.world.h1
        hospital.settings = {**hospital.settings, "billing.card_top_up_enabled": True}
        hospital.save(update_fields=["settings"])
        card = PatientCard.objects.get(pk=self.world.cards["patient_a"].pk)
        account = self.world.accounts["patient_a"]
        return open_top_up(card=card, amount_fen=100, application="miniprogram", account=account)

    def make_held_card(self) -> PatientCard:
        top_up(self.world, 5_000)
        return PatientCard.objects.get(pk=self.world.cards["patient_a"].pk)

    def make_balance_announcement(self) -> BalanceAnnouncement:
        clerk = self.world.staff["clerk"]
        return BalanceAnnouncement.objects.create(hospital=self.world.h1, note="门诊收费处", made_by=clerk)

    def make_refund_request(self) -> RefundRequest:
        order = self.get("payment_order")
        bill_id = order.lines.get().subject_id
        return request_bills(
            order=order, amounts={bill_id: None}, reason="matrix", staff=self.world.staff["clerk"]
        )


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/bill-items/": lambda e: e.get("bill").items.first().pk,
    "admin/v1/balance-announcements/": lambda e: e.get("balance_announcement").pk,
    "admin/v1/bills/": lambda e: e.get("bill").pk,
    "admin/v1/card-top-ups/": lambda e: e.get("card_top_up").pk,
    "admin/v1/refund-requests/": lambda e: e.get("refund_request").pk,
    "miniprogram/v1/card-top-ups/": lambda e: e.get("card_top_up").pk,
    "miniprogram/v1/refund-requests/": lambda e: e.get("refund_request").pk,
    "admin/v1/invoice-papers/": lambda e: e.get("invoice_paper").pk,
    "admin/v1/invoice-ranges/": lambda e: e.get("invoice_range").pk,
    "admin/v1/invoices/": lambda e: e.get("invoice").pk,
    "miniprogram/v1/bills/": lambda e: e.get("bill").pk,
    "partner/v1/bills/": lambda e: e.get("his_bill").external_id,
}
