from typing import Any

from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Department, StaffMember
from apps.patients.models import Patient
from apps.queueing.models import (
    Queue,
    QueueKind,
    QueueOrder,
    QueueRule,
    QueueScreen,
    QueueTicket,
)
from apps.queueing.selectors.waiting import is_paused
from apps.queueing.services.walk_in import walk_in_queue
from apps.queueing.states import TICKETS
from kernel.errors import REQUIRED, Expectation, InvalidValue
from kernel.http.choices import not_a_choice
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer

QUEUE_OR_DOCTOR = Expectation("queue_or_doctor", "请选择队列或医生", "Choose a queue or a doctor.")
DEPARTMENT_OF_QUEUE = Expectation(
    "department_of_queue", "须为该队列所属的科室", "It has to be the department of the queue."
)


class QueueTicketSerializer(ModelSerializer):
    """排队号. `practitioner_id` is waited for, `served_by_id` called; the order is `due_at`, then `queued_at`."""

    served_by_name = serializers.CharField(source="served_by.name", read_only=True, default="")
    number = serializers.IntegerField(
        source="appointment.number",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="of the appointment",
    )

    class Meta:
        model = QueueTicket
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "practitioner_id",
            "practitioner_name", "queue_id", "queue_name", "encounter_id", "session_id", "appointment_id", "patient_id",
            "patient_name", "number", "day", "ticket_no", "state", "priority", "served_by_id", "served_by_name",
            "checked_in_at", "due_at", "queued_at", "called_at", "started_at", "finished_at", "call_count",
            "skip_count", "reason",
        ]  # fmt: skip
        read_only_fields = fields


class QueueSerializer(VersionedModelSerializer):
    """排队. `practitioner_ids` share a queue of kind `shared`; a doctor's own queue is made when it is first needed."""

    fixed = frozenset({"department", "kind"})

    department_id = ScopedRelatedField(source="department", queryset=Department.objects.all())
    kind = serializers.ChoiceField(choices=QueueKind.choices)
    practitioner_ids = serializers.ListField(
        source="practitioners",
        child=ScopedRelatedField(queryset=StaffMember.objects.all()),
        max_length=100,
        write_only=True,
        required=False,
    )
    served_by_ids = serializers.SerializerMethodField(
        help_text="the doctors who call from it; empty: the department's"
    )
    is_paused = serializers.SerializerMethodField()

    class Meta:
        model = Queue
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "kind", "name",
            "practitioner_id", "practitioner_name", "practitioner_ids", "served_by_ids", "is_active", "is_paused",
            "paused_at", "paused_until", "pause_reason", "version",
        ]  # fmt: skip
        read_only_fields = ["hospital_id", "practitioner_id", "paused_at", "paused_until", "pause_reason"]
        validators: list[Any] = []

    def get_served_by_ids(self, queue: Queue) -> list[str]:
        if queue.practitioner_id is not None:
            return [str(queue.practitioner_id)]
        return sorted(str(member.practitioner_id) for member in queue.members.all())

    def get_is_paused(self, queue: Queue) -> bool:
        return is_paused(queue)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.instance is None and attrs.get("kind") == QueueKind.DOCTOR:
            made = [QueueKind.DEPARTMENT, QueueKind.SHARED]  # a doctor's comes by itself
            raise serializers.ValidationError({"kind": [not_a_choice("doctor", made)]}, code="invalid_choice")
        if self.instance is None:
            attrs.pop("is_active", None)
        return super().validate(attrs)


class QueueRuleSerializer(VersionedModelSerializer):
    """排队规则 of a department; null follows the hospital's setting `queue.*` of the same name."""

    fixed = frozenset({"department"})

    department_id = ScopedRelatedField(source="department", queryset=Department.objects.all())
    order = serializers.ChoiceField(choices=QueueOrder.choices, allow_null=True, required=False)
    late_after_minutes = serializers.IntegerField(min_value=0, max_value=720, allow_null=True, required=False)
    late_behind = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)
    return_behind = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)
    skip_behind = serializers.IntegerField(min_value=1, max_value=100, allow_null=True, required=False)
    max_skips = serializers.IntegerField(min_value=0, max_value=20, allow_null=True, required=False)

    class Meta:
        model = QueueRule
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "order", "late_after_minutes",
            "late_behind", "return_behind", "skip_behind", "max_skips", "version",
        ]  # fmt: skip
        read_only_fields = ["hospital_id"]
        validators: list[Any] = []


class PriorityInForceSerializer(Serializer):
    """优先人群 as it counts now."""

    code = serializers.CharField()
    name = serializers.CharField()
    minutes = serializers.IntegerField()
    from_age = serializers.IntegerField(allow_null=True)


class CallNextSerializer(Serializer):
    """`practitioner_id`: into whose room, for a queue that several doctors serve; without it the caller's own."""

    practitioner_id = ScopedRelatedField(
        source="practitioner", queryset=StaffMember.objects.all(), required=False, allow_null=True
    )


class CallSerializer(CallNextSerializer):
    reason = serializers.CharField(max_length=200)


class PauseSerializer(Serializer):
    """`until`: the known end, at most a day ahead; without it the pause lasts until it is resumed."""

    until = serializers.DateTimeField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class PrioritiseSerializer(Serializer):
    """`priority`: code of the group; empty takes the priority away."""

    priority = serializers.CharField(max_length=32, allow_blank=True)
    reason = serializers.CharField(max_length=200)


class TransferSerializer(Serializer):
    queue_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=200)


class TargetSerializer(Serializer):
    """A queue that a ticket can be transferred to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=QueueKind.choices)


class StreamQuerySerializer(Serializer):
    queue_ids = serializers.ListField(
        child=ScopedRelatedField(queryset=Queue.objects.all()), min_length=1, max_length=100
    )


class StreamTokenSerializer(Serializer):
    """`GET /stream/events?token=…` (server-sent events) or `GET /stream/board?token=…` (JSON) until `expires_at`."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class QueueScreenSerializer(ModelSerializer):
    """候诊大屏. Without `queue_ids` it shows all of the department."""

    department_id = ScopedRelatedField(source="department", queryset=Department.objects.all())
    queue_ids = serializers.ListField(
        child=ScopedRelatedField(queryset=Queue.objects.all()),
        max_length=100,
        required=False,
    )

    class Meta:
        model = QueueScreen
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "name", "queue_ids",
            "created_at", "revoked_at",
        ]  # fmt: skip
        read_only_fields = ["hospital_id", "created_at", "revoked_at"]


class NewScreenSerializer(QueueScreenSerializer):
    """`token` is shown this once: `GET /stream/events?token=…`."""

    token = serializers.CharField(read_only=True)

    class Meta(QueueScreenSerializer.Meta):
        fields = [*QueueScreenSerializer.Meta.fields, "token"]


class BoardEntrySerializer(Serializer):
    """One ticket on the board of a desk."""

    id = serializers.UUIDField()
    ticket_no = serializers.IntegerField()
    state = serializers.ChoiceField(choices=TICKETS.choices)
    priority = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField()
    called_at = serializers.DateTimeField(allow_null=True)
    call_count = serializers.IntegerField()
    skip_count = serializers.IntegerField()
    appointment_id = serializers.UUIDField(allow_null=True)
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()
    served_by_id = serializers.UUIDField(allow_null=True)
    served_by_name = serializers.CharField(allow_null=True)
    room = serializers.CharField(allow_blank=True)


class BoardSerializer(Serializer):
    """The running day of a queue by state, each in the queue's order."""

    queue_id = serializers.UUIDField()
    queue_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=QueueKind.choices)
    is_paused = serializers.BooleanField()
    paused_until = serializers.DateTimeField(allow_null=True)
    pause_reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    waiting = BoardEntrySerializer(many=True)
    called = BoardEntrySerializer(many=True)
    in_service = BoardEntrySerializer(many=True)
    examination = BoardEntrySerializer(many=True)
    missed = BoardEntrySerializer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())


class WalkInSerializer(Serializer):
    """现场排队. Into a queue, or to a doctor: then `department_id` says where, unless the doctor works in one only."""

    patient_id = ScopedRelatedField(source="patient", queryset=Patient.objects.all())
    queue_id = ScopedRelatedField(source="queue", queryset=Queue.objects.all(), required=False)
    practitioner_id = ScopedRelatedField(
        source="practitioner", queryset=StaffMember.objects.all(), required=False
    )
    department_id = ScopedRelatedField(source="department", queryset=Department.objects.all(), required=False)
    priority = serializers.CharField(max_length=32, allow_blank=True, default="")
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """`queue` is settled here, and may be followed by the doctor who is waited for."""
        if attrs["priority"] and not attrs["reason"]:
            raise InvalidValue(field="reason", expected=REQUIRED)
        department = attrs.pop("department", None)
        if "queue" not in attrs:
            if "practitioner" not in attrs:
                raise InvalidValue(field="queue_id", expected=QUEUE_OR_DOCTOR)
            attrs["queue"] = walk_in_queue(attrs["practitioner"], department)
        elif department is not None and department.pk != attrs["queue"].department_id:
            raise InvalidValue(field="department_id", expected=DEPARTMENT_OF_QUEUE)
        return attrs
