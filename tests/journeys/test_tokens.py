"""Tokens that do not open the door they are shown at."""

import pytest

from tests.journeys.hospital import API, Hospital

ADMIN, PARTNER = "/api/admin/v1", "/api/partner/v1"


def _admin_token(hospital: Hospital) -> str:
    account = next(row for row in hospital.stack.accounts["accounts"] if row["username"] == "clerk")
    credentials = {"username": account["username"], "password": account["password"]}
    answer = hospital.ask("POST", f"{ADMIN}/auth/sign-in", json=credentials)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


@pytest.mark.requirement("ACC-01")
def test_no_token_but_a_living_one_of_this_audience_opens_a_door(hospital: Hospital) -> None:
    person, slot = hospital.masses[0], hospital.session()[0]
    patient, staff = person.token, _admin_token(hospital)
    changed = patient[:-1] + ("0" if patient[-1] != "0" else "1")
    expired, partner = hospital.other_tokens["expired"], hospital.other_tokens["partner"]
    forged = dict.fromkeys(("", "nonsense", changed, "汉字", "a" * 4000, expired), 401)
    foreign = {**forged, partner: 401}
    for token, expected in {**foreign, staff: 403}.items():
        answer = hospital.ask(
            "POST", f"{API}/appointments", token=token, json={"slot_id": slot, "kind": "advance"},
            headers={"Idempotency-Key": "a key of nobody"},
        )  # fmt: skip
        assert (answer.status_code, answer.headers["content-type"]) == (expected, "application/problem+json")
    for token, expected in {**foreign, patient: 403}.items():
        body = {"patient_id": person.patient_id, "slot_id": slot, "kind": "advance"}
        answer = hospital.ask("POST", f"{ADMIN}/appointments", token=token, json=body)
        assert answer.status_code == expected, (token, answer.text)
        assert hospital.ask("GET", f"{ADMIN}/staff", token=token).status_code == expected
    for token in (*forged, patient, staff):
        assert hospital.ask("GET", f"{PARTNER}/doctors", token=token).status_code == 401
    assert hospital.ask("GET", f"{PARTNER}/doctors", token=partner).status_code == 200
    assert hospital.live_appointments([slot]) == {}
    assert hospital.stack.sql("SELECT FROM kernel_idempotencyrecord WHERE key = 'a key of nobody'") == []
