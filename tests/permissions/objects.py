"""Which object stands in each path parameter: one of patient_a, doctor_a and hospital 1."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from apps.access.models import MenuItem, Module, Permission, Role
from apps.audit.models import AuditEvent
from apps.billing.models import Bill, CardTopUp, Invoice, RefundRequest
from apps.billing.services.card_top_up import open_top_up
from apps.billing.services.checkout import open_payment
from apps.billing.services.invoices import issue_invoice
from apps.billing.services.refund_requests import request_bills
from apps.encounters.models import Encounter
from apps.identity.models import (
    AuthSession,
    CalendarDay,
    Dictionary,
    DictionaryItem,
    Location,
    PartnerApplication,
    Position,
    StaffNotice,
)
from apps.identity.notices import STAFF_PLACED
from apps.identity.services.notices import tell
from apps.identity.services.pictures import PORTRAIT_BYTES, set_picture
from apps.inpatient.models import Admission, DepositTransaction, InpatientCharge
from apps.messaging.models import Message, MessageTemplate
from apps.messaging.services.notify import notify
from apps.patients.models import (
    CaptureField,
    CareTeamMember,
    DuplicatePair,
    DuplicatePolicy,
    PatientCard,
    PatientImport,
    PatientMerge,
    PatientTag,
    RelatedPerson,
)
from apps.patients.services import imports
from apps.patients.services.duplicates import decide_distinct
from apps.patients.services.merge import merge
from apps.payments.models import (
    LedgerAccount,
    LedgerTransaction,
    MerchantAccount,
    PaymentOrder,
    Refund,
    RefundCause,
    RefundRoute,
)
from apps.payments.services.counter import pay_at_counter
from apps.payments.services.ledger import Account, AccountKind, Movement, post
from apps.payments.services.refunds import RefundPart, create_refund
from apps.queueing.models import Queue, QueuePriority, QueueRule, QueueScreen, QueueTicket
from apps.queueing.services import check_in, rules as queue_rules, screens
from apps.scheduling.models import (
    AppointmentKind,
    BookingLimit,
    BookingSuspension,
    ClinicSession,
    ScheduleTemplate,
    StaffLeave,
    SuspensionAppeal,
    WaitlistEntry,
)
from apps.scheduling.services import appeal, book, publish, sessions, suspend, templates, waitlist
from apps.worklist.kinds import DEAD_LETTER
from apps.worklist.models import WorkDuty, WorkItem
from apps.worklist.services.items import open_item
from kernel import clock
from kernel.outbox.models import DeadLetter, OutboxEvent
from tests.billing.support import issue, pay
from tests.inpatient.support import admit, charge, his_stay, pending
from tests.permissions.routes import Route
from tests.support.pictures import picture
from tests.support.world import World


class Estate:
    """The objects of one world, each made when it is first asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._made: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        """The object of that name; the same one every time."""
        if name not in self._made:
            self._made[name] = getattr(self, f"make_{name}")()
        return self._made[name]

    @property
    def _plan(self) -> dict[str, Any]:
        world = self.world
        return {
            "hospital": world.h1,
            "department": world.departments["cardiology"],
            "practitioner": world.staff["doctor_a"],
            "period": "morning",
            "slot_minutes": 0,
            "capacity_per_slot": 5,
            "tier": "normal",
        }

    def make_template(self) -> ScheduleTemplate:
        times = {"start_time": dt.time(8), "end_time": dt.time(12), "weekday": 0, "fee_fen": 0}
        return templates.create_template(**self._plan, **times, valid_from=clock.today())

    def make_session(self) -> ClinicSession:
        day = clock.today() + dt.timedelta(days=1)
        session = sessions.create_session(
            **self._plan, date=day, start_time=dt.time(8), end_time=dt.time(12), registration_fee_fen=0
        )
        return publish.publish_session(session)

    def make_calendar_day(self) -> CalendarDay:
        return CalendarDay.objects.create(hospital=self.world.h1, date=clock.today(), kind="holiday")

    def make_leave(self) -> StaffLeave:
        day = clock.now() + dt.timedelta(days=30)
        return StaffLeave.objects.create(
            hospital=self.world.h1, practitioner=self.world.staff["doctor_a"], starts_at=day,
            ends_at=day + dt.timedelta(days=1), reason="休假",
        )  # fmt: skip

    def make_appointment(self) -> Any:
        booked = book.book_for_account(
            account=self.world.accounts["patient_a"],
            binding_id=None,
            slot_id=self.get("session").slots.get().pk,
            kind=AppointmentKind.ADVANCE,
        )
        return self.get("session").appointments.get(pk=booked.values["id"])

    def make_ticket(self) -> QueueTicket:
        appointment = self.get("appointment")
        with clock.frozen(appointment.starts_at):
            return check_in.check_in(appointment)

    def make_work_item(self) -> WorkItem:
        item = open_item(
            DEAD_LETTER, hospital=self.world.h1, subject_type="matrix", subject_id=self.world.h1.pk, title="matrix",
            department_id=self.world.departments["cardiology"].pk, executor=self.world.staff["doctor_a"],
        )  # fmt: skip
        WorkItem.objects.filter(pk=item.pk).update(manager=self.world.staff["clerk"], level=1)
        return item

    def make_work_duty(self) -> WorkDuty:
        role = Role.objects.get(hospital=None, code="finance")
        roles = dict.fromkeys(("executor_role", "manager_role", "supervisor_role"), role)
        return WorkDuty.objects.create(hospital=self.world.h1, kind=DEAD_LETTER.code, hours=4, **roles)

    def make_encounter(self) -> Encounter:
        return self.get("ticket").encounter  # type: ignore[no-any-return]

    def make_limit(self) -> BookingLimit:
        return BookingLimit.objects.create(hospital=self.world.h1, scope="account", value=100)

    def make_suspension(self) -> BookingSuspension:
        until = clock.now() + dt.timedelta(days=1)
        patient, staff = self.world.patients["patient_a"], self.world.staff["clerk"]
        return suspend.suspend_by_staff(patient=patient, until=until, reason="matrix", staff_id=staff.pk)

    def make_appeal(self) -> SuspensionAppeal:
        return appeal.appeal(self.get("suspension"), account=self.world.accounts["patient_a"], text="matrix")

    def make_queue(self) -> Queue:
        return self.get("ticket").queue  # type: ignore[no-any-return]

    def make_queue_rule(self) -> QueueRule:
        return queue_rules.create_rule(department=self.world.departments["cardiology"])

    def make_queue_screen(self) -> QueueScreen:
        return screens.create_screen(department=self.world.departments["cardiology"], name="大屏")[0]

    def make_queue_priority(self) -> QueuePriority:
        return queue_rules.create_priority(hospital=self.world.h1, code="vip", name="VIP", minutes=5)

    def make_wish(self) -> WaitlistEntry:
        day = clock.today() + dt.timedelta(days=1)
        return waitlist.join(
            patient=self.world.patients["patient_a"], department=self.world.departments["cardiology"],
            practitioner=self.world.staff["doctor_a"], first_date=day, last_date=day,
        )  # fmt: skip

    def make_message(self) -> Message:
        notify(
            hospital_id=self.world.h1.pk, scene="appointment_booked", patient_id=self.world.patients["patient_a"].pk,
            account_id=self.world.accounts["patient_a"].pk, data={}, dedupe_key="matrix",
        )  # fmt: skip
        return Message.objects.get(dedupe_key="matrix")

    def make_message_template(self) -> MessageTemplate:
        values = {"scene": "queue_called", "channel": "sms", "provider_template_id": "SMS_1"}
        return MessageTemplate.objects.create(hospital=self.world.h1, **values)

    def make_location(self) -> Location:
        return Location.objects.create(hospital=self.world.h1, building="门诊楼", floor="3")

    def make_position(self) -> Position:
        return Position.objects.create(hospital=self.world.h1, code="director", name="主任")

    def make_dictionary(self) -> Dictionary:
        return Dictionary.objects.create(hospital=self.world.h1, code="matrix", name="matrix")

    def make_dictionary_item(self) -> DictionaryItem:
        return DictionaryItem.objects.create(dictionary=self.get("dictionary"), value="x", label="x")

    def make_partner(self) -> PartnerApplication:
        return self.world.partner_application

    def make_care_team_member(self) -> CareTeamMember:
        return CareTeamMember.objects.get(patient=self.world.patients["patient_a"])

    def make_duplicate_pair(self) -> DuplicatePair:
        other = self.world.add_patient("alike", name="张三丰", id_kind="none")
        return decide_distinct(first=self.world.patients["patient_a"], second=other, by_id=None)

    def make_patient_merge(self) -> PatientMerge:
        other = self.world.add_patient("merged", name="张三丰", id_kind="none")
        survivor = self.world.add_patient("survivor", name="张三丰", id_kind="none")
        return merge(survivor_id=survivor.pk, version=1, merged_id=other.pk, merged_version=1)

    def make_capture_field(self) -> CaptureField:
        values = {"stage": "triage", "key": "matrix", "label": "matrix", "kind": "text"}
        return CaptureField.objects.create(hospital=self.world.h1, **values)

    def make_patient_tag(self) -> PatientTag:
        return PatientTag.objects.create(hospital=self.world.h1, name="matrix")

    def make_related_person(self) -> RelatedPerson:
        values = {"patient": self.world.patients["patient_a"], "name": "matrix", "relation": "parent"}
        return RelatedPerson.objects.create(hospital=self.world.h1, **values)

    def make_patient_import(self) -> PatientImport:
        job, _ = imports.start(
            hospital=self.world.h1, upload=ContentFile("姓名\n甲\n".encode(), "matrix.csv"),
            duplicates=DuplicatePolicy.SKIP, by_id=self.world.staff["admin1"].pk,
        )  # fmt: skip
        PatientImport.objects.filter(pk=job.pk).update(state="checked")
        return job

    def make_staff_notice(self) -> StaffNotice:
        tell([self.world.staff["doctor_a"]], STAFF_PLACED, name="王医生", by="人事", departments="心内科")
        return StaffNotice.objects.get(recipient=self.world.staff["doctor_a"])

    def make_auth_session(self) -> AuthSession:
        session, _ = AuthSession.objects.create(user=self.world.staff["doctor_a"].user)
        return session

    def make_portrait(self) -> str:
        portrait = ContentFile(picture(), "portrait.png")
        set_picture(self.world.staff["doctor_a"], "portrait", portrait, limit=PORTRAIT_BYTES)
        return str(self.world.staff["doctor_a"].portrait.name)

    def make_role(self) -> Role:
        return Role.objects.create(hospital=self.world.h1, code="matrix", name="matrix")

    def make_module(self) -> Module:
        return Module.objects.get(code="patients")

    def make_menu(self) -> MenuItem:
        return MenuItem.objects.create(module=self.get("module"), kind="page", code="matrix", title="matrix")

    def make_audit_event(self) -> AuditEvent:
        self.get("position")
        return AuditEvent.objects.filter(hospital_id=self.world.h1.pk).latest("id")

    def make_ledger_transaction(self) -> LedgerTransaction:
        movements = [
            Movement(Account(AccountKind.CLEARING, "cash"), 100),
            Movement(Account(AccountKind.REVENUE), -100),
        ]
        with transaction.atomic():
            return post(hospital_id=self.world.h1.pk, key="matrix", kind="posted", movements=movements)

    def make_ledger_account(self) -> LedgerAccount:
        return self.get("ledger_transaction").entries.order_by("id")[0].account  # type: ignore[no-any-return]

    def make_bill(self) -> Bill:
        return issue(self.world)

    def make_his_bill(self) -> Bill:
        return issue(self.world, source="his", external_id="matrix")

    def make_invoice(self) -> Invoice:
        return issue_invoice(*pay(issue(self.world)))

    def make_card_top_up(self) -> CardTopUp:
        hospital = self.world.h1
        hospital.settings = {**hospital.settings, "billing.card_top_up_enabled": True}
        hospital.save(update_fields=["settings"])
        card = PatientCard.objects.get(pk=self.world.cards["patient_a"].pk)
        account = self.world.accounts["patient_a"]
        return open_top_up(card=card, amount_fen=100, application="miniprogram", account=account)

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

    def make_payment_order(self) -> PaymentOrder:
        bill = issue(self.world)
        order = open_payment(
            hospital=self.world.h1, patient_id=bill.patient_id, bill_ids=[bill.pk], application="miniprogram",
            account=self.world.accounts["patient_a"],
        )  # fmt: skip
        return pay_at_counter(order=order, channel="cash", staff=self.world.staff["clerk"])

    def make_refund_request(self) -> RefundRequest:
        order = self.get("payment_order")
        bill_id = order.lines.get().subject_id
        return request_bills(
            order=order, amounts={bill_id: None}, reason="matrix", staff=self.world.staff["clerk"]
        )

    def make_dead_letter(self) -> DeadLetter:
        event = OutboxEvent.objects.create(topic="matrix", payload={}, hospital_id=self.world.h1.pk)
        return DeadLetter.objects.create(event=event, handler="matrix", error="matrix")

    def make_admission(self) -> Admission:
        return admit(self.world)

    def make_his_admission(self) -> Admission:
        return his_stay(self.world)

    def make_inpatient_charge(self) -> InpatientCharge:
        return charge(self.get("admission"))[0]

    def make_inpatient_deposit(self) -> DepositTransaction:
        return pending(self.world, self.get("admission"))


#: Path up to the parameter → the value that stands there.
OBJECTS: dict[str, Callable[[Estate], Any]] = {
    "admin/v1/admissions/": lambda e: e.get("admission").pk,
    "admin/v1/inpatient-charges/": lambda e: e.get("inpatient_charge").pk,
    "admin/v1/inpatient-deposits/": lambda e: e.get("inpatient_deposit").pk,
    "miniprogram/v1/admissions/": lambda e: e.get("admission").pk,
    "miniprogram/v1/inpatient-deposits/": lambda e: e.get("inpatient_deposit").pk,
    "partner/v1/admissions/": lambda e: e.get("his_admission").external_id,
    "admin/v1/appointments/": lambda e: e.get("appointment").pk,
    "admin/v1/audit/events/": lambda e: e.get("audit_event").pk,
    "admin/v1/auth/notices/": lambda e: e.get("staff_notice").pk,
    "admin/v1/auth/sessions/": lambda e: e.get("auth_session").id,
    "admin/v1/bill-items/": lambda e: e.get("bill").items.first().pk,
    "admin/v1/bills/": lambda e: e.get("bill").pk,
    "admin/v1/booking-limits/": lambda e: e.get("limit").pk,
    "admin/v1/booking-suspensions/": lambda e: e.get("suspension").pk,
    "admin/v1/calendar-days/": lambda e: e.get("calendar_day").pk,
    "admin/v1/card-top-ups/": lambda e: e.get("card_top_up").pk,
    "admin/v1/patient-cards/": lambda e: e.world.cards["patient_a"].pk,
    "admin/v1/payment-orders/": lambda e: e.get("payment_order").pk,
    "admin/v1/refund-requests/": lambda e: e.get("refund_request").pk,
    "admin/v1/refunds/": lambda e: e.get("refund").pk,
    "admin/v1/merchant-accounts/": lambda e: e.get("merchant").pk,
    "miniprogram/v1/refunds/": lambda e: e.get("refund").pk,
    "miniprogram/v1/card-top-ups/": lambda e: e.get("card_top_up").pk,
    "miniprogram/v1/cards/": lambda e: e.world.bindings["patient_a"].pk,
    "miniprogram/v1/payment-orders/": lambda e: e.get("payment_order").pk,
    "miniprogram/v1/refund-requests/": lambda e: e.get("refund_request").pk,
    "admin/v1/clinic-sessions/": lambda e: e.get("session").pk,
    "admin/v1/departments/": lambda e: e.world.departments["cardiology"].pk,
    "admin/v1/dictionaries/": lambda e: e.get("dictionary").pk,
    "admin/v1/dictionary-items/": lambda e: e.get("dictionary_item").pk,
    "admin/v1/invoices/": lambda e: e.get("invoice").pk,
    "admin/v1/work-items/": lambda e: e.get("work_item").pk,
    "admin/v1/work-duties/": lambda e: e.get("work_duty").pk,
    "admin/v1/encounters/": lambda e: e.get("encounter").pk,
    "admin/v1/groups/": lambda e: e.world.h1.group_id,
    "admin/v1/hospitals/": lambda e: e.world.h1.pk,
    "admin/v1/ledger/accounts/": lambda e: e.get("ledger_account").pk,
    "admin/v1/ledger/transactions/": lambda e: e.get("ledger_transaction").pk,
    "admin/v1/locations/": lambda e: e.get("location").pk,
    "admin/v1/menus/": lambda e: e.get("menu").pk,
    "admin/v1/message-templates/": lambda e: e.get("message_template").pk,
    "admin/v1/messages/": lambda e: e.get("message").pk,
    "admin/v1/modules/": lambda e: e.get("module").pk,
    "admin/v1/operations/dead-letters/": lambda e: e.get("dead_letter").pk,
    "admin/v1/org-units/": lambda e: e.world.departments["cardiology"].org_unit_id,
    "admin/v1/partner-applications/": lambda e: e.get("partner").pk,
    "admin/v1/patient-capture-fields/": lambda e: e.get("capture_field").pk,
    "admin/v1/patient-duplicates/": lambda e: e.get("duplicate_pair").pk,
    "admin/v1/patient-imports/": lambda e: e.get("patient_import").pk,
    "admin/v1/patient-merges/": lambda e: e.get("patient_merge").pk,
    "admin/v1/patient-tags/": lambda e: e.get("patient_tag").pk,
    "admin/v1/patients/": lambda e: e.world.patients["patient_a"].pk,
    "admin/v1/patients/{}/cards/": lambda e: e.world.cards["patient_a"].pk,
    "admin/v1/patients/{}/related-persons/": lambda e: e.get("related_person").pk,
    "admin/v1/patients/{}/care-team/": lambda e: e.get("care_team_member").pk,
    "admin/v1/permissions/": lambda e: Permission.objects.get(code="patients.patient.list").pk,
    "admin/v1/positions/": lambda e: e.get("position").pk,
    "admin/v1/queue-priorities/": lambda e: e.get("queue_priority").pk,
    "admin/v1/queue-rules/": lambda e: e.get("queue_rule").pk,
    "admin/v1/queue-screens/": lambda e: e.get("queue_screen").pk,
    "admin/v1/queue-tickets/": lambda e: e.get("ticket").pk,
    "admin/v1/queues/": lambda e: e.get("queue").pk,
    "admin/v1/roles/": lambda e: e.get("role").pk,
    "admin/v1/schedule-templates/": lambda e: e.get("template").pk,
    "admin/v1/staff-leaves/": lambda e: e.get("leave").pk,
    "admin/v1/staff/": lambda e: e.world.staff["doctor_b"].pk,
    "miniprogram/v1/bills/": lambda e: e.get("bill").pk,
    "partner/v1/bills/": lambda e: e.get("his_bill").external_id,
    "miniprogram/v1/appointments/": lambda e: e.get("ticket").appointment_id,
    "admin/v1/suspension-appeals/": lambda e: e.get("appeal").pk,
    "miniprogram/v1/booking-suspensions/": lambda e: e.get("suspension").pk,
    "admin/v1/waitlist-entries/": lambda e: e.get("wish").pk,
    "miniprogram/v1/waitlist-entries/": lambda e: e.get("wish").pk,
    "miniprogram/v1/cards/bindings/": lambda e: e.world.bindings["patient_a"].pk,
    "miniprogram/v1/messages/": lambda e: e.get("message").pk,
    "miniprogram/v1/pictures/": lambda e: e.get("portrait").split("/")[0],
    "miniprogram/v1/pictures/{}/": lambda e: e.get("portrait").split("/")[1],
}


def estate_of(world: World) -> Estate:
    """The one estate of a world."""
    if not hasattr(world, "_estate"):
        world._estate = Estate(world)  # type: ignore[attr-defined]
    estate: Estate = world._estate  # type: ignore[attr-defined]
    return estate


def fill(route: Route, world: World) -> str:
    """The route's path with its parameters filled in."""
    parts = re.split(r"\{\w+\}", route.path)
    path, key = parts[0], parts[0]
    for part in parts[1:]:
        path += f"{OBJECTS[key](estate_of(world))}{part}"
        key += f"{{}}{part}"
    return path
