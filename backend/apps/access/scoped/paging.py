"""Pages of lists that several arms of a policy make visible.

An OR of arms would hash everything that each arm reaches before the first row is shown. Instead every arm is read in
the list's order by its own index, no further than the page needs, and the few candidates are put in order together.
"""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.access.actor import Actor
from apps.access.policies.base import first_keys, for_lists, policy_of
from apps.identity.models import Hospital

LITERAL = 1_000


class MergedRows:
    """Slices like the OR of `arms` on `queryset` (filtered and ordered); `rows` is what it was before the filters.

    The keys are found first, from the indexes alone where they hold what filter and arm need; then those rows are read.
    """

    def __init__(self, queryset: QuerySet[Any], arms: list[Q], rows: QuerySet[Any]) -> None:
        self.queryset, self.arms, self.rows = queryset, arms, rows

    def __getitem__(self, part: slice) -> QuerySet[Any]:
        if len(self.arms) == 1:
            keys = first_keys(self.arms[0], self.queryset, part.stop)[part.start or 0 :]
            return self.rows.filter(pk__in=self._literal(keys, part)).order_by(*self.queryset.query.order_by)
        keys = self._union([first_keys(arm, self.queryset, part.stop) for arm in self.arms])
        return self.rows.filter(pk__in=self._literal(keys, part)).order_by(*self.queryset.query.order_by)[
            part
        ]

    def _literal(self, keys: QuerySet[Any], part: slice) -> Any:
        """The keys themselves on all but far pages: rows with many joins are planned ten times faster from them."""
        return [key["pk"] for key in keys] if part.stop <= LITERAL else keys

    def first_keys(self, most: int) -> QuerySet[Any]:
        """At least `most` keys if there are as many rows, all otherwise; for counting."""
        plain = self.queryset.order_by()
        return self._union([plain.filter(arm).values("pk")[:most] for arm in self.arms])

    def _union(self, parts: list[QuerySet[Any]]) -> QuerySet[Any]:
        return parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]


def first_reached(queryset: QuerySet[Any], actor: Actor, code: str, many: int) -> list[UUID]:
    """The keys of the first rows of an ordered queryset that the actor may reach with `code`, found like a page."""
    policy = policy_of(queryset.model)
    arms = for_lists(policy.arms(actor, code))
    if arms == [Q()]:  # the indexes of rows of hospitals begin with the hospital
        arms = [Q(**{policy.hospital: pk}) for pk in Hospital.objects.values_list("pk", flat=True)]
    if not arms:
        return []
    return list(
        MergedRows(queryset, arms, queryset.model._default_manager.values_list("pk", flat=True))[:many]
    )
