import hmac
from uuid import UUID

from apps.patients.id_kinds import document_key
from apps.patients.models import PatientCard
from apps.patients.ports import BindingClaim
from kernel.crypto import blind_index
from kernel.text import name_key


class OwnArchive:
    """Our own tables as the hospital's directory."""

    def find_card(self, claim: BindingClaim) -> UUID | None:
        """See HisDirectory. Every value is compared, whichever differs first: the time tells nothing."""
        card = (
            PatientCard.objects.select_related("patient")
            .filter(
                hospital_id=claim.hospital_id,
                card_number_index=blind_index(claim.card_number, "card_number"),
                is_active=True,
                patient__is_active=True,
                patient__is_provisional=False,
            )
            .first()
        )
        patient = card.patient if card else None
        same = [
            _equal(name_key(claim.name), name_key(patient.name) if patient else ""),
            _equal(document_key(claim.id_kind, claim.national_id), patient.document if patient else ""),
            _equal(claim.phone, (patient.phone or claim.phone) if patient else ""),
        ]
        return card.pk if card and all(same) and claim.national_id else None


def _equal(first: str, second: str) -> bool:
    return hmac.compare_digest(first.encode(), second.encode())
