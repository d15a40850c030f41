"""WeChat is slow, fails, is not there, or falls silent after it has done the work."""

import time
from typing import Any

import pytest

from tests.journeys.hospital import API, Entry, Hospital, Person
from tests.support.waiting import wait_until

SIGN_IN = "/sns/jscode2session"
SLOW = {"kind": "delay", "delay_ms": 9_000, "operation": SIGN_IN}
SENDING = "/cgi-bin/message/*"


def _sign_in(hospital: Hospital, code: str) -> tuple[int, str, float]:
    begin = time.monotonic()
    answer = hospital.ask("POST", f"{API}/auth/wechat", json={"code": code})
    return answer.status_code, str(answer.json().get("code", "")), time.monotonic() - begin


def _code(hospital: Hospital, person: Person) -> str:
    return str(
        hospital.sandbox("POST", "/_sandbox/wechat/login-codes", json={"openid": person.openid})["code"]
    )


@pytest.mark.requirement("CARD-01")
@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "http_error", "operation": SIGN_IN},
        {"kind": "close", "operation": SIGN_IN},
        {"kind": "silent_after_work", "operation": SIGN_IN},
        SLOW,
    ],
    ids=["failing", "closing", "silent", "slow"],
)
def test_sign_in_says_at_once_that_wechat_is_unavailable(hospital: Hospital, rule: dict[str, Any]) -> None:
    visitor = hospital.masses[0]
    hospital.introduce([visitor])
    code = _code(hospital, visitor)
    hospital.faults(rule)
    status, problem, seconds = _sign_in(hospital, code)
    assert (status, problem) == (503, "wechat_unavailable")
    assert seconds < 7.0
    hospital.faults()
    assert _sign_in(hospital, _code(hospital, visitor))[0] == 200


@pytest.mark.requirement("CARD-01")
def test_sign_in_says_at_once_that_nobody_answers_at_wechat(hospital: Hospital) -> None:
    hospital.stack.kill("sandbox")
    status, problem, seconds = _sign_in(hospital, "any code")
    assert (status, problem) == (503, "wechat_unavailable")
    assert seconds < 4.0


@pytest.mark.requirement("MSG-07")
def test_messages_survive_a_failing_and_a_silent_provider(hospital: Hospital, people: list[Person]) -> None:
    slots = hospital.session()
    hospital.faults(
        {"kind": "http_error", "times": 8, "operation": SENDING},
        {"kind": "close", "times": 4, "operation": SENDING},
        {"kind": "code", "code": "-1", "times": 3, "operation": SENDING},
        {"kind": "silent_after_work", "times": 6, "operation": SENDING},
    )
    for n, person in enumerate(people):
        assert hospital.book(Entry(person, slots[n % 8])) == 201
    hospital.await_messages(people)


@pytest.mark.requirement("MSG-07")
def test_messages_wait_for_a_provider_that_refuses_connections(
    hospital: Hospital, people: list[Person]
) -> None:
    slots = hospital.session()
    hospital.stack.kill("sandbox")
    failed = _failed(hospital)
    for n, person in enumerate(people):
        assert hospital.book(Entry(person, slots[n % 8])) == 201
    wait_until(lambda: _failed(hospital) > failed, 20, "nothing is tried")
    hospital.stack.revive("sandbox")
    hospital.introduce(people)
    hospital.await_messages(people)


def _failed(hospital: Hospital) -> int:
    """Attempts that failed so far."""
    return hospital.stack.sql(
        "SELECT count(*) FROM messaging_deliveryattempt WHERE outcome IN ('temporary', 'unknown')"
    )[0][0]
