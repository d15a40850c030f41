"""Output of both audiences, and what they may filter by."""

import django_filters
from rest_framework import serializers

from apps.patients.own_filters import BoundFilterSet
from apps.scheduling.models import Period
from apps.scheduling.states import EntryState, OfferState
from kernel.http.serializers import Serializer, Shape
from kernel.states import choices_of


class WaitlistOfferSerializer(Serializer):
    """A number that is (or was) kept for the patient until `expires_at`."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=choices_of(OfferState))
    session_id = serializers.UUIDField()
    slot_id = serializers.UUIDField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    practitioner_name = serializers.CharField()
    fee_fen = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class WaitlistEntrySerializer(Shape):
    """候补. `place` on the waiting list, while it waits; `offer`: the latest one."""

    id = serializers.UUIDField()
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    practitioner_id = serializers.UUIDField(allow_null=True)
    practitioner_name = serializers.CharField(allow_null=True)
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()
    first_date = serializers.DateField()
    last_date = serializers.DateField()
    period = serializers.ChoiceField(choices=Period.choices, allow_blank=True)
    priority = serializers.IntegerField()
    state = serializers.ChoiceField(choices=choices_of(EntryState))
    place = serializers.IntegerField(allow_null=True)
    appointment_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    offer = WaitlistOfferSerializer(allow_null=True)


class EntryFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=choices_of(EntryState))


class OwnWaitlistFilter(BoundFilterSet, EntryFilter):
    """What a mini-program user may filter entries by."""


class WaitlistFilter(EntryFilter):
    patient_id = django_filters.UUIDFilter()
    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()
    date = django_filters.DateFilter(method="on", help_text="entries that want a number of this day")

    def on(self, queryset: object, name: str, value: object) -> object:
        return queryset.filter(first_date__lte=value, last_date__gte=value)  # type: ignore[attr-defined]
