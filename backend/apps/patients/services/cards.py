"""Medical cards of the hospital's archive: issued, deactivated, activated again."""

from django.db import IntegrityError, transaction

from apps.patients.documents import fold
from apps.patients.models import Patient, PatientCard
from apps.patients.services.bindings import end_bindings
from kernel import clock
from kernel.errors import DuplicateValue, InvalidValue, StateConflict
from kernel.expectations import FORMAT_CARD
from kernel.text import is_card_number


def issue_card(*, patient: Patient, card_number: str) -> PatientCard:
    """Put a card on file; DuplicateValue if the hospital has the number, StateConflict for an inactive archive."""
    number = fold(card_number)
    if not is_card_number(number):
        raise InvalidValue(field="card_number", expected=FORMAT_CARD)
    if not patient.is_active:
        raise StateConflict
    card = PatientCard(hospital_id=patient.hospital_id, patient=patient, card_number=number)
    try:
        with transaction.atomic():
            card.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateValue(field="card_number") from error
    return card


@transaction.atomic
def deactivate_card(card: PatientCard) -> PatientCard:
    """A lost or returned card: it can't be bound any more and its bindings end. StateConflict if it is inactive."""
    return _switch(card, active=False)


@transaction.atomic
def activate_card(card: PatientCard) -> PatientCard:
    """The card is found again; it must be bound anew. StateConflict if it is active."""
    return _switch(card, active=True)


def _switch(card: PatientCard, *, active: bool) -> PatientCard:
    changes = {"is_active": active, "updated_at": clock.now()}
    if not PatientCard.objects.filter(pk=card.pk, is_active=not active).update(**changes):
        raise StateConflict
    if not active:
        end_bindings(card_id=card.pk)
    card.is_active = active
    return card
