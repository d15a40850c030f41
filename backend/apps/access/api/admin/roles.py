from typing import Any

import django_filters
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from apps.access.errors import GrantTooWide, SystemRole
from apps.access.models import Module, Permission, Role, RoleScope, ScopeKind
from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CrudViewSet
from apps.access.services.roles import copy_role, create_role, delete_role, update_role, whole_roles
from apps.identity.models import Department, Hospital
from kernel.errors import DuplicateValue, InUse, InvalidValue
from kernel.expectations import LOWER_CODE
from kernel.http.fields import PatternField
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, Serializer, VersionedModelSerializer

CODE = r"^[a-z][a-z0-9_]*$"


class RoleScopeSerializer(ModelSerializer):
    """数据范围 in one module; `department_ids` only with kind `chosen`."""

    module = serializers.SlugRelatedField(slug_field="code", queryset=Module.objects.all())
    department_ids = ScopedRelatedField(
        source="departments", queryset=Department.objects.all(), many=True, required=False, default=[]
    )

    class Meta:
        model = RoleScope
        fields = ["module", "kind", "department_ids"]


class RoleSerializer(VersionedModelSerializer):
    """角色 with its permission codes and data scopes; `hospital_id` null: a role of the whole group."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all(), allow_null=True)
    code = PatternField(CODE, LOWER_CODE, max_length=64)
    permissions = serializers.SlugRelatedField(
        slug_field="code", queryset=Permission.objects.filter(is_retired=False), many=True, required=False
    )
    scopes = RoleScopeSerializer(many=True, required=False)
    first_pages = serializers.ListField(
        child=serializers.CharField(max_length=64), max_length=20, required=False
    )

    class Meta:
        model = Role
        fields = [
            "id", "hospital_id", "hospital_name", "code", "name", "is_administrator", "is_system", "is_active",
            "default_scope", "permissions", "scopes", "first_pages", "version",
        ]  # fmt: skip
        read_only_fields = ["is_administrator", "is_system"]
        validators: list[Any] = []  # the service answers a code that is taken with 409


class RoleCopySerializer(Serializer):
    """Where the copy belongs and what it is called."""

    hospital_id = ScopedRelatedField(source="hospital", queryset=Hospital.objects.all(), allow_null=True)
    code = PatternField(CODE, LOWER_CODE, max_length=64)
    name = serializers.CharField(max_length=80)


class RoleFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    is_active = django_filters.BooleanFilter()
    is_system = django_filters.BooleanFilter()
    default_scope = django_filters.ChoiceFilter(choices=ScopeKind.choices)
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=64)


@extend_schema(tags=["access"])
class RoleViewSet(OptionsMixin, CrudViewSet):
    """角色: what its holders may do (codes) and how far (data scopes)."""

    model = Role
    resource = "access.role"
    codes = {"copy": "add"}
    serializer_class = RoleSerializer
    filterset_class = RoleFilter
    ordering_fields = ["name", "code"]
    ordering = ["code"]

    def base_queryset(self) -> Any:
        return Role.objects.all() if self.action == "offer" else whole_roles()

    @raises(DuplicateValue, GrantTooWide, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> Role:
        return create_role(actor=self.actor, **data)

    @raises(DuplicateValue, GrantTooWide, InvalidValue, SystemRole)
    def perform_update(self, instance: Role, data: dict[str, Any], version: int) -> Role:
        return update_role(self.actor, instance, version=version, **data)

    @raises(InUse, GrantTooWide, SystemRole)
    def perform_destroy(self, instance: Role) -> None:
        delete_role(self.actor, instance)

    @extend_schema(request=RoleCopySerializer, responses={201: RoleSerializer})
    @raises(DuplicateValue, GrantTooWide, InvalidValue)
    @action(detail=True, methods=["post"], serializer_class=RoleCopySerializer)
    def copy(self, request: Any, pk: Any = None) -> Response:
        """Copy a role, the product's own too, into one that can be changed."""
        source = get_object_or_404(self.get_queryset(), pk=pk)  # to read it is enough
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            role = copy_role(self.actor, source, **serializer.validated_data)
            self.check_reach(role)
        return Response(RoleSerializer(role, context=self.get_serializer_context()).data, status=201)
