"""Rows of payments for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from django.db import transaction

from apps.billing.services.checkout import open_payment
from apps.payments.models import (
    LedgerAccount,
    LedgerTransaction,
    MerchantAccount,
    PartnerChannel,
    PaymentOrder,
    Refund,
    RefundCause,
    RefundRoute,
)
from apps.payments.services.counter import pay_at_counter
from apps.payments.services.ledger import Account, AccountKind, Movement, post
from apps.payments.services.refunds import RefundPart, create_refund
from tests.billing.support import issue
from tests.support.estates import Estate, Values


class PaymentsEstate(Estate):
    """Of payments."""

    def make_ledger_transaction(self) -> LedgerTransaction:
        movements = [
            Movement(Account(AccountKind.CLEARING, "cash"), 100),
            Movement(Account(AccountKind.REVENUE), -100),
        ]
        with transaction.atomic():
            return post(hospital_id=self.world.h1.pk, key="matrix", kind="posted", movements=movements)

    def make_ledger_account(self) -> LedgerAccount:
        return self.get("ledger_transaction").entries.order_by("id")[0].account  # type: ignore[no-any-return]

    def make_refund(self) -> Refund:
        order = self.get("payment_order")
        return create_refund(
            order=order,
            parts=[RefundPart(order.lines.get().pk, 1)],
            cause=RefundCause.WINDOW,
            reason="",
            route=RefundRoute.COUNTER_CASH,
        )

    def make_merchant(self) -> MerchantAccount:
        return MerchantAccount.objects.create(
            hospital=self.world.h1, channel="cash", name="现金", config="{}"
        )

    def make_partner_channel(self) -> PartnerChannel:
        return PartnerChannel.objects.create(
            hospital=self.world.h1,
            application=self.world.partner_application,
            channel="alipay",
            operations=["pay"],
        )

    def make_partner_order(self) -> PaymentOrder:
        bill, partner = issue(self.world), self.world.partner_application
        assert partner is not None
        return open_payment(
            hospital=self.world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application=partner.client_id,
            partner=partner,
        )  # fmt: skip

    def make_payment_order(self) -> PaymentOrder:
        bill = issue(self.world)
        order = open_payment(
            hospital=self.world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application="miniprogram",
            account=self.world.accounts["patient_a"],
        )  # fmt: skip
        return pay_at_counter(order=order, channel="cash", staff=self.world.staff["clerk"])


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/payment-orders/": lambda e: e.get("payment_order").pk,
    "admin/v1/refunds/": lambda e: e.get("refund").pk,
    "admin/v1/partner-channels/": lambda e: e.get("partner_channel").pk,
    "partner/v1/payment-orders/": lambda e: e.get("partner_order").pk,
    "admin/v1/merchant-accounts/": lambda e: e.get("merchant").pk,
    "miniprogram/v1/refunds/": lambda e: e.get("refund").pk,
    "miniprogram/v1/payment-orders/": lambda e: e.get("payment_order").pk,
    "admin/v1/ledger/accounts/": lambda e: e.get("ledger_account").pk,
    "admin/v1/ledger/transactions/": lambda e: e.get("ledger_transaction").pk,
}
