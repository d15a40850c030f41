from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.worklist.approvals import APPROVALS
from apps.worklist.contents import ContentType
from apps.worklist.models import Approval, ApprovalStep, Signature
from apps.worklist.places import PLACES
from kernel.errors import Expectation, InvalidValue
from kernel.http.serializers import ModelSerializer, Serializer

MAX_FIELDS = 50
CONTENT_FIELDS = Expectation("content_fields", f"最多 {MAX_FIELDS} 项", f"{MAX_FIELDS} fields at most.")


class ApprovalSerializer(ModelSerializer):
    """审批. `requester_id` null: a patient asked. `decided_by_id` and `reason`: the decision that ended it.

    `may_decide`, `may_withdraw`: it waits for who reads it, or may be taken back by them.
    """

    kind_name = serializers.SerializerMethodField()
    may_decide = serializers.BooleanField(read_only=True)
    may_withdraw = serializers.BooleanField(read_only=True)

    class Meta:
        model = Approval
        fields = [
            "id", "hospital_id", "hospital_name", "department_id", "department_name", "kind", "kind_name",
            "subject_type", "subject_id", "title", "amount_fen", "requester_id", "requester_name", "owner_id",
            "owner_name", "note", "state", "created_at", "expires_at", "decided_by_id", "decided_by_name", "reason",
            "ended_at", "may_decide", "may_withdraw", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def get_kind_name(self, approval: Approval) -> str:
        kind = APPROVALS.get(approval.kind)
        return kind.name if kind else approval.kind


class ApprovalStepSerializer(ModelSerializer):
    """One decision, for who holds `permission` within reach, or the role; `content`: what was completed with it."""

    name = serializers.SerializerMethodField()
    content = serializers.DictField(
        child=serializers.JSONField(allow_null=True), allow_null=True, read_only=True
    )

    class Meta:
        model = ApprovalStep
        fields = [
            "number", "code", "name", "department_id", "department_name", "permission", "role_id", "role_name",
            "state", "decided_by_id", "decided_by_name", "decided_at", "reason", "content",
        ]  # fmt: skip
        read_only_fields = fields

    def get_name(self, step: ApprovalStep) -> str:
        kind = APPROVALS.get(step.approval.kind)
        known = kind.step(step.code) if kind else None
        return known.name if known else step.code


class ContentFieldSerializer(Serializer):
    """A field of the content that the approver may complete; `max_length` is for texts."""

    name = serializers.CharField()
    title = serializers.CharField(source="label")
    type = serializers.ChoiceField(choices=[(each.value, each.value) for each in ContentType])
    max_length = serializers.IntegerField()


class ApprovalDetailSerializer(ApprovalSerializer):
    """审批 with its steps in their order, its content and what of it the approver may complete."""

    steps = ApprovalStepSerializer(many=True, read_only=True)
    content = serializers.DictField(child=serializers.JSONField(allow_null=True), read_only=True)
    fields_to_complete = serializers.SerializerMethodField()

    class Meta(ApprovalSerializer.Meta):
        fields = [*ApprovalSerializer.Meta.fields, "content", "fields_to_complete", "steps"]
        read_only_fields = fields

    @extend_schema_field(ContentFieldSerializer(many=True))
    def get_fields_to_complete(self, approval: Approval) -> list[dict[str, Any]]:
        kind = APPROVALS.get(approval.kind)
        return list(ContentFieldSerializer(kind.fields if kind else (), many=True).data)


class _VersionedBody(Serializer):
    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)


class ApproveSerializer(_VersionedBody):
    """`version`: what was read."""

    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class CompleteSerializer(ApproveSerializer):
    """`content`: new values of fields that may be completed, null to empty one."""

    content = serializers.DictField(child=serializers.JSONField(allow_null=True), allow_empty=False)

    def validate_content(self, value: dict[str, Any]) -> dict[str, Any]:
        if len(value) > MAX_FIELDS:
            raise InvalidValue(field="content", expected=CONTENT_FIELDS)
        return value


class RejectSerializer(_VersionedBody):
    """`version`: what was read."""

    reason = serializers.CharField(max_length=200)


class WithdrawSerializer(Serializer):
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class SignatureSerializer(ModelSerializer):
    """签名. `digest`: sha256 of what was signed; void since `voided_at`, if that is not null."""

    place_name = serializers.SerializerMethodField()

    class Meta:
        model = Signature
        fields = [
            "id", "hospital_id", "hospital_name", "subject_type", "subject_id", "place", "place_name", "signer_id",
            "signer_name", "role_id", "role_name", "method", "digest", "signed_at", "voided_at", "void_reason",
        ]  # fmt: skip
        read_only_fields = fields

    def get_place_name(self, signature: Signature) -> str:
        place = PLACES.get(signature.place)
        return place.name if place else signature.place
