"""A report while somebody looks: its sums, its chart and its first rows, out of one snapshot."""

import datetime as dt
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection

from apps.access.actor import Actor
from apps.reports.errors import ReportTooLarge
from apps.reports.selectors import given as given_of, report_of
from apps.reports.services.rows import Rows
from kernel.charts import Chart
from kernel.reports import snapshot

SHOWN, AT_MOST, SECONDS = 200, 50_000, 10
_CANCELLED = "57014"


@dataclass(frozen=True, slots=True)
class Preview:
    """`rows.first` are shown, `rows.count` there are; `at`: the moment that they are of."""

    rows: Rows
    chart: Chart | None
    at: dt.datetime


def preview(actor: Actor, *, hospital_id: UUID, report: str, parameters: Mapping[str, str]) -> Preview:
    """NoSuchReport, InvalidValue, ReportTooLarge (50,000 rows, 10 s)."""
    found, reach = report_of(actor, report, hospital_id)
    given = given_of(parameters)
    bound: dict[str, Any] = found.bind(given, hospital_id) | reach.bound()
    rows = Rows(found, given)
    try:
        with closing(rows), snapshot(connection, seconds=SECONDS) as seen:
            if not rows.show(seen.rows(found.statement(bound), bound), most=SHOWN, at_most=AT_MOST):
                raise ReportTooLarge
            return Preview(rows, rows.chart(), seen.at)
    except OperationalError as error:
        if getattr(error.__cause__ or error, "pgcode", None) == _CANCELLED:
            raise ReportTooLarge from error
        raise
