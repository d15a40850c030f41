"""Steps of the main journey: a patient gets a bed, is charged, pays a deposit, leaves, and is settled."""

from typing import Any

from journey_people import Hospital, Patient
from journey_steps import Clock, Sandbox, Staff, expect, step

DEPOSIT, BED, DAYS = 50_000, 4_000, 3


class Staying:
    """A patient of its own, so that it can be repeated."""

    def __init__(self, base_url: str, sandbox: Sandbox, staff: Staff, clock: Clock) -> None:
        self.staff, self.clock, self.hospital = staff, clock, Hospital(staff)
        self.patient = Patient(base_url, sandbox, self.hospital)

    def run(self) -> None:
        """All of it."""
        self.staff.signed_in.clear()
        step("a patient is filed and signs in", self._arrive)
        bed = step("a free bed is found on the board", self._free_bed)
        self.stay = step("the clerk admits the patient", lambda: self._admit(bed))
        step("the patient lies in the bed", lambda: self._place(bed))
        step("a deposit is paid in cash", self._deposit)
        step("the stay is charged", self._charge)
        step("the patient leaves, and the bed is to be cleaned", lambda: self._leave(bed))
        step("the discharge is settled, and the rest goes back in cash", self._settle)
        step("the bed is clean", lambda: self.staff.post("clerk", f"beds/{bed['id']}/clean"))
        step("the patient sees the settlement", self._seen)

    def _arrive(self) -> None:
        self.patient.be_filed()
        self.patient.sign_in()
        self.patient.bind()

    def _free_bed(self) -> dict[str, Any]:
        rows: list[dict[str, Any]] = self.staff.get("clerk", "bed-board?state=free")["results"]
        expect(rows, "a free bed")
        return rows[0]

    def _admit(self, bed: dict[str, Any]) -> Any:
        body = {
            "patient_id": (self.patient.file or {})["id"], "department_id": bed["department_id"],
            "diagnosis": "急性阑尾炎", "diagnosis_code": "K35.9",
        }  # fmt: skip
        return self.staff.post("clerk", "admissions", body, key=True)

    def _place(self, bed: dict[str, Any]) -> None:
        placed = self.staff.post("clerk", f"admissions/{self.stay['id']}/place", {"bed_id": bed["id"]})
        expect((placed["ward"], placed["bed"]) == (bed["ward_name"], bed["code"]), "the bed", placed)

    def _deposit(self) -> None:
        body = {"amount_fen": DEPOSIT}
        made = self.staff.post("clerk", f"admissions/{self.stay['id']}/deposits", body, key=True)
        self.staff.post("clerk", f"payment-orders/{made['order_id']}/settle", {"channel": "cash"}, key=True)

    def _charge(self) -> None:
        item = {
            "day": self.clock.today().isoformat(), "name": "床位费", "category": "bed", "unit": "日",
            "quantity": str(DAYS), "unit_price_fen": BED,
        }  # fmt: skip
        self.staff.post("clerk", f"admissions/{self.stay['id']}/charges", {"charges": [item]}, key=True)

    def _leave(self, bed: dict[str, Any]) -> None:
        self.staff.post("clerk", f"admissions/{self.stay['id']}/discharge")
        expect(self.staff.get("clerk", f"beds/{bed['id']}")["state"] == "cleaning", "a bed to be cleaned")

    def _settle(self) -> None:
        made = self.staff.post("clerk", f"admissions/{self.stay['id']}/settle", key=True)
        expect(made["state"] == "settled" and made["return_fen"] == DEPOSIT - DAYS * BED, "the rest", made)
        expect(made["money"]["returned_fen"] == made["return_fen"], "cash that went back", made)

    def _seen(self) -> None:
        shown = self.patient.get(f"admissions/{self.stay['id']}")
        expect(shown["settlement"]["state"] == "settled", "a settlement", shown)
        expect(shown["statement"]["deposit_fen"] == 0, "an empty deposit", shown)
