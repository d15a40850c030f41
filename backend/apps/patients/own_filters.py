"""What a mini-program user may filter every list by: whose rows, named by the bound card."""

from typing import Any
from uuid import UUID

import django_filters

from apps.patients.selectors import bindings_of
from kernel.errors import NotFound

#: What a search box of rows that have a patient takes beside their numbers.
NAMED = "the beginning of the patient's name or pinyin"


class BoundFilterSet(django_filters.FilterSet):
    """`binding_id`: rows of that bound person; one that is not the account's is not found, not an empty list."""

    binding_id = django_filters.UUIDFilter(method="of_binding", label="rows of that bound person only")

    def of_binding(self, queryset: Any, name: str, value: UUID) -> Any:
        """The rows of the person, at whom the model points with `patient`."""
        binding = bindings_of(self.request.user.wechat).filter(pk=value).first()
        if binding is None:
            raise NotFound
        return queryset.filter(patient_id=binding.patient_id)
