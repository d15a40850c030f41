from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.models import StaffMember
from apps.worklist.kinds import KINDS
from apps.worklist.models import WorkItem
from kernel.http.serializers import ModelSerializer, Serializer


class WorkItemSerializer(ModelSerializer):
    """待办. Where a person is null whoever holds the role has it; `level`: 0 executor, 1 manager, 2 supervisor."""

    kind_name = serializers.SerializerMethodField()

    class Meta:
        model = WorkItem
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "kind", "kind_name",
            "subject_type", "subject_id", "title", "state", "level", "executor_id", "executor_name",
            "executor_role_id", "executor_role_name", "manager_id", "manager_name", "manager_role_id",
            "manager_role_name", "supervisor_id", "supervisor_name", "supervisor_role_id", "supervisor_role_name",
            "created_at", "due_at", "ended_at", "ended_by_id", "ended_by_name", "outcome",
        ]  # fmt: skip
        read_only_fields = fields

    def get_kind_name(self, item: WorkItem) -> str:
        kind = KINDS.get(item.kind)
        return kind.name if kind else item.kind


class FinishSerializer(Serializer):
    outcome = serializers.CharField(max_length=300)


class AssignSerializer(Serializer):
    executor_id = ScopedRelatedField(source="executor", queryset=StaffMember.objects.all())


class HandOverSerializer(Serializer):
    """All open work of `source_id` goes to `target_id`, both of one hospital."""

    source_id = ScopedRelatedField(source="source", queryset=StaffMember.objects.all())
    target_id = ScopedRelatedField(source="target", queryset=StaffMember.objects.all())
    reason = serializers.CharField(max_length=200)


class HandedOverSerializer(Serializer):
    """How many items in each place."""

    executor = serializers.IntegerField()
    manager = serializers.IntegerField()
    supervisor = serializers.IntegerField()


class WorkKindSerializer(Serializer):
    """A kind of work with the roles and hours it is declared with."""

    code = serializers.CharField()
    name = serializers.CharField()
    hours = serializers.IntegerField()
    executor = serializers.CharField(help_text="code of a role")
    manager = serializers.CharField(help_text="code of a role")
    supervisor = serializers.CharField(help_text="code of a role")
