"""What follows from stays and deposits: the patient's timeline and message."""

from collections.abc import Callable

from apps.inpatient import events
from apps.inpatient.models import Admission, DepositTransaction, DischargeSettlement
from apps.inpatient.selectors.settlements import SUBJECT, listed
from apps.inpatient.services.collecting import SETTLEMENT, complete
from apps.inpatient.services.settling import note_refused, sync
from apps.inpatient.timeline import ADMISSION, INPATIENT_DEPOSIT
from apps.messaging.services.notify import notify
from apps.patients.selectors import name_for, own_account_of
from apps.patients.services.timeline import write_entry
from apps.payments.events import PaymentOrderPosted, RefundCancelled, RefundSucceeded
from apps.payments.selectors.orders import lines_for
from kernel import clock
from kernel.money import fen_to_yuan
from kernel.outbox.events import subscribe


def _record(event: events.OfAdmission) -> None:
    """Write the stay's timeline entry with its present status."""
    stay = Admission.objects.select_related("department").get(pk=event.admission_id)
    write_entry(
        hospital_id=stay.hospital_id,
        patient_id=stay.patient_id,
        at=stay.admitted_at,
        kind=ADMISSION,
        state=stay.status,
        title=f"住院 {stay.department.name} {stay.admission_no}",
        ref_type="inpatient.admission",
        ref_id=stay.pk,
        department_id=stay.department_id,
        staff_id=stay.practitioner_id,
    )


@subscribe(events.PatientAdmitted, name="inpatient.record_admission")
def record_admission(event: events.PatientAdmitted) -> None:
    _record(event)


@subscribe(events.PatientDischarged, name="inpatient.record_discharge")
def record_discharge(event: events.PatientDischarged) -> None:
    _record(event)


@subscribe(events.DepositReceived, name="inpatient.tell_of_deposit")
def tell_of_deposit(event: events.DepositReceived) -> None:
    """The payer is told; of a deposit paid at the window the patient."""
    rows = DepositTransaction.objects.select_related("hospital", "patient", "admission")
    deposit = rows.get(pk=event.deposit_id)
    at = deposit.credited_at or deposit.created_at
    amount = f"{fen_to_yuan(deposit.amount_fen)}元"
    write_entry(
        hospital_id=deposit.hospital_id,
        patient_id=deposit.patient_id,
        at=at,
        kind=INPATIENT_DEPOSIT,
        state=deposit.state,
        title=f"住院押金 {amount}",
        ref_type="inpatient.deposit",
        ref_id=deposit.pk,
        department_id=deposit.admission.department_id,
    )
    account_id = event.account_id or own_account_of(deposit.patient_id)
    notify(
        hospital_id=deposit.hospital_id,
        scene="deposit_received",
        patient_id=deposit.patient_id,
        account_id=account_id,
        data={
            "patient": name_for(account_id, deposit.patient),
            "hospital": deposit.hospital.name,
            "number": deposit.admission.admission_no,
            "amount": amount,
            "time": f"{at.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}",
        },
        dedupe_key=f"deposit_received:{deposit.pk}",
    )


@subscribe(PaymentOrderPosted, name="inpatient.complete_settlement", queue="urgent")
def complete_settlement(event: PaymentOrderPosted) -> None:
    """What a deposit lacked is there."""
    if event.scene == SETTLEMENT.value:
        for settlement_id in lines_for(SUBJECT, event.order_id).values_list("subject_id", flat=True):
            complete(event.order_id, settlement_id)


@subscribe(RefundSucceeded, name="inpatient.end_settlement")
def end_settlement(event: RefundSucceeded) -> None:
    """The rest of a deposit is back."""
    if event.decision_id is not None:
        sync(event.decision_id)


@subscribe(RefundCancelled, name="inpatient.note_refused_return")
def note_refused_return(event: RefundCancelled) -> None:
    """HIS let a part of the rest not go back."""
    if event.decision_id is not None:
        note_refused(event.decision_id)


@subscribe(events.SettlementToBePaid, name="inpatient.tell_of_arrears")
def tell_of_arrears(event: events.SettlementToBePaid) -> None:
    """The patient is told what is to be paid."""
    _tell("stay_to_be_paid", event, lambda row: {"missing": row.collect_fen})


@subscribe(events.AdmissionSettled, name="inpatient.tell_of_settlement")
def tell_of_settlement(event: events.AdmissionSettled) -> None:
    """The patient is told what the stay came to, and what goes back or was paid at last."""
    row = DischargeSettlement.objects.get(pk=event.settlement_id)
    if row.collect_fen:
        _tell("stay_paid_up", event, lambda row: {"paid": row.collect_fen})
    else:
        _tell("stay_settled", event, lambda row: {"returned": row.return_fen})


def _tell(
    scene: str, event: events.OfSettlement, amounts: Callable[[DischargeSettlement], dict[str, int]]
) -> None:
    row = listed(DischargeSettlement.objects.all()).get(pk=event.settlement_id)
    notify(
        hospital_id=row.hospital_id,
        scene=scene,
        patient_id=row.patient_id,
        account_id=own_account_of(row.patient_id),
        data={
            "patient": row.patient.name,
            "hospital": row.hospital.name,
            "number": row.admission.admission_no,
            "charged": f"{fen_to_yuan(row.charged_fen)}元",
            **{name: f"{fen_to_yuan(fen)}元" for name, fen in amounts(row).items()},
        },
        dedupe_key=f"{scene}:{row.pk}",
    )
