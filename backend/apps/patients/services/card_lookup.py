"""A card that somebody names from outside, by number and owner's name; nothing is told of what does not fit."""

from apps.identity.models import Hospital
from apps.patients.documents import fold
from apps.patients.errors import CardMismatch
from apps.patients.models import PatientCard
from apps.patients.settings import BINDING_FAILURES, BINDING_LOCK_MINUTES
from kernel import rates
from kernel.crypto import blind_index
from kernel.errors import TooManyRequests
from kernel.rates import Limit
from kernel.text import clean_name, name_key

#: Failures of one caller within an hour, whatever the cards.
MAX_FAILURES = 300
HOUR = 3_600


def card_of(hospital: Hospital, *, card_number: str, name: str, caller: str) -> PatientCard:
    """The active card of that number, if the name is its owner's. CardMismatch; TooManyRequests after many failures.

    `caller`: who asks. Guesses are counted per card and per caller.
    """
    index = blind_index(fold(card_number), "card_number")
    card_limit = Limit(
        f"card-lookup:{caller}:{index.hex()}",
        BINDING_FAILURES.of(hospital),
        BINDING_LOCK_MINUTES.of(hospital) * 60,
    )
    all_limit = Limit(f"card-lookup:{caller}", MAX_FAILURES, HOUR)
    _refuse_beyond(rates.peek(*all_limit), rates.hit(*card_limit))
    cards = PatientCard.objects.select_related("patient", "hospital").filter(
        hospital=hospital, card_number_index=index, is_active=True, patient__is_active=True
    )
    card = cards.first()
    if card is None or name_key(card.patient.name) != name_key(clean_name(name)):
        rates.hit(*all_limit)
        raise CardMismatch
    rates.forget(card_limit.key)
    return card


def _refuse_beyond(*found: rates.Rate) -> None:
    waits = [rate.reset for rate in found if not rate.allowed]
    if waits:
        raise TooManyRequests(retry_after=max(waits))
