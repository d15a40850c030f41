"""A card that somebody names from outside, by number and owner's name; nothing is told of what does not fit."""

import hashlib
from collections.abc import Iterable

from apps.audit.services import record
from apps.identity.models import Hospital
from apps.patients.documents import fold
from apps.patients.errors import CardMismatch
from apps.patients.models import PatientCard
from apps.patients.settings import BINDING_FAILURES, BINDING_LOCK_MINUTES, BINDING_SLOW_SECONDS
from kernel import rates
from kernel.crypto import blind_index
from kernel.errors import TooManyRequests
from kernel.rates import Limit
from kernel.text import clean_name, name_key

#: Failures within an hour, whatever the cards: of one payer, and of a caller that says nothing of its payers.
OF_PAYER, OF_CALLER = 20, 300
HOUR = 3_600


def card_of(hospital: Hospital, *, card_number: str, name: str, caller: str, payer: str = "") -> PatientCard:
    """The active card of that number, if the name is its owner's. CardMismatch; TooManyRequests after many failures.

    `caller`: who asks, `payer`: for whom. A payer is locked out; a card alone is only slowed, so that a stranger can't
    lock its owner out (rule 2). Each look is recorded without the values.
    """
    index = blind_index(fold(card_number), "card_number").hex()
    counted = _limits(hospital, caller, payer, index)
    _refuse_beyond(rates.peek(*limit) for limit in counted)
    _slow(hospital, index)
    typed = name_key(clean_name(name))
    card = _find(hospital, card_number)
    fits = card is not None and name_key(card.patient.name) == typed
    record(
        action="search", object_type="patients.patient", object_id=card.patient_id if card and fits else "",
        detail={"fields": ["card_number", "name"], "found": fits},
    )  # fmt: skip
    if card is None or not fits:
        rates.hit_all([*counted, _failures(hospital, index)])
        raise CardMismatch
    return card


def _find(hospital: Hospital, card_number: str) -> PatientCard | None:
    cards = PatientCard.objects.select_related("patient", "hospital").filter(
        hospital=hospital, card_number_index=blind_index(fold(card_number), "card_number"), is_active=True,
        patient__is_active=True,
    )  # fmt: skip
    return cards.first()


def _limits(hospital: Hospital, caller: str, payer: str, index: str) -> list[Limit]:
    seconds = BINDING_LOCK_MINUTES.of(hospital) * 60
    if not payer:
        return [Limit(f"card-lookup:{caller}", OF_CALLER, HOUR)]
    who = f"{caller}:{hashlib.sha256(payer.encode()).hexdigest()[:32]}"
    return [
        Limit(f"card-lookup:{who}", OF_PAYER, HOUR),
        Limit(f"card-lookup:{who}:{index}", BINDING_FAILURES.of(hospital), seconds),
    ]


def _failures(hospital: Hospital, index: str) -> Limit:
    """Of the card, whoever asked."""
    return Limit(
        f"card-failures:{index}", BINDING_FAILURES.of(hospital), BINDING_LOCK_MINUTES.of(hospital) * 60
    )


def _slow(hospital: Hospital, index: str) -> None:
    """A card that was guessed at often answers once in some seconds."""
    if not rates.peek(*_failures(hospital, index)).allowed:
        _refuse_beyond([rates.hit(f"card-slow:{index}", 1, BINDING_SLOW_SECONDS.of(hospital))])


def _refuse_beyond(found: Iterable[rates.Rate]) -> None:
    waits = [rate.reset for rate in found if not rate.allowed]
    if waits:
        raise TooManyRequests(retry_after=max(waits))
