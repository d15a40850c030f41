"""绑卡: binding medical cards to a mini-program account. The account's row is locked: limits hold under any race."""

from typing import Any
from uuid import UUID

from django.db import transaction

from apps.identity.models import Hospital, WeChatAccount
from apps.identity.phones import normalise_phone
from apps.patients.documents import BadDocument, fold, read_document
from apps.patients.errors import AlreadyBound, BindingLimit, BindingMismatch
from apps.patients.models import CardBinding, Patient, PatientCard, Relationship
from apps.patients.ports import BindingClaim, directory_of
from apps.patients.services.binding_lock import begin_attempt, forget_attempt
from apps.patients.settings import MAX_OTHER_BINDINGS, MAX_SELF_BINDINGS
from kernel import clock
from kernel.crypto import blind_index
from kernel.errors import InvalidValue, NotFound
from kernel.text import clean_name


def bind(
    *,
    account: WeChatAccount,
    hospital: Hospital,
    name: str,
    id_kind: str,
    national_id: str,
    phone: str,
    card_number: str,
    address: str,
    relationship: Relationship,
    ip: str | None = None,
) -> CardBinding:
    """Bind the card if all of it matches the hospital's archive; the same card again answers the same binding.

    BindingMismatch never tells what differs; BindingLocked, BindingSlowed after too many; AlreadyBound; BindingLimit.
    """
    try:
        number = read_document(id_kind, national_id).number
    except BadDocument as error:
        raise InvalidValue(field="national_id", expected=error.expected) from error
    claim = BindingClaim(
        hospital_id=hospital.pk,
        name=clean_name(name),
        id_kind=id_kind,
        national_id=number,
        phone=normalise_phone(phone),
        card_number=fold(card_number),
    )
    attempt = begin_attempt(account, hospital, blind_index(claim.card_number, "card_number"), ip=ip)
    card_id = directory_of(hospital).find_card(claim)  # may go over the network: outside every transaction
    if card_id is None:
        raise BindingMismatch
    forget_attempt(attempt)
    return attach(account=account, card_id=card_id, relationship=relationship, address=address)


@transaction.atomic
def attach(*, account: WeChatAccount, card_id: UUID, relationship: Relationship, address: str) -> CardBinding:
    """Bind a card whose owner was verified. AlreadyBound, BindingLimit."""
    live = lock_account(account.pk)
    card = PatientCard.objects.select_related("patient", "hospital").get(pk=card_id)
    if not (card.is_active and card.patient.is_active):
        raise BindingMismatch
    for binding in live:
        if binding.card_id == card.pk and binding.relationship == relationship:
            return binding
        if binding.patient_id == card.patient_id or _same_person(binding, card):
            raise AlreadyBound
    limit = limit_of(relationship, card.hospital)
    if sum(binding.relationship == relationship for binding in live) >= limit:
        raise BindingLimit(relationship=str(relationship), limit=limit)
    return CardBinding.objects.create(
        hospital_id=card.hospital_id,
        account=account,
        patient=card.patient,
        card=card,
        relationship=relationship,
        address=address,
        is_default=not live,
    )


@transaction.atomic
def set_default(*, account: WeChatAccount, binding_id: UUID) -> CardBinding:
    """This binding is used when none is named; NotFound."""
    chosen = _find(lock_account(account.pk), binding_id)
    live = CardBinding.objects.filter(account=account, unbound_at=None)
    live.filter(is_default=True).exclude(pk=chosen.pk).update(is_default=False, updated_at=clock.now())
    live.filter(pk=chosen.pk, is_default=False).update(is_default=True, updated_at=clock.now())
    chosen.is_default = True
    return chosen


@transaction.atomic
def unbind(*, account: WeChatAccount, binding_id: UUID) -> CardBinding:
    """End the binding, keep it as history; another one becomes the default. NotFound."""
    live = lock_account(account.pk)
    chosen = _find(live, binding_id)
    end_one(chosen, live)
    return chosen


@transaction.atomic
def end_bindings(*, by_close: bool = False, **lookup: Any) -> int:
    """End every live binding of a card or a patient (`card_id=` or `patient_id=`); returns how many.

    `by_close`: the archive is closed; `restore_bindings` brings them back when it is opened again.
    """
    found = CardBinding.objects.filter(unbound_at=None, **lookup).values_list("account_id", "pk")
    pairs = sorted(found)
    ended = 0
    for account_id, binding_id in pairs:
        live = lock_account(account_id)
        for binding in live:
            if binding.pk == binding_id:
                end_one(binding, live)
                ended += 1
    if by_close:
        CardBinding.objects.filter(pk__in=[pk for _, pk in pairs]).update(ended_by_close=True)
    return ended


@transaction.atomic
def restore_bindings(patient: Patient) -> int:
    """Bindings that ended because the archive was closed live again, where they still may; returns how many."""
    ended = CardBinding.objects.filter(patient=patient, ended_by_close=True, card__is_active=True)
    restored = 0
    for binding in ended.select_related("card", "patient", "hospital").order_by("account_id", "pk"):
        live = lock_account(binding.account_id)
        alike = sum(other.relationship == binding.relationship for other in live)
        taken = any(other.patient_id == patient.pk or _same_person(other, binding.card) for other in live)
        if not taken and alike < limit_of(Relationship(binding.relationship), binding.hospital):
            CardBinding.objects.filter(pk=binding.pk).update(
                unbound_at=None, ended_by_close=False, is_default=not live, updated_at=clock.now()
            )
            restored += 1
    ended.update(ended_by_close=False)
    return restored


def limit_of(relationship: Relationship, hospital: Hospital) -> int:
    """How many live bindings of the kind an account may have."""
    setting = MAX_SELF_BINDINGS if relationship == Relationship.SELF else MAX_OTHER_BINDINGS
    return setting.of(hospital)


def lock_account(account_id: UUID) -> list[CardBinding]:
    """The live bindings of the account, oldest first, with the account's row locked."""
    WeChatAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    live = CardBinding.objects.filter(account_id=account_id, unbound_at=None)
    return list(live.select_related("patient", "card").order_by("pk"))


def _find(live: list[CardBinding], binding_id: UUID) -> CardBinding:
    for binding in live:
        if binding.pk == binding_id:
            return binding
    raise NotFound


def end_one(binding: CardBinding, live: list[CardBinding]) -> None:
    """End one of the `live` bindings of a locked account; another becomes the default."""
    now = clock.now()
    was_default, binding.is_default, binding.unbound_at = binding.is_default, False, now
    CardBinding.objects.filter(pk=binding.pk).update(is_default=False, unbound_at=now, updated_at=now)
    rest = [other for other in live if other.unbound_at is None]
    if was_default and rest:
        heir = next((other for other in rest if other.relationship == Relationship.SELF), rest[0])
        CardBinding.objects.filter(pk=heir.pk).update(is_default=True, updated_at=now)
        heir.is_default = True


def _same_person(binding: CardBinding, card: PatientCard) -> bool:
    return bool(card.patient.document) and binding.patient.document == card.patient.document
