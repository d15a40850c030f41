"""What an import tells of people on file: nothing of whom its reader may not see (rules.md 28)."""

from pathlib import Path
from typing import Any

import pytest

from apps.access.models import Permission, Role, ScopeKind, StaffRole
from apps.audit.models import AuditEvent
from apps.imports.services import jobs
from apps.patients.models import ImportRow, Patient
from tests.patients.test_imports import URL, download, upload
from tests.support.world import World

pytestmark = pytest.mark.requirement("PAT-04", "ACC-05")
#: Who is in doctor_a's care, and who is not.
SEEN, UNSEEN = "张三丰,13800138001", "李四光,13800138002"
NEUTRAL = ("姓名", "on_file", "该行属于已建档的人员")


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def importer(world: World) -> str:
    """Imports for the whole hospital, and sees the patients of the own care alone."""
    role = Role.objects.create(
        hospital=world.h1, code="import", name="导入", default_scope=ScopeKind.HOSPITAL
    )
    role.permissions.set(Permission.objects.filter(code__startswith="patients.import."))
    StaffRole.objects.create(staff=world.staff["doctor_a"], role=role)
    return "doctor_a"


def checked(world: World, who: str, *rows: str, titles: str = "姓名,手机号", **more: Any) -> dict[str, Any]:
    made = upload(world, "\n".join([titles, *rows]).encode(), who=who, **more)
    assert made.status_code == 201, made.json()
    jobs.check(made.json()["id"])
    found: dict[str, Any] = world.client(who).get(f"{URL}/{made.json()['id']}").json()
    return found


def told(world: World, who: str, job: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = world.client(who).get(f"{URL}/{job['id']}/problems").json()
    return [(row["column"], row["code"], row["reason"]) for row in rows]


def test_a_finding_names_the_record_only_of_whom_the_importer_may_see(world: World, importer: str) -> None:
    job = checked(world, importer, SEEN, UNSEEN)
    mrn = world.patients["patient_a"].mrn
    assert (job["duplicate_count"], job["bad_count"], job["good_count"]) == (2, 0, 0)
    assert told(world, importer, job) == [
        ("手机号", "duplicate_on_file", f"该患者已建档(病历号 {mrn})"),
        NEUTRAL,
    ]
    report = download(world.client(importer), f"{URL}/{job['id']}/report?file_format=csv").decode()
    assert mrn in report
    assert world.patients["patient_b"].mrn not in report


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        ("姓名,手机号,证件号码", ["李四光,,110101198512240029", "赵六六,,110101198512240029"]),
        ("姓名,就诊卡号", ["李四光,{card}", "赵六六,{card}"]),
        ("姓名,病历号", ["李四光,{mrn}", "赵六六,{mrn}"]),
    ],
)
def test_whether_the_name_was_guessed_is_told_no_more_than_the_rest(
    world: World, importer: str, titles: str, rows: list[str]
) -> None:
    values = {"card": world.cards["patient_b"].card_number, "mrn": world.patients["patient_b"].mrn}
    jobs_of = [
        checked(world, importer, row.format(**values), titles=titles, duplicates=policy)
        for row in rows
        for policy in ("skip", "error")
    ]
    assert [(job["bad_count"], job["duplicate_count"]) for job in jobs_of] == [(0, 1), (1, 0)] * 2
    assert {tuple(told(world, importer, job)) for job in jobs_of} == {(NEUTRAL,)}


def test_who_reads_an_import_of_somebody_else_is_told_by_the_own_reach(world: World, importer: str) -> None:
    job = checked(world, "admin1", SEEN, UNSEEN)
    assert [code for _, code, _ in told(world, "admin1", job)] == ["duplicate_on_file"] * 2
    assert [code for _, code, _ in told(world, importer, job)] == ["duplicate_on_file", "on_file"]
    report = download(world.client(importer), f"{URL}/{job['id']}/report?file_format=csv").decode()
    assert world.patients["patient_b"].mrn not in report


def test_hits_are_counted_written_down_without_values_and_stop_the_check_beyond_the_limit(
    world: World, importer: str
) -> None:
    world.h1.settings = {"import_lookups_per_day": 2}
    world.h1.save()
    assert checked(world, importer, SEEN, UNSEEN, "新新,13900000031")["state"] == "checked"
    assert checked(world, importer, UNSEEN, "新新,13900000032")["state"] == "checked"
    assert checked(world, importer, SEEN, "新新,13900000033")["state"] == "checked", (
        "whom one sees costs nothing"
    )
    refused = checked(world, importer, UNSEEN, "新新,13900000034")
    assert (refused["state"], refused["failure"]) == ("rejected", "too_many_on_file")
    assert "每天最多 2 行" in refused["findings"][0]["reason"]
    assert told(world, importer, refused) == []
    assert not ImportRow.objects.filter(job_id=refused["id"]).exists()
    lines = AuditEvent.objects.filter(action__in=("search", "search_refused")).order_by("id")
    assert [(line.action, line.after["found"], line.after["unseen"]) for line in lines] == [
        ("search", 2, 1), ("search", 1, 1), ("search", 1, 0), ("search_refused", 1, 1),
    ]  # fmt: skip
    assert {line.actor for line in lines} == {importer}
    assert not any("13800138002" in str(line.after) for line in lines)
    assert checked(world, "admin1", UNSEEN)["state"] == "checked", "another person's count"


def test_who_sees_the_whole_hospital_imports_an_old_archive_however_large(world: World) -> None:
    world.h1.settings = {"import_lookups_per_day": 1}
    world.h1.save()
    assert checked(world, "admin1", SEEN, UNSEEN)["duplicate_count"] == 2
    assert checked(world, "boss", SEEN, UNSEEN)["duplicate_count"] == 2


def test_whom_others_filed_since_the_check_is_left_out_untold(world: World, importer: str) -> None:
    job = checked(world, importer, "新新,13900000035", "旧旧,13900000036")
    world.add_patient("since", name="新新", national_id="", id_kind="none", phone="13900000035")
    before = Patient.objects.count()
    world.client(importer).post(f"{URL}/{job['id']}/apply", {}, format="json")
    assert jobs.apply(job["id"]).imported_count == 1
    assert Patient.objects.count() == before + 1
    assert told(world, importer, job) == [NEUTRAL]


def test_an_import_of_nobody_or_of_who_has_left_tells_nothing(world: World, importer: str) -> None:
    made = upload(world, f"姓名,手机号\n{SEEN}\n".encode(), who=importer).json()
    world.staff[importer].status = "left"
    world.staff[importer].save()
    jobs.check(made["id"])
    assert ImportRow.objects.get(job_id=made["id"]).problems[0]["code"] == "on_file"


def test_namesakes_are_told_to_who_sees_the_whole_hospital_alone(world: World, importer: str) -> None:
    other = world.patients["patient_b"]
    born = [f"{other.name},{day}" for day in ("1985-12-23", "1985-12-24", "1985-12-25")]
    guessed = checked(world, importer, *born, titles="姓名,出生日期")
    assert (guessed["good_count"], told(world, importer, guessed)) == (3, [])
    phones = checked(
        world,
        importer,
        f"{other.name},13800138002,passport,E00000001",
        titles="姓名,手机号,证件类型,证件号码",
    )
    assert told(world, importer, phones) == []
    known = checked(world, "admin1", *born, titles="姓名,出生日期")
    assert [code for _, code, _ in told(world, "admin1", known)] == ["possible_duplicate"]
    assert told(world, importer, known) == [], "nor to who reads it later"
