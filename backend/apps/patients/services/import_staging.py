"""The staged rows of an import, compared and moved into the archive by single statements."""

from typing import Any
from uuid import UUID

from django.db import connection

from apps.imports.models import ImportJob
from kernel import clock

TABLE = "patients_importrow"
#: Columns that a staged row and a patient have alike.
SHARED = (
    "id", "name", "name_key", "pinyin", "pinyin_other", "gender", "birth_date", "id_kind", "national_id",
    "national_id_index", "phone", "phone_index", "address", "insurance_no", "occupation", "industry", "source",
    "referrer", "vip_level", "allergies", "tags",
)  # fmt: skip
#: What makes two rows one patient → the column that is told.
SAME = {
    ("national_id_index",): "证件号码", ("card_number_index",): "就诊卡号", ("upper(mrn)",): "病历号",
    ("phone_index", "name_key"): "手机号", ("name_key", "birth_date", "gender"): "姓名",
}  # fmt: skip
#: Two people may share name and phone: numbers or birth dates that differ part them, in the file as on file.
_PARTED = {
    "手机号": " AND (f.unnumbered OR r.national_id_index IS NULL)"
    " AND (f.born IS NULL OR r.birth_date IS NULL OR f.born = r.birth_date)",
    "姓名": " AND f.bare AND r.national_id_index IS NULL AND r.phone_index IS NULL"
    " AND r.card_number_index IS NULL AND r.mrn = ''",
}
_ON_FILE = {
    "证件号码": "FROM patients_patient p WHERE p.hospital_id = %(hospital)s "
    "AND p.national_id_index = r.national_id_index",
    "就诊卡号": "FROM patients_patientcard c JOIN patients_patient p ON p.id = c.patient_id "
    "WHERE c.hospital_id = %(hospital)s AND c.card_number_index = r.card_number_index",
    "病历号": "FROM patients_patient p WHERE p.hospital_id = %(hospital)s AND r.mrn <> '' "
    "AND upper(p.mrn) = upper(r.mrn)",
    "手机号": "FROM patients_patient p WHERE p.hospital_id = %(hospital)s AND p.phone_index = r.phone_index "
    "AND p.name_key = r.name_key AND (p.national_id_index IS NULL OR r.national_id_index IS NULL) "
    "AND (p.birth_date IS NULL OR r.birth_date IS NULL OR p.birth_date = r.birth_date)",
}
#: A number that two names claim is an error; a patient who is known by it is left out.
_MARK = f"""
UPDATE {TABLE} r SET outcome = CASE WHEN {{same}} THEN 'duplicate' ELSE 'bad' END,
  problems = r.problems || jsonb_build_array(jsonb_build_object(
    'column', %(column)s::text, 'code', CASE WHEN {{same}} THEN %(code)s::text ELSE %(other)s::text END, {{place}}))
"""  # noqa: S608 - constants


#: What the first of several rows is known by.
_FIRST = {
    "first_row": "row_number", "name": "name_key", "born": "birth_date", "unnumbered": "national_id_index IS NULL",
    "bare": "national_id_index IS NULL AND phone_index IS NULL AND card_number_index IS NULL AND mrn = ''",
}  # fmt: skip


def mark_duplicates_in_file(job: ImportJob) -> None:
    """Of equal rows the first counts; the others say which that is. One pass, whatever the statistics say."""
    for key, column in SAME.items():
        names = ", ".join(key)
        firsts = ", ".join(f"first_value({value}) OVER same AS {name}" for name, value in _FIRST.items())
        present = " AND ".join(f"{name} IS NOT NULL AND {name}::text <> ''" for name in key)
        mark = _MARK.format(place="'row', f.first_row", same="r.name_key = f.name")
        statement = (
            f"{mark} FROM (SELECT id, {firsts} "  # noqa: S608 - constants
            f"FROM {TABLE} WHERE job_id = %(job)s AND outcome = 'good' AND {present} "
            f"WINDOW same AS (PARTITION BY {names} ORDER BY row_number)) f "
            f"WHERE r.id = f.id AND r.row_number > f.first_row{_PARTED.get(column, '')}"
        )
        _execute(statement, job, column=column, code="duplicate_in_file", other="other_person_in_file")


def mark_duplicates_on_file(job: ImportJob) -> list[tuple[UUID, str]]:
    """Rows whose patient, card or record number the archive has; returns each with that patient's number."""
    marked: list[tuple[UUID, str]] = []
    for column, source in _ON_FILE.items():
        mark = _MARK.format(place="'mrn', p.mrn", same="p.name_key IN ('', r.name_key)")
        statement = f"{mark} {source} AND r.job_id = %(job)s AND r.outcome = 'good' RETURNING r.id, p.mrn"
        values = {"column": column, "code": "duplicate_on_file", "other": "other_person"}
        with connection.cursor() as cursor:
            cursor.execute(statement, {"job": job.pk, "hospital": job.hospital_id, **values})
            marked += cursor.fetchall()
    return marked


def tell_nothing(job: ImportJob, rows: list[UUID], *, column: str, code: str) -> None:
    """Let what was just marked on these rows be that code alone, whoever it is about; all have one outcome."""
    _execute(
        f"UPDATE {TABLE} SET outcome = 'duplicate', problems = (problems - (-1)) || "  # noqa: S608 - constants
        "jsonb_build_array(jsonb_build_object('column', %(column)s::text, 'code', %(code)s::text)) "
        "WHERE job_id = %(job)s AND id = ANY(%(rows)s)",
        job, rows=rows, column=column, code=code,
    )  # fmt: skip


#: A row's namesakes on file by each column that makes them likely; documents of one kind that differ part two people.
_NAMESAKES = " UNION ".join(
    f"SELECT s.id FROM {TABLE} s JOIN patients_patient p "  # noqa: S608 - constants
    f"ON p.hospital_id = %(hospital)s AND p.name_key = s.name_key AND p.{column} = s.{column} "
    "WHERE s.job_id = %(job)s AND s.outcome = 'good' AND p.merged_into_id IS NULL "
    "AND (p.national_id_index IS NULL OR s.national_id_index IS NULL OR p.id_kind <> s.id_kind) "
    "AND (p.birth_date IS NULL OR s.birth_date IS NULL OR p.birth_date = s.birth_date)"
    for column in ("birth_date", "phone_index")
)


def mark_namesakes_on_file(job: ImportJob) -> None:
    """Remark on good rows whose person may be on file already, known by no number that would tell."""
    statement = (
        f"UPDATE {TABLE} r SET problems = r.problems || jsonb_build_array(jsonb_build_object("  # noqa: S608 - constants
        "'column', '姓名', 'code', 'possible_duplicate', 'is_remark', true, 'is_kept', true)) "
        f'WHERE r.id IN ({_NAMESAKES}) AND NOT r.problems @> \'[{{"code": "possible_duplicate"}}]\''
    )
    _execute(statement, job)


_NUMBER = "(%(first)s + row_number() OVER (ORDER BY row_number) - 1)::text"
#: What an imported patient has besides: column → value. A column of Patient stands here, in SHARED or in LEFT_OUT.
GIVEN = {
    "hospital_id": "%(hospital)s", "created_at": "%(now)s", "updated_at": "%(now)s", "version": "1",
    "mrn": f"CASE WHEN mrn <> '' THEN mrn "
    f"ELSE %(prefix)s || lpad({_NUMBER}, greatest(%(digits)s, length({_NUMBER})), '0') END",
    "hereditary_history": "''", "cardiac_history": "''", "consents": "'{}'",
    "is_provisional": "false", "registered_at": "%(now)s", "is_active": "true",
}  # fmt: skip
#: Columns that a new patient has empty.
LEFT_OUT = ("merged_into_id",)


def insert_patients(job: ImportJob, *, prefix: str, digits: int) -> int:
    """Let the good rows be patients, in one statement; returns how many."""
    statement = (
        f"INSERT INTO patients_patient ({', '.join((*GIVEN, *SHARED))}) "  # noqa: S608 - constants
        f"SELECT {', '.join((*GIVEN.values(), *SHARED))} FROM {TABLE} "
        "WHERE job_id = %(job)s AND outcome = 'good' ORDER BY row_number"
    )
    return _execute(
        statement, job, first=job.reserved["first"], prefix=prefix, digits=digits, now=clock.now()
    )


def insert_cards(job: ImportJob) -> int:
    """The cards of those patients."""
    statement = (
        "INSERT INTO patients_patientcard (id, created_at, updated_at, hospital_id, patient_id, card_number, "  # noqa: S608
        "card_number_index, is_active) SELECT card_id, %(now)s, %(now)s, %(hospital)s, id, card_number, "
        f"card_number_index, true FROM {TABLE} "
        "WHERE job_id = %(job)s AND outcome = 'good' AND card_id IS NOT NULL ORDER BY row_number"
    )
    return _execute(statement, job, now=clock.now())


def _execute(statement: str, job: ImportJob, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"job": job.pk, "hospital": job.hospital_id, **values})
        return int(cursor.rowcount)
