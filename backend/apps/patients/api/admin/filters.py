from typing import Any

import django_filters
from django.db.models import QuerySet

from apps.access.scoped.filters import DictionaryFilter
from apps.patients.categories import COLUMNS, Category
from apps.patients.models import Gender, Patient
from apps.patients.selectors import find_patients, tag_names, with_card, with_mrn, with_name, with_value
from kernel.http.filters import KnownFilter

#: What stands in the column of who has none.
_LACKING: dict[str, Any] = {Category.TAG: [], Category.GENDER: Gender.UNKNOWN}


class TagFilter(KnownFilter):
    """A tag of a hospital, in force or not any more."""

    def rows(self, qs: QuerySet[Patient], value: str) -> Any:
        return qs.filter(tags__contains=[value])


class PatientFilter(django_filters.FilterSet):
    """Encrypted values are found by their whole value, names by how they begin."""

    hospital_id = django_filters.UUIDFilter()
    mrn = django_filters.CharFilter(method="by_mrn", max_length=32, help_text="the whole number")
    name = django_filters.CharFilter(
        method="by_name", max_length=64, help_text="beginning of the name, its pinyin or the initials"
    )
    phone = django_filters.CharFilter(method="by_value", max_length=32, help_text="the whole number")
    national_id = django_filters.CharFilter(method="by_value", max_length=32, help_text="the whole number")
    card_number = django_filters.CharFilter(method="by_card", max_length=32, help_text="the whole number")
    gender = django_filters.ChoiceFilter(choices=Gender.choices)
    vip_level = DictionaryFilter(code="vip_level", max_length=32)
    source = DictionaryFilter(code="patient_source", max_length=64)
    occupation = DictionaryFilter(code="occupation", max_length=64)
    industry = DictionaryFilter(code="industry", max_length=64)
    tag = TagFilter(known=tag_names, tells=False, max_length=40, help_text="the whole name of a tag")
    without = django_filters.ChoiceFilter(
        method="by_lack", choices=Category.choices, help_text="no value of that category is given"
    )
    is_provisional = django_filters.BooleanFilter()
    is_active = django_filters.BooleanFilter()
    search = django_filters.CharFilter(
        method="find",
        max_length=64,
        help_text="beginning of a name or pinyin, or a whole phone, ID, card or record number",
    )

    class Meta:
        model = Patient
        fields: list[str] = []

    def by_name(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return with_name(queryset, value)

    def by_mrn(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return with_mrn(queryset, value)

    def by_value(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return with_value(queryset, name, value)

    def by_card(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return with_card(queryset, value)

    def by_lack(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return queryset.filter(**{COLUMNS[Category(value)]: _LACKING.get(value, "")})

    def find(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return find_patients(queryset, value)
