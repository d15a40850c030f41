"""A patient of a journey: a person whom the window files, and who then uses the mini-program."""

import datetime as dt
import secrets
from typing import Any

import httpx

from journey_steps import TIMEOUT, Sandbox, Staff, answered, eventually, expect

NAMES = "安宁平和康泰清远明朗"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Hospital:
    """Where the journey plays: that of the sample's staff."""

    def __init__(self, staff: Staff) -> None:
        self.staff = staff
        self.doctor = staff.account("doctor_a")

    @property
    def id(self) -> str:
        """Its id."""
        found: str = self.staff.session("clerk")["user"]["staff"]["hospital_id"]
        return found


class Patient:
    """One person with a phone."""

    def __init__(self, base_url: str, sandbox: Sandbox, hospital: Hospital) -> None:
        self.base_url, self.sandbox, self.hospital = base_url, sandbox, hospital
        self.http = httpx.Client(base_url=f"{base_url}/api/miniprogram/v1", timeout=TIMEOUT, trust_env=False)
        self.person = somebody()
        self.card_number = f"77{secrets.randbelow(10**10):010d}"
        self.file: dict[str, Any] | None = None
        self.openid = ""
        self.templates: dict[str, list[str]] = {}
        self.last_key = ""

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call of the mini-program."""
        return self.http.request(method, path, **options)

    def get(self, path: str, **query: Any) -> Any:
        """The body of a GET."""
        return answered(self.api("GET", path, params=query))

    def be_filed(self) -> None:
        """At the window: an archive and a card."""
        body = {**self.person, "hospital_id": self.hospital.id}
        self.file = self.hospital.staff.post("clerk", "patients", body)
        path = f"patients/{self.file['id']}/cards"
        self.hospital.staff.post("clerk", path, {"card_number": self.card_number})

    def sign_in(self) -> None:
        """Open the mini-program."""
        user = self.sandbox.post("/wechat/users", {"phone": self.person["phone"]})
        self.openid = user["openid"]
        code = self.sandbox.post("/wechat/login-codes", {"openid": self.openid})["code"]
        opened = answered(self.api("POST", "auth/wechat", json={"code": code}))
        self.http.headers["Authorization"] = f"Bearer {opened['token']}"

    def expect_card_required(self) -> None:
        """Services answer `card_required` until a card is bound."""
        answer = self.api("GET", "appointments")
        expect(answer.json().get("code") == "card_required", "card_required", answer.text)

    def _binding(self, **other: str) -> httpx.Response:
        known = {key: self.person[key] for key in ("name", "national_id", "phone", "address")}
        body = {
            **known,
            "hospital_id": self.hospital.id,
            "card_number": self.card_number,
            "relationship": "self",
        }
        return self.api("POST", "cards/bindings", json=body | other)

    def bind_with_a_wrong_name(self) -> None:
        """A wrong name and a card that nobody has get the same answer."""
        wrong, unknown = self._binding(name="别人"), self._binding(card_number="770000000000")
        said = [
            (answer.status_code, answer.json()["code"], answer.json()["detail"])
            for answer in (wrong, unknown)
        ]
        expect(said[0] == said[1] and said[0][1] == "binding_mismatch", "the same refusal", said)

    def bind(self) -> None:
        """The own card; what comes back is masked."""
        bound = answered(self._binding())
        shown = bound["card_number"] + bound["national_id"] + bound["phone"]
        expect("*" in shown and self.person["national_id"] not in shown, "masked values", bound)

    def accept_messages(self, *scenes: str) -> None:
        """Tap “allow” for the templates of these scenes, on the phone and to the product."""
        rows = self.get("messages/templates")
        self.templates = {row["scene"]: row["template_ids"] for row in rows}
        for scene in scenes:
            expect(self.templates.get(scene), f"a template for {scene}", self.templates)
            for template in self.templates[scene]:
                self.sandbox.post(
                    "/wechat/consents", {"openid": self.openid, "template_id": template, "times": 3}
                )
                body = {"template_id": template, "accepted": 3}
                answered(self.api("POST", "messages/consents", json=body))

    def messages(self, scene: str) -> list[dict[str, Any]]:
        """What WeChat shows of a scene."""
        shown = self.sandbox.messages(self.openid)
        return [message for message in shown if message["template"] in self.templates[scene]]

    def expect_message(self, scene: str, seconds: float = 30) -> None:
        """Exactly one message of the scene arrives."""
        eventually(f"a message {scene}", lambda: self.messages(scene), seconds)
        expect(len(self.messages(scene)) == 1, "one message", self.messages(scene))

    def department(self, name: str) -> dict[str, Any]:
        """The department of that name, open for booking."""
        rows = self.get("booking/departments", hospital_id=self.hospital.id)
        found: dict[str, Any] = next(row for row in rows if row["name"] == name)
        expect(found["is_bookable"], "a department that can be booked", found)
        return found

    def doctors(self, department: dict[str, Any], day: dt.date) -> list[dict[str, Any]]:
        """Doctors with numbers that day."""
        rows: list[dict[str, Any]] = self.get(
            "booking/doctors", department_id=department["id"], date=day.isoformat()
        )
        return rows

    def doctor(self, department: dict[str, Any], day: dt.date, name: str) -> None:
        """Choose the doctor of that name."""
        rows = self.doctors(department, day)
        self.chosen = next((row for row in rows if row["name"] == name), {})
        expect(self.chosen, f"{name} among the doctors", rows)

    def session_on(self, day: dt.date) -> dict[str, Any]:
        """The chosen doctor's first session of the day with numbers left."""
        days = self.get("booking/days", practitioner_id=self.chosen["id"])
        found = next((row for row in days if row["date"] == day.isoformat()), None)
        expect(found, f"{day} among the days", days)
        sessions = [row for row in found["sessions"] if row["remaining"] >= 3] if found else []
        expect(sessions, "a session with three numbers left", found)
        return dict(sessions[0])

    def session_of_another(self, department: dict[str, Any], day: dt.date) -> dict[str, Any]:
        """A session of another doctor of the department."""
        rows = [
            row
            for row in self.doctors(department, day)
            if row["id"] != self.chosen["id"] and row["remaining"]
        ]
        expect(rows, "another doctor with numbers")
        return next(dict(session) for row in rows for session in row["sessions"] if session["remaining"])

    def slots(self, session: str) -> list[dict[str, Any]]:
        """The times of a session."""
        rows: list[dict[str, Any]] = self.get("booking/slots", session_id=session)
        return rows

    def free_slot(self, session: str) -> dict[str, Any]:
        """The first time with a number left."""
        rows = self.slots(session)
        found = next((row for row in rows if row["remaining"]), None)
        expect(found, "a time with a number left", rows)
        return dict(found or {})

    def remaining(self, session: str, slot: str) -> int:
        """The numbers left at a time."""
        return int(next(row["remaining"] for row in self.slots(session) if row["id"] == slot))

    def book(self, slot: dict[str, Any], kind: str) -> dict[str, Any]:
        """Book or register."""
        self.last_key = secrets.token_hex(16)
        booked: dict[str, Any] = answered(self._book(slot, kind))
        self.booked = booked
        return booked

    def repeat_booking(self, slot: dict[str, Any], kind: str) -> None:
        """The network failed: the same request again is answered by the same booking."""
        again = self._book(slot, kind)
        expect(answered(again)["id"] == self.booked["id"], "the same booking", again.text)
        expect(again.headers.get("Idempotency-Replayed") == "true", "a replay")

    def _book(self, slot: dict[str, Any], kind: str) -> httpx.Response:
        headers = {"Idempotency-Key": self.last_key}
        return self.api("POST", "appointments", json={"slot_id": slot["id"], "kind": kind}, headers=headers)

    def state(self, appointment: str) -> str:
        """The state of one booking."""
        return str(self.get(f"appointments/{appointment}")["state"])


def somebody() -> dict[str, str]:
    """A grown-up who does not exist: the region 110000 issues no documents, 154 is given to no operator.

    Below the age at which lines call one earlier.
    """
    born = dt.date(1970, 1, 1) + dt.timedelta(days=secrets.randbelow(10_000))
    digits = f"110000{born:%Y%m%d}{2 * secrets.randbelow(499) + 1:03d}"
    check = "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11]
    return {
        "name": "测" + secrets.choice(NAMES) + secrets.choice(NAMES),
        "gender": "male",
        "birth_date": born.isoformat(),
        "id_kind": "resident_id",
        "national_id": digits + check,
        "phone": f"154{secrets.randbelow(10**8):08d}",
        "address": "示例市人民路 1 号",
    }
