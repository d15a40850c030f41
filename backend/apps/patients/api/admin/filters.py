from typing import Any

import django_filters
from django.db.models import QuerySet

from apps.patients.categories import COLUMNS, Category
from apps.patients.models import Gender, Patient
from apps.patients.selectors import find_patients, with_card, with_name, with_value

#: What stands in the column of who has none.
_LACKING: dict[str, Any] = {Category.TAG: [], Category.GENDER: Gender.UNKNOWN}


class PatientFilter(django_filters.FilterSet):
    """Encrypted values are found by their whole value, names by how they begin."""

    hospital_id = django_filters.UUIDFilter()
    mrn = django_filters.CharFilter(max_length=32, help_text="the whole number")
    name = django_filters.CharFilter(
        method="by_name", max_length=64, help_text="beginning of the name, its pinyin or the initials"
    )
    phone = django_filters.CharFilter(method="by_value", max_length=32, help_text="the whole number")
    national_id = django_filters.CharFilter(method="by_value", max_length=32, help_text="the whole number")
    card_number = django_filters.CharFilter(method="by_card", max_length=32, help_text="the whole number")
    gender = django_filters.ChoiceFilter(choices=Gender.choices)
    vip_level = django_filters.CharFilter(max_length=32)
    source = django_filters.CharFilter(max_length=64)
    occupation = django_filters.CharFilter(max_length=64)
    industry = django_filters.CharFilter(max_length=64)
    tag = django_filters.CharFilter(method="by_tag", max_length=40, help_text="the whole name of a tag")
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

    def by_value(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return with_value(queryset, name, value)

    def by_card(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return with_card(queryset, value)

    def by_tag(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return queryset.filter(tags__contains=[value])

    def by_lack(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return queryset.filter(**{COLUMNS[Category(value)]: _LACKING.get(value, "")})

    def find(self, queryset: QuerySet[Patient], name: str, value: str) -> Any:
        return find_patients(queryset, value)
