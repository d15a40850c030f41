"""A job's life: asked for, running, cancelled, taken up again, over; whatever becomes of its worker."""

import datetime as dt
import os
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import dramatiq
import pytest
from django.db import OperationalError, connection

from apps.access.models import StaffRole
from apps.files import storage
from apps.files.models import File
from apps.identity.services.access_version import bump
from apps.reports.models import ReportJob
from apps.reports.services import ends
from apps.reports.services.run import run_job
from apps.reports.tasks import run_report, sweep_reports
from kernel import clock
from kernel.reports import snapshot
from tests.cashier.support import later
from tests.plugins.figures import FIGURE
from tests.reports.support import BY_DAY, DEFINITIONS, JOBS, NOW, ask, asked, download, run
from tests.support.waiting import wait_until
from tests.support.world import World

pytestmark = [pytest.mark.requirement("RPT-02"), pytest.mark.django_db(transaction=True)]


def fresh(job: ReportJob) -> ReportJob:
    return ReportJob.objects.get(pk=job.pk)


def in_background(job: ReportJob) -> threading.Thread:
    """A worker at it, in a thread of its own."""

    def work() -> None:
        try:
            run_job(job.pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def killed_at(point: str, job: ReportJob, folder: Path) -> None:
    """A worker process that dies there."""
    faults = folder / "faults"
    faults.write_text(point)
    child = os.fork()
    if not child:
        connection.connection = None  # the parent's
        os.environ["YIHUI_FAULT_FILE"] = str(faults)
        try:
            run_job(job.pk)
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it did not come to that point"


def withdraw_rights(world: World, who: str) -> None:
    StaffRole.objects.filter(staff=world.staff[who]).delete()
    bump([world.staff[who].user_id])


def test_a_job_runs_once_and_says_how_far_it_is(office: World) -> None:
    job = asked(office, "books", "tests.rows", {"rows": "2500"})
    assert (job.state, job.stage) == ("queued", "waiting")
    run(job)
    assert (job.state, job.stage, job.done_rows, job.total_rows, job.row_count) == (
        "succeeded", "done", 2500, 2500, 2500,
    )  # fmt: skip
    assert (job.due_at, job.tries, job.expires_at) == (None, 1, NOW + dt.timedelta(days=7))
    shown = office.client("books").get(f"{JOBS}/{job.pk}").json()
    assert (shown["progress"], shown["report_name"], shown["owner_name"]) == (100, "试验报表", "books")
    run_job(job.pk)
    assert (fresh(job).tries, File.objects.filter(owner_id=job.pk).count()) == (1, 1)


@pytest.mark.parametrize("point", ["reports.between_rows_and_file", "reports.between_file_and_job"])
def test_a_job_whose_worker_was_killed_is_taken_up_again_after_its_lease(
    office: World, tmp_path: Path, point: str
) -> None:
    job = asked(office, "books", "tests.rows", {"rows": "1200"})
    killed_at(point, job, tmp_path)
    job = fresh(job)
    wanted = {
        "reports.between_rows_and_file": ("reading", 1_000),
        "reports.between_file_and_job": ("storing", 0),
    }
    assert (job.state, job.stage, job.done_rows) == ("running", *wanted[point])
    run_job(job.pk)
    assert fresh(job).tries == 1, "its lease is not over"
    later(NOW + dt.timedelta(seconds=61))
    assert run(job).state == "succeeded" and job.tries == 2
    assert len(download(office, "books", job)) == File.objects.get(owner_id=job.pk).size


def test_a_job_that_kills_its_workers_ends_with_a_reason(office: World, tmp_path: Path) -> None:
    job = asked(office, "books", "tests.rows", {})
    for minutes in (0, 2):
        later(NOW + dt.timedelta(minutes=minutes))
        killed_at("reports.between_rows_and_file", job, tmp_path)
    later(NOW + dt.timedelta(minutes=4))
    run(job)
    assert (job.state, job.failure, job.due_at) == ("failed", "worker_died", None)
    assert not File.objects.filter(owner_type="reports.job", state="attached").exists()


def test_a_running_statement_ends_when_its_job_is_cancelled(
    office: World, record_property: Callable[[str, object], None]
) -> None:
    job = asked(office, "books", "tests.slow", {"seconds": "60"})
    worker = in_background(job)
    wait_until(lambda: fresh(job).pid)
    begun = time.monotonic()
    answer = office.client("books").post(f"{JOBS}/{job.pk}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelling")
    wait_until(lambda: fresh(job).state == "cancelled", 30)  # half of what the statement would take
    record_property(
        FIGURE, f"report cancelled in its statement: {time.monotonic() - begun:.2f} s (at most 2)"
    )
    worker.join()
    again = office.client("books").post(f"{JOBS}/{job.pk}/cancel")
    assert (again.status_code, again.json()["state"]) == (200, "cancelled")


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_is_over_not_at_all(office: World) -> None:
    job = asked(office, "books", "tests.rows", {})
    assert office.client("books").post(f"{JOBS}/{job.pk}/cancel").json()["state"] == "cancelled"
    run_job(job.pk)
    assert fresh(job).state == "cancelled"
    done = run(asked(office, "books", "tests.rows", {}))
    answer = office.client("books").post(f"{JOBS}/{done.pk}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "state_conflict")


def test_a_cancelled_job_whose_worker_died_is_over_after_its_lease(office: World, tmp_path: Path) -> None:
    job = asked(office, "books", "tests.rows", {})
    killed_at("reports.between_rows_and_file", job, tmp_path)
    assert office.client("books").post(f"{JOBS}/{job.pk}/cancel").json()["state"] == "cancelling"
    later(NOW + dt.timedelta(seconds=61))
    assert run(job).state == "cancelled"


def test_the_same_asked_for_within_five_minutes_is_the_same_job(office: World) -> None:
    first = asked(office, "books", "tests.rows", {"rows": "5"})
    assert asked(office, "books", "tests.rows", {"rows": "5"}) == first
    run(first)
    assert asked(office, "books", "tests.rows", {"rows": "5"}) == first, "its file is there"
    others = [
        asked(office, "books", "tests.rows", {"rows": "6"}), asked(office, "books", "tests.rows", {"rows": "5"}, "csv"),
        asked(office, "cfo", "tests.rows", {"rows": "5"}),
    ]  # fmt: skip
    assert first not in others and len(set(others)) == 3
    later(NOW + dt.timedelta(minutes=5, seconds=1))
    assert asked(office, "books", "tests.rows", {"rows": "5"}) != first


def test_the_same_key_makes_one_job_and_another_body_is_refused(office: World) -> None:
    post = office.client("books").post
    request = {
        "hospital_id": str(office.h1.pk), "report": "billing.income", "parameters": BY_DAY, "file_format": "csv"
    }  # fmt: skip
    answers = [post(JOBS, request, "json", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201] and answers[0].json() == answers[1].json()
    other = post(JOBS, {**request, "file_format": "pdf"}, "json", HTTP_IDEMPOTENCY_KEY="k")
    assert other.status_code == 422
    assert post(JOBS, request, "json").status_code == 400


def test_rights_withdrawn_while_it_runs_are_withdrawn_from_its_file(office: World) -> None:
    job = run(asked(office, "books", "tests.rows", {}))
    office.client("books").get(f"{JOBS}/{job.pk}/content")
    clerk = office.add_staff("mover", "finance", office.h1, [])
    moved = run(asked(office, "mover", "tests.rows", {}))
    StaffRole.objects.filter(staff=clerk).delete()
    from apps.access.models import Role

    StaffRole.objects.create(staff=clerk, role=Role.objects.get(hospital=None, code="clerk"))
    bump([clerk.user_id])
    answer = office.client("mover").get(f"{JOBS}/{moved.pk}/content")
    assert (answer.status_code, answer.json()["code"]) == (403, "report_rights_withdrawn")


def test_rights_withdrawn_before_it_runs_leave_no_file(office: World) -> None:
    job = asked(office, "books", "tests.rows", {})
    withdraw_rights(office, "books")
    run(job)
    assert (job.state, job.failure, job.file) == ("failed", "rights_withdrawn", None)


def test_two_of_a_person_run_at_once_and_the_third_waits(office: World) -> None:
    slow = [asked(office, "books", "tests.slow", {"seconds": f"{30 + n}"}) for n in range(2)]
    workers = [in_background(job) for job in slow]
    wait_until(lambda: all(fresh(job).pid for job in slow))
    third, other = asked(office, "books", "tests.rows", {}), asked(office, "cfo", "tests.rows", {})
    assert run(third).state == "queued" and third.due_at > NOW
    assert run(other).state == "succeeded", "another person's is not kept waiting"
    office.client("books").post(f"{JOBS}/{slow[0].pk}/cancel")
    wait_until(lambda: fresh(slow[0]).state == "cancelled")
    assert fresh(third).due_at <= NOW, "it has its turn"
    assert run(third).state == "succeeded"
    office.client("books").post(f"{JOBS}/{slow[1].pk}/cancel")
    for worker in workers:
        worker.join()


def test_so_many_open_jobs_of_a_person_are_refused(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.reports.services import ask as asking

    monkeypatch.setattr(asking, "MAX_OPEN", 2)
    for rows in range(2):
        asked(office, "books", "tests.rows", {"rows": str(rows + 1)})
    answer = ask(office, "books", "tests.rows", {"rows": "9"})
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (409, "too_many_reports", 2)


def test_a_storage_that_is_full_leaves_a_reason_and_no_half_file(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(office, "books", "tests.rows", {})

    def full(name: str, content: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(storage.store()), "save", lambda self, name, content: full(name, content))
    run(job)
    assert (job.state, job.failure, job.file) == ("failed", "storage_failed", None)
    assert not File.objects.filter(owner_type="reports.job").exists()


def test_a_statement_that_is_wrong_fails_with_a_reason(office: World) -> None:
    job = run(asked(office, "books", "tests.slow", {"seconds": "x"}))
    assert (job.state, job.failure) == ("failed", "error")


def test_a_statement_that_takes_too_long_says_so(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.reports.services import preview, run as running

    monkeypatch.setattr(running, "STATEMENT_SECONDS", 1)
    monkeypatch.setattr(preview, "SECONDS", 1)
    job = run(asked(office, "books", "tests.slow", {"seconds": "30"}))
    assert (job.state, job.failure) == ("failed", "too_long")
    request = {"hospital_id": str(office.h1.pk), "parameters": {"seconds": "30"}}
    answer = office.client("books").post(f"{DEFINITIONS}/tests.slow/preview", request, "json")
    assert (answer.status_code, answer.json()["code"]) == (422, "report_too_large")


def test_a_worker_that_stops_in_good_order_leaves_the_job_to_another(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dramatiq.middleware import Shutdown

    from apps.reports.services import run as running

    job = asked(office, "books", "tests.rows", {})

    def stops(name: str) -> None:
        raise Shutdown

    monkeypatch.setattr(running, "fault_point", stops)
    with pytest.raises(Shutdown):
        run_job(job.pk)
    assert (fresh(job).state, fresh(job).due_at) == ("queued", NOW)
    monkeypatch.undo()
    assert run(job).state == "succeeded"


def test_files_go_after_seven_days_and_the_job_says_so(office: World) -> None:
    job = run(asked(office, "books", "tests.rows", {}))
    later(NOW + dt.timedelta(days=6, hours=23))
    assert ends.expire() == 0
    later(NOW + dt.timedelta(days=7))
    assert (ends.expire(), ends.expire()) == (1, 0)
    answer = office.client("books").get(f"{JOBS}/{job.pk}/content")
    assert (answer.status_code, answer.json()["code"]) == (409, "report_expired")
    file = File.objects.get(owner_id=job.pk)
    assert (file.state, file.purged_at is not None) == ("deleted", True)


def test_nobody_else_sees_a_job_but_who_sees_all_of_the_hospital(office: World) -> None:
    job = run(asked(office, "books", "tests.rows", {}))
    for who, status in (("cfo", 404), ("clerk", 404), ("admin2", 404), ("admin1", 200), ("boss", 200)):
        assert office.client(who).get(f"{JOBS}/{job.pk}").status_code == status, who
        assert office.client(who).get(f"{JOBS}/{job.pk}/content").status_code == status, who
    assert office.client("admin2").post(f"{JOBS}/{job.pk}/cancel").status_code == 404
    assert [row["id"] for row in office.client("cfo").get(JOBS).json()["results"]] == []


def test_the_file_of_a_job_that_is_not_done_is_not_there_yet(office: World) -> None:
    job = asked(office, "books", "tests.rows", {})
    answer = office.client("books").get(f"{JOBS}/{job.pk}/content")
    assert (answer.status_code, answer.json()["code"], answer.json()["state"]) == (
        409,
        "report_not_ready",
        "queued",
    )


def test_a_worker_takes_a_job_from_its_queue_and_the_sweep_what_the_queue_has_lost(office: World) -> None:
    broker = dramatiq.get_broker()
    broker.flush_all()
    lost = asked(office, "books", "tests.rows", {"rows": "7"})
    broker.flush_all()
    worker = dramatiq.Worker(broker, queues={"reports"}, worker_threads=2, worker_timeout=50)
    worker.start()
    try:
        assert fresh(lost).state == "queued"
        sweep_reports.fn()
        wait_until(lambda: fresh(lost).state == "succeeded")
        job = asked(office, "books", "tests.rows", {"rows": "8"})
        wait_until(lambda: fresh(job).state == "succeeded")
    finally:
        worker.stop()
        broker.flush_all()


def test_every_queue_has_workers_in_production_and_in_the_demo() -> None:
    queues = set(dramatiq.get_broker().get_declared_queues())
    root = Path(__file__).parents[2]
    for name in ("compose.yaml", "scripts/lib/demo.py"):
        listened = set(
            re.findall(r"[a-z]+", " ".join(re.findall(r"--queues(.*)", (root / name).read_text())))
        )
        assert queues <= listened, name


def test_reports_have_a_queue_of_their_own_with_a_limit_of_time() -> None:
    assert (run_report.queue_name, run_report.options["time_limit"]) == ("reports", 30 * 60 * 1000)


def test_the_clock_of_a_lease_is_renewed_while_one_statement_takes_long(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.reports.services import beat

    monkeypatch.setattr(beat, "RENEW", 0.0)
    monkeypatch.setattr(beat, "LOOK", 0.1)
    job = asked(office, "books", "tests.slow", {"seconds": "60"})
    worker = in_background(job)
    wait_until(lambda: fresh(job).pid)
    later(NOW + dt.timedelta(minutes=5))
    wait_until(lambda: fresh(job).due_at > clock.now())
    office.client("books").post(f"{JOBS}/{job.pk}/cancel")
    worker.join()
    assert fresh(job).state == "cancelled"


def kill_connection_of(job: ReportJob) -> None:
    """The server ends the connection whose statement runs for the job."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [wait_until(lambda: fresh(job).pid)])


def test_a_statement_for_which_the_database_lacks_room_is_not_repeated(office: World) -> None:
    job = run(asked(office, "books", "tests.room", {"name": "xx"}))
    assert (job.state, job.failure, job.detail, job.due_at) == ("failed", "database_failed", "54000", None)


def test_a_job_that_loses_its_database_is_begun_anew_and_twice_at_most(office: World) -> None:
    job = asked(office, "books", "tests.slow", {"seconds": "60"})
    for number in range(2):
        later(NOW + dt.timedelta(minutes=number))
        worker = in_background(job)
        kill_connection_of(job)
        worker.join()
        job = fresh(job)
        assert (job.state, job.failure, job.tries, job.pid) == ("queued", "", number + 1, None)
        assert job.due_at > clock.now()
    later(NOW + dt.timedelta(minutes=3))
    run(job)
    assert (job.state, job.failure, job.due_at) == ("failed", "worker_died", None)


def test_workers_that_stop_in_good_order_are_no_tries(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from dramatiq.middleware import Shutdown

    from apps.reports.services import run as running

    job = asked(office, "books", "tests.rows", {})

    def stops(name: str) -> None:
        raise Shutdown

    monkeypatch.setattr(running, "fault_point", stops)
    for _ in range(3):
        with pytest.raises(Shutdown):
            run_job(job.pk)
    monkeypatch.undo()
    assert run(job).state == "succeeded" and (job.tries, job.put_back) == (4, 3)


def is_asleep(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'", [pid])
        return cursor.fetchone() is not None


def test_the_statement_of_a_stranger_on_a_lent_connection_is_never_ended(office: World) -> None:
    from apps.reports.services.cancel import stop_statement

    lent = connection.copy()
    try:
        with snapshot(lent, seconds=30) as before:
            pid, started, over = before.backend()
        with snapshot(lent, seconds=30) as stranger, ThreadPoolExecutor(1) as pool:
            same, _, begun = stranger.backend()
            assert (same, begun == over) == (pid, False)
            slept = pool.submit(lambda: list(stranger.rows("SELECT pg_sleep(3)::text", {})))
            wait_until(lambda: is_asleep(pid))
            stop_statement(pid, started, over)
            assert slept.result() == [("",)]
            slept = pool.submit(lambda: list(stranger.rows("SELECT pg_sleep(60)::text", {})))
            wait_until(lambda: is_asleep(pid))
            stop_statement(pid, started, begun)
            with pytest.raises(OperationalError):
                slept.result()
    finally:
        lent.close()


def test_nothing_is_ended_any_more_once_the_rows_are_read(
    office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.reports.services import run as running

    job, seen = asked(office, "books", "tests.rows", {}), []
    monkeypatch.setattr(
        running, "fault_point", lambda name: seen.append((name, fresh(job).stage, fresh(job).pid))
    )
    assert run(job).state == "succeeded"
    assert seen[0] == ("reports.between_rows_and_file", "reading", None)


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_more_rows_than_a_file_may_have_are_a_reason(
    office: World, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    from apps.reports.services import run as running

    assert running.MAX_ROWS == 2_000_000
    monkeypatch.setattr(running, "MAX_ROWS", 1_000)
    assert run(asked(office, "books", "tests.rows", {"rows": "1000"}, file_format)).state == "succeeded"
    job = run(asked(office, "books", "tests.rows", {"rows": "1001"}, file_format))
    assert (job.state, job.failure, job.file) == ("failed", "too_many_rows", None)


def test_a_file_that_is_too_large_says_so(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.files.services import store

    real = store._Metered
    monkeypatch.setattr(store, "_Metered", lambda source, limit: real(source, 100))
    job = run(asked(office, "books", "tests.rows", {}))
    assert (job.state, job.failure, job.file) == ("failed", "file_too_large", None)
    assert not File.objects.filter(owner_type="reports.job").exists()


def test_a_file_leaves_no_name_on_the_disk_while_it_is_written(
    office: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import tempfile

    from apps.reports.services import run as running

    seen: list[list[str]] = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(
        running, "fault_point", lambda name: seen.append([path.name for path in tmp_path.iterdir()])
    )
    assert run(asked(office, "books", "tests.rows", {"rows": "2000"})).state == "succeeded"
    assert seen == [[], []]


def test_a_file_is_refused_at_once_when_its_time_is_over(office: World) -> None:
    job = run(asked(office, "books", "tests.rows", {}))
    later(NOW + dt.timedelta(days=7))
    answer = office.client("books").get(f"{JOBS}/{job.pk}/content")
    assert (answer.status_code, answer.json()["code"]) == (409, "report_expired"), (
        "nothing has swept it away yet"
    )
    assert fresh(job).state == "succeeded"
