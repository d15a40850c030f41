from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from apps.access.errors import GrantTooWide
from apps.access.models import Role
from apps.access.policies import policy_of
from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import CodedView
from apps.access.services.staff_roles import roles_of, set_staff_roles
from apps.identity.errors import LastAdministrator
from apps.identity.models import StaffMember
from kernel.errors import InvalidValue, PermissionDenied
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer
from kernel.http.views import APIView


class HeldRoleSerializer(ModelSerializer):
    """A role as its holder shows it."""

    class Meta:
        model = Role
        fields = ["id", "hospital_id", "hospital_name", "code", "name", "is_active"]


class StaffRolesSerializer(Serializer):
    """Exactly these roles."""

    role_ids = ScopedRelatedField(
        source="roles", queryset=Role.objects.all(), code="access.role.list", many=True, allow_empty=True
    )


class StaffRolesView(CodedView, APIView):
    """员工角色: which roles a staff member holds."""

    resource = "access.staff_role"
    codes = {"get": "list", "put": "change"}

    def staff(self, pk: UUID) -> StaffMember:
        """The staff member within reach: 404 if out of sight, 403 if out of reach of a change."""
        policy, code = policy_of(StaffMember), self.code_of_action() or ""
        visible = policy.scope(self.actor, "access.staff_role.list", StaffMember.objects.all())
        staff = get_object_or_404(visible, pk=pk)
        if self.request.method == "PUT" and not policy.allows(self.actor, code, staff, "change"):
            raise PermissionDenied
        return staff

    @extend_schema(operation_id="staff_roles_list", tags=["access"], responses=HeldRoleSerializer(many=True))
    def get(self, request: Any, staff_id: UUID) -> Response:
        """List the roles of a staff member."""
        return Response(HeldRoleSerializer(roles_of(self.staff(staff_id)), many=True).data)

    @extend_schema(
        operation_id="staff_roles_set", tags=["access"], request=StaffRolesSerializer,
        responses=HeldRoleSerializer(many=True),
    )  # fmt: skip
    @raises(GrantTooWide, LastAdministrator, InvalidValue)
    def put(self, request: Any, staff_id: UUID) -> Response:
        """Give a staff member exactly these roles."""
        staff = self.staff(staff_id)
        serializer = StaffRolesSerializer(data=request.data, context={"view": self, "request": request})
        serializer.is_valid(raise_exception=True)
        roles = set_staff_roles(self.actor, staff, serializer.validated_data["roles"])
        return Response(HeldRoleSerializer(roles, many=True).data)
