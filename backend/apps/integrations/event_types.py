"""The events that applications may be told of: names for ever, the words of each, and the ids that its body has."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from apps.billing import events as billing
from apps.encounters import events as encounters
from apps.identity.oauth import EVENTS
from apps.inpatient import events as inpatient
from apps.patients import events as patients
from apps.payments import events as payments
from apps.scheduling import events as scheduling
from kernel.outbox.events import Event

#: Sent by hand, to see whether an endpoint works; nobody chooses it.
TEST = "endpoint.test"


@dataclass(frozen=True, slots=True)
class EventType:
    """`code`: what receivers know it by; `ids`: fields of the event that stand in the body's `data`.

    Of orders and refunds an application hears of those that it opened; all else tells of the whole hospital.
    """

    code: str
    zh: str
    en: str
    event: type[Event]
    ids: tuple[str, ...]

    @property
    def scope(self) -> str:
        """What an application needs beside `webhooks`; "" for what is its own."""
        return "" if issubclass(self.event, payments.OfOrder | payments.OfRefund) else EVENTS

    def is_open_to(self, scopes: Collection[str]) -> bool:
        """Whether an application with these scopes may choose it."""
        return not self.scope or self.scope in scopes


_APPOINTMENT = ("appointment_id", "patient_id", "practitioner_id", "department_id")
_SESSION = ("session_id", "practitioner_id", "department_id")
_BILL = ("bill_id", "patient_id")
_TOP_UP = ("top_up_id", "patient_id")
_ORDER = ("order_id", "patient_id")
_REFUND = ("refund_id", "order_id", "patient_id")
_ENCOUNTER = ("encounter_id", "patient_id")
_STAY = ("admission_id", "patient_id", "department_id")
_MERGE = ("merge_id", "survivor_id", "merged_id")

EVERY = (
    EventType("appointment.held", "号源已锁定", "A number is held", scheduling.AppointmentHeld, _APPOINTMENT),
    EventType("appointment.booked", "预约成功", "Booked", scheduling.AppointmentBooked, _APPOINTMENT),
    EventType("appointment.cancelled", "预约取消", "Cancelled", scheduling.AppointmentCancelled, _APPOINTMENT),
    EventType("appointment.expired", "锁号超时", "A hold ran out", scheduling.AppointmentExpired, _APPOINTMENT),
    EventType("appointment.rescheduled", "改期", "Rescheduled", scheduling.AppointmentRescheduled, _APPOINTMENT),
    EventType("appointment.moved", "停诊改约", "Moved", scheduling.AppointmentMoved, _APPOINTMENT),
    EventType("appointment.reassigned", "替诊", "Another doctor", scheduling.AppointmentReassigned, _APPOINTMENT),
    EventType("appointment.checked_in", "已取号", "Checked in", scheduling.AppointmentCheckedIn, _APPOINTMENT),
    EventType("appointment.fulfilled", "已就诊", "Seen by the doctor", scheduling.AppointmentFulfilled, _APPOINTMENT),
    EventType("appointment.missed", "爽约", "Missed", scheduling.AppointmentMissed, _APPOINTMENT),
    EventType("session.stopped", "停诊", "A session is stopped", scheduling.SessionStopped, _SESSION),
    EventType("session.substituted", "出诊替诊", "Another doctor", scheduling.SessionSubstituted, _SESSION),
    EventType("bill.issued", "账单待缴", "A bill waits to be paid", billing.BillIssued, _BILL),
    EventType("bill.paid", "账单已缴", "A bill is paid", billing.BillPaid, _BILL),
    EventType("bill.cancelled", "账单取消", "A bill is cancelled", billing.BillCancelled, _BILL),
    EventType("bill.lapsed", "账单逾期", "A bill was not paid in time", billing.BillLapsed, _BILL),
    EventType("bill.refunded", "账单退费", "A bill is refunded", billing.BillRefunded, _BILL),
    EventType("card.topped_up", "就诊卡已充值", "A card is topped up", billing.CardToppedUp, _TOP_UP),
    EventType("order.paid", "订单已支付", "An order is paid", payments.PaymentOrderPaid, _ORDER),
    EventType("order.posted", "订单已入账", "An order is posted", payments.PaymentOrderPosted, _ORDER),
    EventType("order.closed", "订单关闭", "An order is closed", payments.PaymentOrderClosed, _ORDER),
    EventType("refund.succeeded", "退款成功", "A refund succeeded", payments.RefundSucceeded, _REFUND),
    EventType("refund.failed", "退款失败", "A refund failed", payments.RefundFailed, _REFUND),
    EventType("refund.cancelled", "退款撤销", "A refund is cancelled", payments.RefundCancelled, _REFUND),
    EventType("encounter.opened", "就诊开始", "An encounter is opened", encounters.EncounterOpened, _ENCOUNTER),
    EventType("encounter.ended", "就诊结束", "An encounter has ended", encounters.EncounterEnded, _ENCOUNTER),
    EventType("patient.admitted", "患者入院", "A patient is admitted", inpatient.PatientAdmitted, _STAY),
    EventType("patient.discharged", "患者出院", "A patient is discharged", inpatient.PatientDischarged, _STAY),
    EventType(
        "deposit.received", "住院押金到账", "An inpatient deposit has arrived", inpatient.DepositReceived,
        ("deposit_id", "admission_id", "patient_id"),
    ),
    EventType("patient.merged", "档案合并", "Two archives are one", patients.PatientsMerged, _MERGE),
    EventType("patient.parted", "档案合并撤销", "A merge is undone", patients.PatientsParted, _MERGE),
)  # fmt: skip
EVENT_TYPES: dict[str, EventType] = {each.code: each for each in EVERY}
#: What deliveries are of: every type, and that of tests.
WebhookEventType = StrEnum(  # type: ignore[misc]  # its members are those above
    "WebhookEventType", {each.code.replace(".", "_").upper(): each.code for each in EVERY} | {"TEST": TEST}
)
BY_TOPIC: dict[str, EventType] = {each.event.topic: each for each in EVERY}
