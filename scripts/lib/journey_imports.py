"""A file of patients with two bad rows: tried first, the rows named, the good ones imported."""

import csv
import io
from typing import Any

from journey_people import Hospital, somebody
from journey_steps import Staff, answered, eventually, expect, step

HEADER = ["姓名", "证件号码", "手机号", "出生日期"]


class Import:
    """An administrator's import of two good and two bad rows."""

    def __init__(self, staff: Staff, hospital: Hospital) -> None:
        self.staff, self.hospital = staff, hospital
        self.people = [somebody(), somebody()]

    def run(self) -> None:
        """All steps."""
        job = step("an administrator uploads a file of patients", self._upload)
        self.path = f"patient-imports/{job['id']}"
        step("the dry run counts two good and two bad rows", self._checked)
        step("every bad row is named with column and reason", self._named)
        step("nothing is imported while rows are wrong, unless they may be skipped", self._refused)
        step("the good rows are imported together", self._applied)

    def _upload(self) -> Any:
        first, second = self.people
        rows = [
            HEADER,
            [first["name"], first["national_id"], first["phone"], ""],
            ["", "", "13800000000", ""],
            ["错证件", "110101199003070135", "", "1990-13-01"],
            [second["name"], second["national_id"], second["phone"], ""],
        ]
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        token = self.staff.session("admin")["token"]
        return answered(
            self.staff.http.post(
                "patient-imports",
                headers={"Authorization": f"Bearer {token}"},
                data={"hospital_id": self.hospital.id},
                files={"file": ("patients.csv", buffer.getvalue().encode("gb18030"))},
            )
        )

    def _state(self, wanted: str) -> Any:
        job = self.staff.get("admin", self.path)
        return job if job["state"] == wanted else None

    def _checked(self) -> None:
        job = eventually("checked", lambda: self._state("checked"), 60)
        counts = (job["row_count"], job["good_count"], job["bad_count"])
        expect(counts == (4, 2, 2), "2 good rows, 2 bad ones", counts)

    def _named(self) -> None:
        rows = self.staff.get("admin", f"{self.path}/problems")
        found = {(row["row"], row["column"]) for row in rows}
        expect(found == {(3, "姓名"), (4, "证件号码"), (4, "出生日期")}, "rows 3 and 4", found)
        expect(all(row["reason"] for row in rows), "a reason each", rows)

    def _refused(self) -> None:
        token = self.staff.session("admin")["token"]
        answer = self.staff.http.post(
            f"{self.path}/apply", headers={"Authorization": f"Bearer {token}"}, json={}
        )
        expect(answer.status_code == 409 and answer.json()["code"] == "import_has_errors", "409", answer.text)

    def _applied(self) -> None:
        self.staff.post("admin", f"{self.path}/apply", {"skip_bad_rows": True})
        job = eventually("applied", lambda: self._state("applied"), 60)
        expect(job["imported_count"] == 2, "2 patients", job)
        for person in self.people:
            rows = self.staff.get("admin", "patients", search=person["national_id"])["results"]
            expect([row["name"] for row in rows] == [person["name"]], "the patient found", rows)
