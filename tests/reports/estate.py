"""Rows of reports for the rules that every resource keeps: a job and a schedule of the doctor's."""

import datetime as dt

from apps.access.actor import actor_of
from apps.reports.models import ReportFormat, ReportJob, ReportSchedule
from apps.reports.services.ask import ask
from apps.reports.services.schedules import plan
from kernel import clock
from tests.support.estates import Estate, Values


class ReportsEstate(Estate):
    """Of reports."""

    def make_report_job(self) -> ReportJob:
        day = str(clock.today())
        return ask(
            actor_of(self.world.staff["doctor_a"].user), hospital_id=self.world.h1.pk, report="billing.income",
            parameters={"date_from": day, "date_to": day, "group_by": "day"}, file_format=ReportFormat.XLSX,
        )  # fmt: skip

    def make_report_schedule(self) -> ReportSchedule:
        return plan(
            actor_of(self.world.staff["head"].user), hospital=self.world.h1, name="日报", report="billing.income",
            parameters={"group_by": "day"}, file_format="xlsx", every="day", at=dt.time(7),
        )  # fmt: skip


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/report-jobs/": lambda e: e.get("report_job").pk,
    "admin/v1/report-schedules/": lambda e: e.get("report_schedule").pk,
    "admin/v1/report-definitions/": lambda e: "billing.income",
}
