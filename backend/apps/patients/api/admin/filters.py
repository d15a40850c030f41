from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from apps.access.scoped.filters import DictionaryFilter
from apps.access.scoped.permissions import request_actor
from apps.patients.categories import COLUMNS, Category
from apps.patients.models import Gender, Patient
from apps.patients.selectors import find_patients, tag_names, with_card, with_mrn, with_name, with_value
from kernel.expectations import UNKNOWN
from kernel.http.filters import KnownFilter

#: What stands in the column of who has none.
_LACKING: dict[str, Any] = {Category.TAG: [], Category.GENDER: Gender.UNKNOWN}


def _every_tag() -> dict[str, bool]:
    return dict.fromkeys(sorted(tag_names(None)), True)


class TagFilter(KnownFilter):
    """A tag of a hospital within reach, in force or not any more: whether another one has it is not told."""

    def filter(self, qs: QuerySet[Patient], value: str) -> Any:
        known = tag_names(self._hospitals()) if value else set()
        if known and value not in known:
            name = next(name for name, each in self.parent.filters.items() if each is self)
            raise ValidationError({name: [UNKNOWN.text]}, code="invalid_choice")
        return self.rows(qs, value) if value else qs

    def _hospitals(self) -> set[UUID] | None:
        actor = request_actor(self.parent.request)
        scope = actor.scope("patients.patient.list") if actor else None
        if actor is None or (scope and scope.everything):
            return None
        return {actor.hospital_id, *(scope.hospitals if scope else ())}

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
    tag = TagFilter(known=_every_tag, max_length=40, help_text="the whole name of a tag")
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
