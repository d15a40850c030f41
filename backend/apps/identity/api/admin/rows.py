"""Base of the views of simple rows: code or name, place in the organisation, active or not."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from apps.access.scoped.views import CrudViewSet
from apps.identity.services.rows import create_row, delete_row, update_row
from kernel.errors import DuplicateValue, InUse, InvalidValue
from kernel.http.schema import raises


class RowViewSet(CrudViewSet):
    """Create, change and delete by the services' one helper."""

    @raises(DuplicateValue, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> Any:
        return create_row(self.model, **data)

    @raises(DuplicateValue, InvalidValue)
    def perform_update(self, instance: Any, data: dict[str, Any], version: int) -> Any:
        return update_row(instance, version=version, **data)

    @raises(InUse)
    def perform_destroy(self, instance: Any) -> None:
        delete_row(instance)


class RowFilter(django_filters.FilterSet):
    """By hospital, by activity, by a part of the name or code."""

    hospital_id = django_filters.UUIDFilter()
    is_active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(method="find", max_length=64, help_text="part of the name or code")

    def find(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(name__icontains=value) | Q(code__istartswith=value))
