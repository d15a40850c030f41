"""For the name of an id in a body: an object of one's own to stand there, and one of somebody else."""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import Any

from apps.access.models import Role
from apps.billing.models import Bill
from apps.billing.services.checkout import open_payment
from apps.cashier.denominations import pieces
from apps.cashier.models import CashDrawer, CashierShift
from apps.cashier.services.open_shift import open_shift
from apps.identity.models import Dictionary, Location, Position
from apps.identity.services.partners import create_application
from apps.inpatient.models import Bed
from apps.messaging.models import Message
from apps.messaging.services.notify import notify
from apps.patients.models import Patient, RelatedPerson
from apps.patients.services import cards
from apps.payments.models import MerchantAccount, PaymentOrder
from apps.queueing.models import Queue
from apps.queueing.services import queues
from apps.receipts.models import ReceiptAccount
from apps.reconciliation.models import Difference, ReconciliationRun
from apps.scheduling.models import ClinicSession
from apps.scheduling.services import publish, sessions, templates
from kernel import clock
from kernel.ids import uuid7
from tests.billing.support import issue
from tests.inpatient.support import bed
from tests.permissions.routes import Route
from tests.support.estates import Estate

#: Names for the same kind of thing.
KIND = {
    "staff": "practitioner", "room": "location", "move_to": "session", "other": "patient", "merged": "patient",
    "linked_patient": "patient", "linked": "difference", "receiver": "practitioner", "holder": "practitioner",
}  # fmt: skip


class Strangers:
    """Objects of hospital 2 and of nobody we know, each made when it is first asked for."""

    def __init__(self, estate: Estate) -> None:
        self.estate, self.world = estate, estate.world
        self._made: dict[str, str] = {}

    def knows(self, route: Route, name: str) -> bool:
        """Whether there are objects for that name; what it does not know is an id of nothing."""
        return _kind(route, name) in FOREIGN

    def own(self, route: Route, name: str) -> str:
        """The id of an object of hospital 1, or of patient_a."""
        return self._get("own", _kind(route, name), OWN)

    def foreign(self, route: Route, name: str) -> str:
        """The id of an object that hospital 1's administrator, or patient_a, does not know."""
        return self._get("foreign", _kind(route, name), FOREIGN)

    def _get(self, whose: str, kind: str, makers: dict[str, Callable[["Strangers"], Any]]) -> str:
        key = f"{whose} {kind}"
        if key not in self._made:
            self._made[key] = str(makers[kind](self).pk if kind in makers else uuid7())
        return self._made[key]

    @property
    def plan(self) -> dict[str, Any]:
        """What a session and a template of hospital 2 have in common."""
        times = {"start_time": dt.time(8), "end_time": dt.time(12), "period": "morning", "slot_minutes": 0}
        who = {"department": self.world.departments["dental"], "practitioner": self.world.staff["doctor_h2"]}
        return times | who | {"hospital": self.world.h2, "capacity_per_slot": 5, "tier": "normal"}

    @cached_property
    def session(self) -> ClinicSession:
        """A published session of hospital 2."""
        day = clock.today() + dt.timedelta(days=2)
        return publish.publish_session(sessions.create_session(**self.plan, date=day, registration_fee_fen=0))

    @cached_property
    def payer(self) -> Patient:
        """A patient of hospital 2."""
        return self.world.add_patient("payer", hospital=self.world.h2, name="孙八", id_kind="none")

    @cached_property
    def order(self) -> PaymentOrder:
        """What that patient is to pay."""
        doctor = {
            "department": self.world.departments["dental"],
            "practitioner": self.world.staff["doctor_h2"],
        }
        assert self.payer
        bill = issue(self.world, patient="payer", **doctor)
        return open_payment(
            hospital=self.world.h2, patient_id=bill.patient_id, bill_ids=[bill.pk], application="window"
        )

    def message(self) -> Message:
        """A message of hospital 2."""
        patient = self.world.add_patient("addressee", hospital=self.world.h2, name="王五", id_kind="none")
        notify(
            hospital_id=self.world.h2.pk, scene="appointment_booked", patient_id=patient.pk, account_id=None,
            data={}, dedupe_key="stranger",
        )  # fmt: skip
        return Message.objects.get(dedupe_key="stranger")

    def queue(self) -> Queue:
        """A queue of hospital 2."""
        return queues.own_queue(self.world.staff["doctor_h2"], self.world.departments["dental"])

    def relative(self) -> RelatedPerson:
        """Somebody related to a patient of hospital 2."""
        patient = self.world.add_patient("relative", hospital=self.world.h2, name="赵六", id_kind="none")
        return RelatedPerson.objects.create(
            hospital=self.world.h2, patient=patient, name="赵七", relation="child"
        )

    @cached_property
    def merchant(self) -> MerchantAccount:
        """A merchant account of hospital 2."""
        return MerchantAccount.objects.create(
            hospital=self.world.h2, channel="cash", name="现金", config="{}"
        )

    @cached_property
    def bed(self) -> Bed:
        """A bed of hospital 2."""
        return bed(self.world, ward="口腔病区", department="dental")

    @cached_property
    def drawer(self) -> CashDrawer:
        """A drawer of hospital 2."""
        return CashDrawer.objects.create(hospital=self.world.h2, code="Q9", name="9 号窗口")

    def shift(self) -> CashierShift:
        """A shift at it."""
        return open_shift(clerk=self.world.staff["doctor_h2"], drawer=self.drawer, cash=pieces({}))

    def receipt_account(self) -> ReceiptAccount:
        """A receipt account of hospital 2."""
        return ReceiptAccount.objects.create(
            hospital=self.world.h2, platform="bosssoft", name="电子票据", config="{}"
        )

    def difference(self) -> Difference:
        """A difference of that account."""
        run = ReconciliationRun.objects.create(
            hospital=self.world.h2, merchant=self.merchant, account_id=self.merchant.pk, channel="cash",
            business_date=dt.date(2026, 3, 1),
        )  # fmt: skip
        return Difference.objects.create(
            hospital=self.world.h2, run=run, business_date=run.business_date, channel="cash", kind="amount",
            direction="in", state="open", key="T2",
        )  # fmt: skip


def _kind(route: Route, name: str) -> str:
    if name == "parent_id":
        return "menu" if "menus" in route.path else "org_unit"
    if name in ("bill_id", "bill_ids") and "refund" in route.path:
        return "paid_bill"
    if name == "bill_ids" and route.path.startswith("miniprogram/"):
        return "unpaid_bill"
    if name in ("id", "ids"):
        of_path = {"messages": "message", "reconciliation-differences": "difference"}
        return next((kind for part, kind in of_path.items() if part in route.path), "relative")
    noun = name.removesuffix("s").removesuffix("_id")
    return KIND.get(noun, noun)


Makers = dict[str, Callable[[Strangers], Any]]
OWN: Makers = {
    "hospital": lambda s: s.world.h1,
    "department": lambda s: s.world.departments["cardiology"],
    "org_unit": lambda s: s.world.departments["surgery"].org_unit,
    "practitioner": lambda s: s.world.staff["doctor_b"],
    "patient": lambda s: s.world.patients["patient_b"],
    "session": lambda s: s.estate.get("session"),
    "slot": lambda s: s.estate.get("session").slots.get(),
    "template": lambda s: s.estate.get("template"),
    "ward": lambda s: s.estate.get("ward"),
    "bed": lambda s: s.estate.get("bed"),
    "queue": lambda s: queues.own_queue(s.world.staff["doctor_b"], s.world.departments["cardiology"]),
    "role": lambda s: s.estate.get("role"),
    "location": lambda s: s.estate.get("location"),
    "position": lambda s: s.estate.get("position"),
    "dictionary": lambda s: s.estate.get("dictionary"),
    "message": lambda s: s.estate.get("message"),
    "merchant": lambda s: s.estate.get("merchant"),
    "application": lambda s: s.world.partner_application,
    "difference": lambda s: s.estate.get("difference"),
    "drawer": lambda s: s.estate.get("cash_drawer"),
    "shift": lambda s: s.estate.get("cashier_shift"),
    "receipt_account": lambda s: s.estate.get("receipt_account"),
    "menu": lambda s: s.estate.get("menu"),
    "relative": lambda s: s.estate.get("related_person"),
    "binding_id": lambda s: s.world.bindings["patient_a"],
    "card": lambda s: s.world.cards["patient_a"],
    "order": lambda s: s.estate.get("payment_order"),
    "unpaid_bill": lambda s: issue(s.world, patient="patient_a"),
    "paid_bill": lambda s: Bill.objects.get(order_id=s.estate.get("payment_order").pk),
}
FOREIGN: Makers = {
    "hospital": lambda s: s.world.h2,
    "department": lambda s: s.world.departments["dental"],
    "org_unit": lambda s: s.world.departments["dental"].org_unit,
    "practitioner": lambda s: s.world.staff["doctor_h2"],
    "patient": lambda s: s.world.add_patient("foreign", hospital=s.world.h2, name="王五", id_kind="none"),
    "session": lambda s: s.session,
    "slot": lambda s: s.session.slots.get(),
    "template": lambda s: templates.create_template(**s.plan, weekday=0, fee_fen=0, valid_from=clock.today()),
    "ward": lambda s: s.bed.ward,
    "bed": lambda s: s.bed,
    "queue": Strangers.queue,
    "role": lambda s: Role.objects.create(hospital=s.world.h2, code="foreign", name="foreign"),
    "location": lambda s: Location.objects.create(hospital=s.world.h2, building="门诊楼", floor="1"),
    "position": lambda s: Position.objects.create(hospital=s.world.h2, code="chief", name="主任"),
    "dictionary": lambda s: Dictionary.objects.create(hospital=s.world.h2, code="foreign", name="foreign"),
    "merchant": lambda s: s.merchant,
    "application": lambda s: create_application(hospital=s.world.h2, name="口腔平台", allowed_scopes=[])[0],
    "difference": lambda s: s.difference(),
    "drawer": lambda s: s.drawer,
    "shift": Strangers.shift,
    "receipt_account": Strangers.receipt_account,
    "message": Strangers.message,
    "relative": Strangers.relative,
    "binding_id": lambda s: s.world.bindings["patient_b"],
    "card": lambda s: cards.issue_card(patient=s.payer, card_number="6222000000990001"),
    "order": lambda s: s.order,
    "paid_bill": lambda s: Bill.objects.get(pk=s.order.lines.get().subject_id),
}
