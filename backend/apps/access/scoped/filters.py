"""What most tables can be filtered by."""

import django_filters


class OfPractitionerFilter(django_filters.FilterSet):
    """Rows of a hospital, a department, a doctor."""

    hospital_id = django_filters.UUIDFilter()
    department_id = django_filters.UUIDFilter()
    practitioner_id = django_filters.UUIDFilter()
