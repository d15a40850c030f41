"""Reports that come by themselves: once for each period, in the hospital's time, for who may still see them."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from apps.access.models import StaffRole
from apps.identity.models import CalendarDay, StaffNotice
from apps.identity.notices import words
from apps.identity.services.access_version import bump
from apps.reports.models import ReportJob, ReportSchedule
from apps.reports.services.occurrences import newest, next_at
from apps.reports.services.run import run_job
from apps.reports.services.schedules import run_due
from kernel import clock
from tests.cashier.support import later
from tests.reports.support import SCHEDULES
from tests.support.world import World

pytestmark = [pytest.mark.requirement("RPT-02"), pytest.mark.django_db]


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=clock.LOCAL)


def planned(world: World, who: str = "books", **values: Any) -> ReportSchedule:
    """A schedule of the income of the day before, every day at seven."""
    given = {
        "hospital_id": str(world.h1.pk), "name": "收入日报", "report": "billing.income", "file_format": "csv",
        "parameters": {"group_by": "channel"}, "every": "day", "at": "07:00:00", **values,
    }  # fmt: skip
    answer = world.client(who).post(SCHEDULES, given, "json")
    assert answer.status_code == 201, answer.content
    return ReportSchedule.objects.get(pk=answer.json()["id"])


def period(schedule: ReportSchedule, moment: dt.datetime) -> tuple[str, str, str]:
    found = newest(schedule, moment)
    assert found is not None
    return found.period, str(found.first), str(found.last)


def test_a_day_week_and_month_are_over_before_they_are_told(office: World) -> None:
    daily, weekly, monthly = (
        planned(office, every=every, weekday=1, month_day=31) for every in ("day", "week", "month")
    )
    assert period(daily, at(2026, 11, 23, 7)) == ("2026-11-23", "2026-11-22", "2026-11-22")
    assert period(daily, at(2026, 11, 23, 6, 59)) == ("2026-11-22", "2026-11-21", "2026-11-21")
    assert period(weekly, at(2026, 11, 23, 8)) == ("2026-W47", "2026-11-16", "2026-11-22")
    assert period(weekly, at(2027, 1, 4, 8)) == ("2026-W53", "2026-12-28", "2027-01-03")
    assert period(monthly, at(2026, 11, 30, 8)) == ("2026-10", "2026-10-01", "2026-10-31")
    assert period(monthly, at(2028, 2, 29, 8)) == ("2028-01", "2028-01-01", "2028-01-31")
    assert next_at(monthly, at(2027, 2, 1, 0)) == at(2027, 2, 28, 7)
    assert next_at(daily, at(2026, 11, 23, 7)) == at(2026, 11, 24, 7)


def test_days_off_wait_for_the_next_working_day_and_are_not_lost(office: World) -> None:
    CalendarDay.objects.create(hospital=office.h1, date=dt.date(2026, 12, 1), kind="holiday", note="院庆")
    daily = planned(office, working_days_only=True)
    assert period(daily, at(2026, 11, 23, 8)) == ("2026-11-23", "2026-11-20", "2026-11-22")
    assert period(daily, at(2026, 11, 22, 8)) == ("2026-11-20", "2026-11-19", "2026-11-19")
    monthly = planned(office, every="month", month_day=1, working_days_only=True)
    assert next_at(monthly, at(2026, 11, 25, 8)) == at(2026, 12, 2, 7)
    assert period(monthly, at(2026, 12, 2, 8)) == ("2026-11", "2026-11-01", "2026-11-30")


def test_only_the_newest_of_missed_ones_is_made_up_for(office: World) -> None:
    schedule = planned(office)
    assert schedule.due_at == at(2026, 11, 24, 7)
    later(at(2026, 11, 28, 9))
    job = run_due(schedule.pk)
    assert job is not None and (job.period, job.parameters["date_from"]) == ("2026-11-28", "2026-11-27")
    assert run_due(schedule.pk) is None and ReportJob.objects.filter(schedule=schedule).count() == 1
    schedule.refresh_from_db()
    assert schedule.due_at == at(2026, 11, 29, 7)


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_ask_once_and_the_owner_is_told_with_a_link(office: World) -> None:
    schedule = planned(office)
    later(at(2026, 11, 24, 7, 1))

    def go(_: int) -> ReportJob | None:
        try:
            return run_due(schedule.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = [job for job in pool.map(go, range(4)) if job is not None]
    (job,) = ReportJob.objects.filter(schedule=schedule)
    assert made == [job]
    run_job(job.pk)
    notice = StaffNotice.objects.get(recipient=office.staff["books"])
    assert notice.kind == "report_ready" and notice.data["link"] == f"/reports/jobs/{job.pk}"
    assert "收入日报" in words(notice.kind, notice.data) and "2026-11-24" in words(notice.kind, notice.data)
    assert office.client("books").get(f"/api/admin/v1/report-jobs/{job.pk}/content").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_planned_report_that_fails_is_told_to_its_owner(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.reports.services import run

    schedule = planned(office, file_format="pdf")
    later(at(2026, 11, 24, 7, 1))
    job = run_due(schedule.pk)
    monkeypatch.setattr(run, "MAX_PRINTED", -1)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.failure) == ("failed", "too_many_rows")
    assert StaffNotice.objects.get(recipient=office.staff["books"]).kind == "report_failed"


def test_a_schedule_of_who_may_not_see_it_any_more_stands_still(office: World) -> None:
    schedule = planned(office)
    StaffRole.objects.filter(staff=office.staff["books"]).delete()
    bump([office.staff["books"].user_id])
    later(at(2026, 11, 24, 7, 1))
    assert run_due(schedule.pk) is None
    schedule.refresh_from_db()
    assert (schedule.is_active, schedule.paused_reason, schedule.due_at) == (False, "rights_withdrawn", None)
    assert StaffNotice.objects.get(recipient=office.staff["books"]).kind == "report_schedule_paused"
    assert not ReportJob.objects.exists()


def test_a_schedule_is_changed_by_its_version_and_begins_with_its_next_time(office: World) -> None:
    schedule = planned(office)
    url, client = f"{SCHEDULES}/{schedule.pk}", office.client("books")
    off = client.patch(url, {"is_active": False, "version": 1}, "json")
    assert (off.status_code, off.json()["due_at"]) == (200, None)
    assert client.patch(url, {"is_active": True, "version": 1}, "json").status_code == 409
    on = client.patch(url, {"is_active": True, "at": "09:30:00", "version": 2}, "json").json()
    assert on["due_at"] == "2026-11-23T09:30:00+08:00"
    assert office.client("cfo").get(url).status_code == 404
    assert office.client("cfo").patch(url, {"is_active": False, "version": 3}, "json").status_code == 404
    assert client.delete(url).status_code == 204


@pytest.mark.parametrize(
    ("values", "status", "field"),
    [
        ({"report": "billing.nothing"}, 404, ""), ({"parameters": {"group_by": "moon"}}, 400, "parameters.group_by"),
        ({"parameters": {"group_by": "day", "date_from": "2026-11-01"}}, 400, "parameters.date_from"),
        ({"weekday": 8}, 400, "weekday"), ({"month_day": 0}, 400, "month_day"), ({"at": "25:00"}, 400, "at"),
        ({"every": "year"}, 400, "every"), ({"hospital_id": "other"}, 400, "hospital_id"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_is_named(
    office: World, values: dict[str, Any], status: int, field: str
) -> None:
    if values.get("hospital_id"):
        values = {"hospital_id": str(office.h2.pk)}
    given = {
        "hospital_id": str(office.h1.pk), "name": "日报", "report": "billing.income", "file_format": "csv",
        "parameters": {"group_by": "channel"}, "every": "day", "at": "07:00:00", **values,
    }  # fmt: skip
    answer = office.client("books").post(SCHEDULES, given, "json")
    assert answer.status_code == status, answer.content
    if field:
        assert answer.json()["errors"][0]["field"] == field


def test_of_two_weeks_on_one_day_the_later_one_is_made(office: World) -> None:
    for day in (dt.date(2026, 11, 16) + dt.timedelta(days=number) for number in range(8)):
        CalendarDay.objects.create(hospital=office.h1, date=day, kind="holiday", note="长假")
    weekly = planned(office, every="week", weekday=1, working_days_only=True)
    assert period(weekly, at(2026, 11, 24, 8)) == ("2026-W47", "2026-11-16", "2026-11-22")


def test_what_was_left_empty_in_a_schedule_is_not_asked_for(office: World) -> None:
    schedule = planned(office, parameters={"group_by": "channel", "channel": "", "department_id": ""})
    later(at(2026, 11, 24, 7, 1))
    job = run_due(schedule.pk)
    assert job is not None and set(job.parameters) == {"group_by", "date_from", "date_to"}


@pytest.mark.django_db(transaction=True)
def test_a_schedule_that_has_run_can_be_deleted_and_what_it_made_stays(office: World) -> None:
    schedule = planned(office)
    later(at(2026, 11, 24, 7, 1))
    job = run_due(schedule.pk)
    assert job is not None
    run_job(job.pk)
    assert office.client("books").delete(f"{SCHEDULES}/{schedule.pk}").status_code == 204
    job.refresh_from_db()
    assert (job.state, job.schedule, job.period) == ("succeeded", None, "2026-11-24")
    assert office.client("books").get(f"/api/admin/v1/report-jobs/{job.pk}/content").status_code == 200
    assert not ReportSchedule.objects.exists()


def test_a_schedule_whose_parameters_have_gone_says_so(office: World) -> None:
    schedule = planned(office)
    ReportSchedule.objects.filter(pk=schedule.pk).update(parameters={"group_by": "moon"})
    later(at(2026, 11, 24, 7, 1))
    assert run_due(schedule.pk) is None
    schedule.refresh_from_db()
    assert (schedule.is_active, schedule.paused_reason) == (False, "parameters_invalid")
    notice = StaffNotice.objects.get(recipient=office.staff["books"])
    assert notice.kind == "report_schedule_invalid" and "参数已失效" in words(notice.kind, notice.data)


def test_every_reason_for_standing_still_has_words_in_both_languages() -> None:
    from apps.reports.states import PauseReason
    from kernel.words import ENUMS

    said = ENUMS[PauseReason]
    assert set(said) == {"rights_withdrawn", "parameters_invalid"}
    assert all(word.zh and word.en and word.zh != word.en for word in said.values())
