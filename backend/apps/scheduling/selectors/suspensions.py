"""Suspensions as both audiences see them."""

from django.db.models import Exists, OuterRef, QuerySet

from apps.identity.models import WeChatAccount
from apps.patients.selectors import bound_patients
from apps.scheduling.models import BookingSuspension, SuspensionAppeal
from apps.scheduling.states import AppealState


def with_appeals(suspensions: QuerySet[BookingSuspension]) -> QuerySet[BookingSuspension]:
    """Suspensions with their patient and `has_open_appeal`."""
    waiting = SuspensionAppeal.objects.filter(suspension=OuterRef("pk"), state=AppealState.OPEN)
    return suspensions.select_related("hospital", "patient").annotate(has_open_appeal=Exists(waiting))


def suspensions_of(account: WeChatAccount) -> QuerySet[BookingSuspension]:
    """Suspensions of the patients that are bound to the account now."""
    return with_appeals(BookingSuspension.objects.filter(patient_id__in=bound_patients(account)))
