"""Stays as patients and staff see them."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.billing.types import BillSource
from apps.identity.models import WeChatAccount
from apps.inpatient.models import Admission, AdmissionLookup, DischargeSettlement
from apps.inpatient.settings import LOOKUP_VALID_MINUTES
from apps.inpatient.states import STANDING, AdmissionStatus
from apps.patients.selectors import bound_patients
from apps.payments.payers import PayerType
from kernel import clock
from kernel.errors import NotFound

OWN = (
    "id", "admission_no", "ward", "bed", "diagnosis", "diagnosis_code", "payer_type",
    "status", "admitted_at", "discharged_at", "source",
    "external_id", "hospital_id", "department_id", "practitioner_id", "patient_id", "created_at", "version",
)  # fmt: skip
RELATED = {
    "hospital_name": "hospital__name",
    "department_name": "department__name",
    "practitioner_name": "practitioner__name",
    "patient_name": "patient__name",
    "mrn": "patient__mrn",
}


def admissions_of(account: WeChatAccount) -> QuerySet[Admission]:
    """Stays of the patients that are bound to the account now."""
    return Admission.objects.filter(patient_id__in=bound_patients(account))


def payable_by(account: WeChatAccount) -> QuerySet[Admission]:
    """Stays that the account may pay a deposit for: of its patients, and those it has just found by number and name."""
    found = AdmissionLookup.objects.filter(account=account, admission__isnull=False)
    recent = [
        row.admission_id
        for row in found.select_related("hospital").order_by("-at")[:100]
        if row.at + dt.timedelta(minutes=LOOKUP_VALID_MINUTES.of(row.hospital)) > clock.now()
    ]
    return Admission.objects.filter(Q(patient_id__in=bound_patients(account)) | Q(pk__in=recent))


def may_be_settled() -> Any:
    """Stays that are over, whose charges are all there and that no settlement stands of; what `settle` asks for."""
    stands = DischargeSettlement.objects.filter(admission=OuterRef("pk"), state__in=STANDING)
    complete = Q(charges_final=True) | ~Q(source=BillSource.HIS)
    over = Q(status=AdmissionStatus.DISCHARGED, payer_type=PayerType.SELF_PAY)
    return over & complete & ~Exists(stands)


def rows_of(queryset: QuerySet[Admission]) -> QuerySet[Any, dict[str, Any]]:
    """Plain rows in one query; pass each through `shown`."""
    settled = queryset.annotate(may_be_settled=may_be_settled())
    rows: QuerySet[Any, dict[str, Any]] = settled.values(*OWN, "may_be_settled", *RELATED.values())
    return rows


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `rows_of` as the front ends get it."""
    return {name: row[name] for name in (*OWN, "may_be_settled")} | {
        name: row[path] if row[path] is not None else "" for name, path in RELATED.items()
    }


def one(queryset: QuerySet[Admission], admission_id: UUID) -> dict[str, Any]:
    """One stay, as shown; NotFound."""
    row = rows_of(queryset.filter(pk=admission_id)).first()
    if row is None:
        raise NotFound
    return shown(row)


def names_of_admissions(ids: Collection[UUID]) -> dict[UUID, str]:
    """By which people know them: the number, and whose stay it is."""
    rows = Admission.objects.filter(pk__in=ids).values_list("pk", "admission_no", "patient__name")
    return {pk: f"{number} {name}" for pk, number, name in rows}
