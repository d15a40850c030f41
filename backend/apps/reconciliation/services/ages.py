"""账龄: how long differences have waited, in the bands that finance offices look at."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Case, Count, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from apps.reconciliation.models import Difference
from apps.reconciliation.states import UNSETTLED
from kernel import clock


class AgeBand(models.TextChoices):
    """Days from the business day to today."""

    UP_TO_1 = "up_to_1"
    FROM_2 = "from_2"
    FROM_4 = "from_4"
    OVER_7 = "over_7"


#: The youngest and the oldest of a band, in days.
_DAYS: Mapping[AgeBand, tuple[int, int | None]] = {
    AgeBand.UP_TO_1: (0, 1), AgeBand.FROM_2: (2, 3), AgeBand.FROM_4: (4, 7), AgeBand.OVER_7: (8, None),
}  # fmt: skip


def of_age(band: str) -> Q:
    """Unsettled differences of that age."""
    youngest, oldest = _DAYS[AgeBand(band)]
    today = clock.today()
    rows = Q(state__in=UNSETTLED, business_date__lte=today - dt.timedelta(days=youngest))
    return rows if oldest is None else rows & Q(business_date__gte=today - dt.timedelta(days=oldest))


def ages_of(rows: QuerySet[Difference]) -> list[dict[str, Any]]:
    """Every band with the number of unsettled differences and their sums in fen, over and short apart."""
    banded = Case(
        *[When(of_age(band), then=Value(band.value)) for band in AgeBand], output_field=models.TextField()
    )
    grouped = rows.filter(state__in=UNSETTLED).order_by().annotate(age_band=banded).values("age_band")
    counted = grouped.annotate(
        count=Count("pk"), over_fen=Coalesce(Sum("effect_fen", filter=Q(effect_fen__gt=0)), 0),
        short_fen=Coalesce(Sum("effect_fen", filter=Q(effect_fen__lt=0)), 0),
    )  # fmt: skip
    found: dict[str, dict[str, Any]] = {row["age_band"]: dict(row) for row in counted}
    nothing = {"count": 0, "over_fen": 0, "short_fen": 0}
    return [found.get(band.value, {"age_band": band.value, **nothing}) for band in AgeBand]
