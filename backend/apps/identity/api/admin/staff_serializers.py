from typing import Any

from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.identity.api.pictures import PictureUrlField
from apps.identity.models import Department, Hospital, OrgUnit, Position, StaffMember
from apps.identity.models.user import USER_NAME_PATTERN
from apps.identity.phones import PHONE_PATTERN
from apps.identity.services.staff import Membership
from kernel.crypto import masking
from kernel.expectations import USER_NAME
from kernel.http.fields import CodeField, MaskedField, NameField
from kernel.http.serializers import Serializer, VersionedModelSerializer


class MembershipSerializer(Serializer):
    """A department somebody works in."""

    department_id = ScopedRelatedField(source="department", queryset=Department.objects.all())
    department_name = serializers.CharField(source="department.name", read_only=True)
    is_primary = serializers.BooleanField(default=False)
    is_head = serializers.BooleanField(default=False)

    def to_internal_value(self, data: Any) -> Any:
        return Membership(**super().to_internal_value(data))


class StaffSerializer(VersionedModelSerializer):
    """员工档案. With a licence number the person is a practitioner."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all())
    org_unit_id = ScopedRelatedField(
        source="org_unit", queryset=OrgUnit.objects.all(), allow_null=True, required=False
    )
    position_id = ScopedRelatedField(
        source="position", queryset=Position.objects.all(), allow_null=True, required=False
    )
    memberships = MembershipSerializer(many=True, required=False, max_length=100)  # type: ignore[call-arg]
    name = NameField(max_length=80)
    username = serializers.CharField(source="user.username", read_only=True, default=None, allow_null=True)
    phone = MaskedField(masking.phone, pattern=PHONE_PATTERN, max_length=24, required=False, allow_blank=True)
    skills = serializers.ListField(child=serializers.CharField(max_length=40), max_length=30, required=False)
    languages = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, required=False
    )
    portrait_url = PictureUrlField(source="portrait_id")

    class Meta:
        model = StaffMember
        fields = [
            "id", "hospital_id", "hospital_name", "org_unit_id", "org_unit_name", "position_id", "position_name",
            "memberships", "username", "employee_no", "name", "gender", "title", "tier", "licence_no", "phone",
            "speciality", "introduction", "skills", "languages", "portrait_url", "employed_on", "left_on", "status",
            "version",
        ]  # fmt: skip
        read_only_fields = ["left_on", "status"]
        validators: list[Any] = []
        extra_kwargs = {
            "licence_no": {"required": False, "default": ""},
            "introduction": {"max_length": 20000},
        }


class StaffCreateSerializer(StaffSerializer):
    """A new file; with `username` also an account."""

    username = CodeField(
        USER_NAME_PATTERN, USER_NAME, required=False, write_only=True, help_text="opens an account"
    )
    initial_password = serializers.CharField(
        read_only=True,
        allow_null=True,
        default=None,
        help_text="one-time password of the account, shown only here",
    )

    class Meta(StaffSerializer.Meta):
        fields = [*StaffSerializer.Meta.fields, "initial_password"]


class AccountSerializer(Serializer):
    """The user name of a new account."""

    username = CodeField(USER_NAME_PATTERN, USER_NAME)


class OneTimePasswordSerializer(Serializer):
    """Shown once; it must be changed at the next sign-in."""

    username = serializers.CharField()
    initial_password = serializers.CharField()


class LeaveSerializer(Serializer):
    """离职."""

    left_on = serializers.DateField(required=False, help_text="today unless given; not in the future")


class SensitiveStaffSerializer(Serializer):
    """What is masked elsewhere; the reading is recorded."""

    phone = serializers.CharField()
