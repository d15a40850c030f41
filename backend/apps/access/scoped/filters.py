"""What most tables can be filtered by."""

from typing import Any

import django_filters

from apps.identity.selectors import dictionary_values
from kernel.http.filters import KnownFilter


class DictionaryFilter(KnownFilter):
    """A value of a dictionary, in force or not any more."""

    def __init__(self, *args: Any, code: str, **kwargs: Any) -> None:
        super().__init__(*args, known=lambda: dictionary_values(code), **kwargs)


class OfPractitionerFilter(django_filters.FilterSet):
    """Rows of a hospital, a department, a doctor."""

    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()
