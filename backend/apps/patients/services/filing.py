"""线上建档: a person files himself over the net, where the hospital allows it (CARD-03; off by default)."""

from django.db import transaction

from apps.identity.models import Hospital, WeChatAccount
from apps.identity.selectors import dictionary_values
from apps.patients.documents import BadDocument, read_document
from apps.patients.errors import BindingMismatch, OnlineFilingOff
from apps.patients.id_kinds import document_key
from apps.patients.models import CardBinding, Patient, Relationship
from apps.patients.services.archive import create_patient
from apps.patients.services.binding_lock import begin_attempt, forget_attempt
from apps.patients.services.bindings import attach
from apps.patients.services.cards import issue_card
from apps.patients.settings import ONLINE_FILING
from kernel import clock
from kernel.crypto import blind_index
from kernel.errors import REQUIRED, InvalidValue
from kernel.ids import NumberSeries

#: Where the person came from, unless the hospital does not say so any more.
SOURCE = "wechat"
E_CARD = NumberSeries("e_card", "E")


def file_online(
    *,
    account: WeChatAccount,
    hospital: Hospital,
    name: str,
    id_kind: str,
    national_id: str,
    phone: str,
    address: str,
    relationship: Relationship,
    ip: str | None = None,
) -> CardBinding:
    """Make a provisional archive with an electronic card and bind it.

    OnlineFilingOff; BindingMismatch for somebody on file already (bind the card instead; it counts as a failure).
    """
    if not ONLINE_FILING.of(hospital):
        raise OnlineFilingOff
    try:
        number = read_document(id_kind, national_id).number
    except BadDocument as error:
        raise InvalidValue(field="national_id", expected=error.expected) from error
    if not number:
        raise InvalidValue(field="national_id", expected=REQUIRED)
    index = blind_index(document_key(id_kind, number), "national_id")
    attempt = begin_attempt(account, hospital, index, ip=ip)
    if Patient.objects.filter(hospital=hospital, national_id_index=index).exists():
        raise BindingMismatch
    forget_attempt(attempt)
    card_number = E_CARD.next(hospital.pk, clock.today())
    with transaction.atomic():
        patient = create_patient(
            hospital=hospital, name=name, id_kind=id_kind, national_id=number, phone=phone, address=address,
            is_provisional=True, source=SOURCE if dictionary_values("patient_source").get(SOURCE, True) else "",
        )  # fmt: skip
        card = issue_card(patient=patient, card_number=card_number)
        return attach(account=account, card_id=card.pk, relationship=relationship, address=address)
