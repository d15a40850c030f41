"""Shapes that both audiences share."""

import datetime as dt

from rest_framework import serializers

from apps.identity.phones import PHONE_PATTERN
from apps.patients.documents import NUMBER_PATTERN
from apps.patients.models import IdKind
from kernel import clock
from kernel.crypto import masking
from kernel.http.fields import MaskedField, NameField
from kernel.http.serializers import Serializer

#: The kinds of which somebody can have one.
DOCUMENTS = [choice for choice in IdKind.choices if choice[0] != IdKind.NONE]


def age(birth_date: dt.date | None) -> int | None:
    """Completed years today."""
    if birth_date is None:
        return None
    today = clock.today()
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


class ContactSerializer(Serializer):
    """A contact. To keep a phone that is only shown masked, send the contact's `id` without `phone`."""

    id = serializers.UUIDField(required=False)
    name = NameField(max_length=80)
    relation = serializers.CharField(max_length=64)
    phone = MaskedField(masking.phone, pattern=PHONE_PATTERN, max_length=32, required=False, allow_blank=True)


class FullContactSerializer(ContactSerializer):
    """A contact or guardian (监护人); a guardian has a document, by which an account proves to be that person."""

    id_kind = serializers.ChoiceField(choices=DOCUMENTS, required=False, help_text="default: resident_id")
    national_id = MaskedField(
        masking.document, pattern=NUMBER_PATTERN, max_length=32, required=False, allow_blank=True
    )
    is_guardian = serializers.BooleanField(required=False)
