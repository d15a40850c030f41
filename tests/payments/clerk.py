"""What a clerk at the window does, by the product's own services, and what is in the drawer then."""

import contextlib
from dataclasses import dataclass, field
from uuid import UUID

from apps.billing.models import Bill, Invoice
from apps.billing.services.invoices import issue_invoice, print_invoice
from apps.billing.services.refund_execution import execute
from apps.billing.services.refund_requests import approve, request_bills, request_card
from apps.payments.models import PaymentOrder, Refund
from apps.payments.services.counter import pay_at_counter
from apps.payments.services.failed_refunds import pay_out, send_again
from apps.scheduling.models import Appointment, ClinicSession
from apps.scheduling.services.cancel import cancel
from apps.scheduling.services.confirm import settle_at_counter
from apps.scheduling.services.reverse import reverse_settlement
from apps.scheduling.services.stop import stop_session
from kernel.errors import DomainError
from tests.payments.support import Till
from workflows.registration_fee.bill import find


@dataclass
class Drawer:
    """What clerks have in their hands: cash, and slips of the card machine."""

    cash: int = 0
    pos: int = 0


@dataclass
class Clerk:
    """What the product refuses is a refusal, and nothing else happens. `paid_out`: failed refunds, in cash."""

    till: Till
    drawer: Drawer = field(default_factory=Drawer)
    paid_out: list[UUID] = field(default_factory=list)

    def settle_appointment(self, appointment: Appointment) -> None:
        """The clerk takes the fee and settles the appointment."""
        clerk = self.till.world.staff["clerk"]
        with contextlib.suppress(DomainError):
            self.drawer.cash += settle_at_counter(find(appointment.pk), staff_id=clerk.pk).fee_fen

    def reverse(self, appointment: Appointment) -> None:
        """Cash is handed back, a slip is voided on the machine."""
        clerk = self.till.world.staff["clerk"]
        paid = Bill.objects.filter(subject_id=appointment.pk, status="paid").values("order_id")
        channel = "pos" if PaymentOrder.objects.filter(pk__in=paid, channel="pos").exists() else "cash"
        with contextlib.suppress(DomainError):
            done = reverse_settlement(find(appointment.pk), reason="收错", staff_id=clerk.pk)
            setattr(self.drawer, channel, getattr(self.drawer, channel) - done.fee_fen)

    def cancel_by_staff(self, appointment: Appointment) -> None:
        with contextlib.suppress(DomainError):
            cancel(find(appointment.pk), cause="staff")

    def stop_session(self, session: ClinicSession) -> None:
        """The doctor is ill: everybody's number is cancelled."""
        with contextlib.suppress(DomainError):
            stop_session(session, reason="停诊")

    def settle_order(self, order: PaymentOrder, channel: str) -> None:
        """The clerk takes the money of an order."""
        slip = {"reference": order.order_no} if channel == "pos" else {}
        with contextlib.suppress(DomainError):
            pay_at_counter(order=order, channel=channel, staff=self.till.world.staff["clerk"], **slip)
            setattr(self.drawer, channel, getattr(self.drawer, channel) + order.amount_fen)

    def refund_at_window(self, order: PaymentOrder) -> None:
        """Asked for, approved, the invoice reprinted, and executed. What still stands is not given back."""
        staff = self.till.world.staff
        standing = Appointment.objects.exclude(state="cancelled").values("pk")
        bills = list(Bill.objects.filter(order_id=order.pk).exclude(subject_id__in=standing))
        amounts = {bill.pk: None for bill in bills if bill.status == "paid"}
        with contextlib.suppress(DomainError):
            request = request_bills(order=order, amounts=amounts, reason="退号", staff=staff["clerk"])
            if request.needs_approval:
                request = approve(request, by=staff["head"])
            for bill in bills:
                invoice = Invoice.objects.filter(bill=bill, reversed_at=None).first()
                invoice = invoice or issue_invoice(bill, staff=staff["clerk"])
                print_invoice(invoice, desk="1", reason="退费补打", staff=staff["clerk"])
            execute(request, staff=staff["admin1"])  # what nobody approved is executed by somebody else

    def refund_card_at_window(self, amount_fen: int) -> None:
        card, staff = self.till.world.cards["patient_a"], self.till.world.staff
        with contextlib.suppress(DomainError):
            request = request_card(card=card, amount_fen=amount_fen, reason="退卡", staff=staff["clerk"])
            execute(request, staff=staff["admin1"])

    def send_again(self, refund: Refund) -> None:
        with contextlib.suppress(DomainError):
            send_again(refund, staff=self.till.world.staff["clerk"])

    def pay_out(self, refund: Refund) -> None:
        with contextlib.suppress(DomainError):
            pay_out(refund, staff=self.till.world.staff["clerk"])
            self.paid_out.append(refund.pk)
            self.drawer.cash -= refund.amount_fen
