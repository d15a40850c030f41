"""Pages of lists that several arms of a policy make visible.

An OR of arms would hash everything that each arm reaches before the first row is shown. Instead every arm is read in
the list's order by its own index, no further than the page needs, and the few candidates are put in order together.
"""

from typing import Any

from django.db.models import Q, QuerySet


class MergedRows:
    """Slices like the queryset of the OR of `arms`, which `queryset` (filtered and ordered) does not contain."""

    def __init__(self, queryset: QuerySet[Any], arms: list[Q]) -> None:
        self.queryset, self.arms = queryset, arms

    def __getitem__(self, part: slice) -> QuerySet[Any]:
        keys = self._union([self.queryset.filter(arm).values("pk")[: part.stop] for arm in self.arms])
        return self.queryset.filter(pk__in=keys)[part]

    def first_keys(self, most: int) -> QuerySet[Any]:
        """At least `most` keys if there are as many rows, all otherwise; for counting."""
        plain = self.queryset.order_by()
        return self._union([plain.filter(arm).values("pk")[:most] for arm in self.arms])

    def _union(self, parts: list[QuerySet[Any]]) -> QuerySet[Any]:
        return parts[0].union(*parts[1:])
