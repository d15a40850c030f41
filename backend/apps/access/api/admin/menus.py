from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.codes import MODULES
from apps.access.errors import MenuCycle
from apps.access.models import MenuItem, Module, Permission
from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.options import OptionsMixin
from apps.access.scoped.views import CrudViewSet, ListMixin, RetrieveMixin, ScopedViewSet, UpdateMixin
from apps.access.services.menus import create_menu, delete_menu, update_menu, update_module
from kernel.errors import DuplicateValue, InUse, InvalidValue
from kernel.expectations import LOWER_CODE
from kernel.http.fields import PatternField
from kernel.http.filters import KnownFilter, in_force
from kernel.http.schema import raises
from kernel.http.serializers import ModelSerializer, VersionedModelSerializer


class ModuleSerializer(VersionedModelSerializer):
    """模块. Switching one off hides its menus from everybody; its permission codes stay in force."""

    class Meta:
        model = Module
        fields = ["id", "code", "name", "sort", "is_active", "version"]
        read_only_fields = ["code"]


class PermissionSerializer(ModelSerializer):
    """权限路径: `<module>.<resource>.<action>`."""

    module: Any = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Permission
        fields = ["id", "module", "code", "name", "is_retired"]


class MenuSerializer(VersionedModelSerializer):
    """菜单: a directory, page or button. Any of its codes opens it; without codes it is open to all staff."""

    module = serializers.SlugRelatedField(slug_field="code", queryset=Module.objects.all())
    parent_id: Any = ScopedRelatedField(
        source="parent",
        queryset=MenuItem.objects.all(),
        code="access.menu.list",
        allow_null=True,
        required=False,
    )
    code = PatternField(r"^[a-z][a-z0-9_.]*$", LOWER_CODE, max_length=64)
    permissions = serializers.SlugRelatedField(
        slug_field="code", queryset=Permission.objects.filter(is_retired=False), many=True, required=False
    )

    class Meta:
        model = MenuItem
        fields = [
            "id", "module", "parent_id", "kind", "code", "title", "title_en", "path", "component", "icon",
            "permissions", "sort", "is_hidden", "is_active", "version",
        ]  # fmt: skip


class PermissionFilter(django_filters.FilterSet):
    module = KnownFilter(known=lambda: in_force(MODULES), field_name="module__code", max_length=32)
    is_retired = django_filters.BooleanFilter()
    search = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=64)


class MenuFilter(django_filters.FilterSet):
    module = KnownFilter(known=lambda: in_force(MODULES), field_name="module__code", max_length=32)
    parent_id = django_filters.UUIDFilter()
    kind = django_filters.ChoiceFilter(choices=MenuItem.Kind.choices)
    is_active = django_filters.BooleanFilter()


@extend_schema(tags=["access"])
class ModuleViewSet(OptionsMixin, ListMixin, RetrieveMixin, UpdateMixin, ScopedViewSet):
    """模块: parts of the product, as the menu groups them."""

    model = Module
    resource = "access.module"
    serializer_class = ModuleSerializer
    ordering = ["sort"]

    def perform_update(self, instance: Module, data: dict[str, Any], version: int) -> Module:
        return update_module(instance, version=version, **data)


@extend_schema(tags=["access"])
class PermissionViewSet(ListMixin, RetrieveMixin, ScopedViewSet):
    """权限路径: the permission codes that the product knows."""

    model = Permission
    resource = "access.permission"
    serializer_class = PermissionSerializer
    filterset_class = PermissionFilter
    ordering = ["code"]

    def base_queryset(self) -> Any:
        return Permission.objects.select_related("module")


@extend_schema(tags=["access"])
class MenuViewSet(OptionsMixin, CrudViewSet):
    """菜单: the menu tree of the admin app."""

    model = MenuItem
    resource = "access.menu"
    serializer_class = MenuSerializer
    filterset_class = MenuFilter
    option_columns = ("title", "code")
    ordering_fields = ["sort", "code"]
    ordering = ["sort"]

    def base_queryset(self) -> Any:
        return MenuItem.objects.select_related("module").prefetch_related("permissions")

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> MenuItem:
        return create_menu(**data)

    @raises(DuplicateValue, InvalidValue, MenuCycle)
    def perform_update(self, instance: MenuItem, data: dict[str, Any], version: int) -> MenuItem:
        return update_menu(instance, version=version, **data)

    @raises(InUse)
    def perform_destroy(self, instance: MenuItem) -> None:
        delete_menu(instance)
