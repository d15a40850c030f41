"""住院押金 as the front ends show them, and where the money is."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.identity.models import WeChatAccount
from apps.inpatient.models import Admission, DepositTransaction, DischargeSettlement
from apps.inpatient.states import TAKEN
from apps.patients.selectors import bound_patients
from apps.payments.services.ledger import Account, AccountKind, balance
from kernel.errors import NotFound


def account_of(admission_id: UUID) -> Account:
    """The ledger account of a stay's deposit."""
    return Account(AccountKind.INPATIENT_DEPOSIT, str(admission_id))


def deposit_of(admission: Admission) -> int:
    """What the deposit holds now, in fen."""
    return balance(hospital_id=admission.hospital_id, account=account_of(admission.pk))


def deposits_of(account: WeChatAccount) -> QuerySet[DepositTransaction]:
    """Deposits of the patients that are bound to the account now, and those that the account itself asked for."""
    own = Q(patient_id__in=bound_patients(account)) | Q(account=account)
    return listed(DepositTransaction.objects.filter(own))


def listed(queryset: QuerySet[DepositTransaction]) -> QuerySet[DepositTransaction]:
    """With what a row shows; one whose order was never made is nothing to anybody."""
    taken = DischargeSettlement.objects.filter(admission=OuterRef("admission_id"), state__in=TAKEN)
    rows = queryset.filter(order__isnull=False).annotate(is_settled=Exists(taken))
    return rows.select_related("hospital", "patient", "admission", "order", "opened_by")


def one(queryset: QuerySet[DepositTransaction], deposit_id: UUID) -> DepositTransaction:
    """One deposit; NotFound."""
    found = listed(queryset).filter(pk=deposit_id).first()
    if found is None:
        raise NotFound
    return found
