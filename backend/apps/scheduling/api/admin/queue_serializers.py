from typing import Any

from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import Department, Hospital, StaffMember
from apps.scheduling.models import (
    Queue,
    QueueKind,
    QueueOrder,
    QueuePriority,
    QueueRule,
    QueueScreen,
    QueueTicket,
)
from apps.scheduling.selectors.line import is_paused
from apps.scheduling.states import TicketState, choices
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer


class QueueTicketSerializer(ModelSerializer):
    """排队号. `practitioner` was booked, `served_by` called; the line is ordered by `due_at`, then `queued_at`."""

    patient_name = serializers.CharField(source="patient.name", read_only=True)
    practitioner_name = serializers.CharField(source="practitioner.name", read_only=True)
    served_by_name = serializers.CharField(source="served_by.name", read_only=True, default="")
    queue_name = serializers.CharField(source="queue.name", read_only=True)
    number = serializers.IntegerField(source="appointment.number", read_only=True)

    class Meta:
        model = QueueTicket
        fields = [
            "id", "hospital", "department", "practitioner", "practitioner_name", "queue", "queue_name", "session",
            "appointment", "patient", "patient_name", "number", "day", "ticket_no", "state", "priority",
            "served_by", "served_by_name", "checked_in_at", "due_at", "queued_at", "called_at", "started_at",
            "finished_at", "call_count", "skip_count", "reason",
        ]  # fmt: skip
        read_only_fields = fields


class QueueSerializer(VersionedModelSerializer):
    """排队. `practitioners` share a queue of kind `shared`; a doctor's own queue is made when it is first needed."""

    department = ScopedRelatedField(queryset=Department.objects.all())
    department_name = serializers.CharField(source="department.name", read_only=True)
    kind = serializers.ChoiceField(choices=QueueKind.choices)
    practitioners = serializers.ListField(
        child=ScopedRelatedField(queryset=StaffMember.objects.all()),
        max_length=100,
        write_only=True,
        required=False,
    )
    served_by = serializers.SerializerMethodField(
        help_text="the doctors who call from it; empty: the department's"
    )
    is_paused = serializers.SerializerMethodField()

    class Meta:
        model = Queue
        fields = [
            "id", "hospital", "department", "department_name", "kind", "name", "practitioner", "practitioners",
            "served_by", "is_active", "is_paused", "paused_at", "paused_until", "pause_reason", "version",
        ]  # fmt: skip
        read_only_fields = ["hospital", "practitioner", "paused_at", "paused_until", "pause_reason"]
        validators: list[Any] = []

    def get_served_by(self, queue: Queue) -> list[str]:
        if queue.practitioner_id is not None:
            return [str(queue.practitioner_id)]
        return sorted(str(member.practitioner_id) for member in queue.members.all())

    def get_is_paused(self, queue: Queue) -> bool:
        return is_paused(queue)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fixed = {"department", "kind"} & attrs.keys()
        if self.instance is not None and fixed:
            raise serializers.ValidationError({name: ["不可修改"] for name in sorted(fixed)}, code="fixed")
        if self.instance is None and attrs.get("kind") == QueueKind.DOCTOR:
            raise serializers.ValidationError({"kind": ["医生队列自动建立"]}, code="invalid_choice")
        if self.instance is None:
            attrs.pop("is_active", None)
        return super().validate(attrs)


class QueueRuleSerializer(VersionedModelSerializer):
    """排队规则 of a department; null follows the hospital's setting `queue.*` of the same name."""

    department = ScopedRelatedField(queryset=Department.objects.all())
    order = serializers.ChoiceField(choices=QueueOrder.choices, allow_null=True, required=False)
    late_after_minutes = serializers.IntegerField(min_value=0, max_value=720, allow_null=True, required=False)
    late_behind = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)
    return_behind = serializers.IntegerField(min_value=0, max_value=100, allow_null=True, required=False)
    skip_behind = serializers.IntegerField(min_value=1, max_value=100, allow_null=True, required=False)
    max_skips = serializers.IntegerField(min_value=0, max_value=20, allow_null=True, required=False)

    class Meta:
        model = QueueRule
        fields = [
            "id", "hospital", "department", "order", "late_after_minutes", "late_behind", "return_behind",
            "skip_behind", "max_skips", "version",
        ]  # fmt: skip
        read_only_fields = ["hospital"]
        validators: list[Any] = []

    def validate_department(self, value: Department) -> Department:
        if self.instance is not None and value.pk != self.instance.department_id:
            raise serializers.ValidationError("不可修改", code="fixed")
        return value


class QueuePrioritySerializer(VersionedModelSerializer):
    """优先人群. A row with the code of a shipped group replaces it; `minutes`: called as if due so much earlier."""

    hospital = ScopedRelatedField(queryset=Hospital.objects.all())
    code = serializers.RegexField(r"^[a-z][a-z0-9_]*\Z", max_length=32)
    minutes = serializers.IntegerField(min_value=0, max_value=1_440)
    from_age = serializers.IntegerField(min_value=0, max_value=150, allow_null=True, required=False)

    class Meta:
        model = QueuePriority
        fields = ["id", "hospital", "code", "name", "minutes", "from_age", "is_active", "version"]
        validators: list[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        fixed = {"hospital", "code"} & attrs.keys()
        if self.instance is not None and fixed:
            raise serializers.ValidationError({name: ["不可修改"] for name in sorted(fixed)}, code="fixed")
        return super().validate(attrs)


class PriorityInForceSerializer(Serializer):
    """优先人群 as it counts now."""

    code = serializers.CharField()
    name = serializers.CharField()
    minutes = serializers.IntegerField()
    from_age = serializers.IntegerField(allow_null=True)


class PriorityQuerySerializer(Serializer):
    hospital = ScopedRelatedField(queryset=Hospital.objects.all(), required=False)


class CallNextSerializer(Serializer):
    """`practitioner`: into whose room, for a queue that several doctors serve; without it the caller's own."""

    practitioner = ScopedRelatedField(queryset=StaffMember.objects.all(), required=False, allow_null=True)


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
    queue = serializers.UUIDField()
    reason = serializers.CharField(max_length=200)


class TargetSerializer(Serializer):
    """A queue that a ticket can be transferred to."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=QueueKind.choices)


class StreamQuerySerializer(Serializer):
    queues = serializers.ListField(
        child=ScopedRelatedField(queryset=Queue.objects.all()), min_length=1, max_length=100
    )


class StreamTokenSerializer(Serializer):
    """`GET /stream/events?token=…` (server-sent events) or `GET /stream/board?token=…` (JSON) until `expires_at`."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class QueueScreenSerializer(ModelSerializer):
    """候诊大屏. Without `queues` it shows all of the department."""

    department = ScopedRelatedField(queryset=Department.objects.all())
    department_name = serializers.CharField(source="department.name", read_only=True)
    queues = serializers.ListField(
        child=ScopedRelatedField(queryset=Queue.objects.all()),
        max_length=100,
        write_only=True,
        required=False,
    )

    class Meta:
        model = QueueScreen
        fields = [
            "id", "hospital", "department", "department_name", "name", "queues", "queue_ids", "created_at",
            "revoked_at",
        ]  # fmt: skip
        read_only_fields = ["hospital", "queue_ids", "created_at", "revoked_at"]


class NewScreenSerializer(QueueScreenSerializer):
    """`token` is shown this once: `GET /stream/events?token=…`."""

    token = serializers.CharField(read_only=True)

    class Meta(QueueScreenSerializer.Meta):
        fields = [*QueueScreenSerializer.Meta.fields, "token"]


class BoardEntrySerializer(Serializer):
    """One ticket on the board of a desk."""

    id = serializers.UUIDField()
    ticket_no = serializers.IntegerField()
    state = serializers.ChoiceField(choices=choices(TicketState))
    priority = serializers.CharField(allow_blank=True)
    due_at = serializers.DateTimeField()
    called_at = serializers.DateTimeField(allow_null=True)
    call_count = serializers.IntegerField()
    skip_count = serializers.IntegerField()
    appointment_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    patient_name = serializers.CharField()
    served_by_id = serializers.UUIDField(allow_null=True)
    doctor_name = serializers.CharField(allow_blank=True)
    room = serializers.CharField(allow_blank=True)


class BoardSerializer(Serializer):
    """The running day of a queue by state, each in the order of the line."""

    queue = serializers.UUIDField()
    name = serializers.CharField()
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
