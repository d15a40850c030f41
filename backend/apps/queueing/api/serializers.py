"""What patients see of queues."""

from rest_framework import serializers

from apps.queueing.states import TICKETS
from apps.scheduling.models import PaymentStatus
from apps.scheduling.states import APPOINTMENTS
from kernel.http.serializers import Serializer


class QueuePlaceSerializer(Serializer):
    """排队: place and estimate are null unless the patient waits, the estimate also in a pause without a known end."""

    ticket_no = serializers.IntegerField()
    state = serializers.ChoiceField(choices=TICKETS.choices)
    checked_in_at = serializers.DateTimeField()
    called_at = serializers.DateTimeField(allow_null=True)
    call_count = serializers.IntegerField()
    ahead = serializers.IntegerField(allow_null=True)
    position = serializers.IntegerField(allow_null=True)
    estimated_wait_minutes = serializers.IntegerField(allow_null=True)
    estimated_call_at = serializers.DateTimeField(allow_null=True)
    queue_name = serializers.CharField()
    priority = serializers.CharField(allow_blank=True)
    is_paused = serializers.BooleanField()
    paused_until = serializers.DateTimeField(allow_null=True)


class OwnQueueSerializer(Serializer):
    """排队 of one of today's appointments. `place` is null before check-in, which lasts from `check_in_from` on."""

    appointment_id = serializers.UUIDField()
    appointment_no = serializers.CharField()
    state = serializers.ChoiceField(choices=APPOINTMENTS.choices)
    number = serializers.IntegerField()
    payment_status = serializers.ChoiceField(choices=PaymentStatus.choices)
    visit_date = serializers.DateField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    check_in_from = serializers.DateTimeField()
    check_in_until = serializers.DateTimeField()
    checked_in_at = serializers.DateTimeField(allow_null=True)
    hospital_id = serializers.UUIDField()
    hospital_name = serializers.CharField()
    department_id = serializers.UUIDField()
    department_name = serializers.CharField()
    location = serializers.CharField(allow_blank=True)
    map_picture_url = serializers.CharField(
        allow_blank=True, help_text="of the place, on this host; empty: none"
    )
    practitioner_id = serializers.UUIDField()
    practitioner_name = serializers.CharField()
    practitioner_portrait_url = serializers.CharField(allow_blank=True, help_text="on this host; empty: none")
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()
    place = QueuePlaceSerializer(allow_null=True)
