"""绑卡: only what matches the hospital's archive, at most four, under any race."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from apps.identity.models import WeChatAccount
from apps.patients.errors import CardRequired
from apps.patients.models import BindingAttempt, CardBinding, Patient
from apps.patients.selectors import require_binding
from apps.patients.services import bindings
from apps.patients.services.cards import issue_card
from kernel import clock
from kernel.crypto import blind_index
from kernel.errors import DomainError, NotFound
from tests.support.world import World

URL = "/api/miniprogram/v1/cards/bindings"
NOW = dt.datetime(2026, 11, 22, 2, tzinfo=dt.UTC)
#: Valid resident IDs for others to bind.
IDS = [
    "310101199511111155",
    "110101195001010017",
    "110101195001010033",
    "11010119500101005X",
    "110101195001010076",
]


def claim(world: World, key: str, **changed: Any) -> dict[str, Any]:
    """What binds the card of that patient."""
    patient, card = world.patients[key], world.cards[key]
    body = {
        "hospital_id": str(patient.hospital_id), "name": patient.name, "national_id": patient.national_id,
        "phone": patient.phone, "card_number": card.card_number, "address": "北京市东城区", "relationship": "self",
    }  # fmt: skip
    return {**body, **changed}


def post(world: World, who: str, body: dict[str, Any]) -> Any:
    return world.client(who).post(URL, body, format="json")


@pytest.mark.requirement("CARD-02")
def test_a_card_is_bound_when_everything_matches_and_is_shown_masked(world: World) -> None:
    body = claim(world, "patient_b", phone="+86 138-0013-8002", relationship="other")
    body["national_id"] = f"{body['national_id'][:6]} {body['national_id'][6:]}"
    answer = post(world, "patient_none", body)
    assert answer.status_code == 201, answer.json()
    data = answer.json()
    assert data["phone"] == "138****8002"
    assert data["national_id"] == "1****************9"
    assert data["card_number"] == "62************02"
    assert data["address"] == "北京市东城区****"
    assert data["is_default"]
    assert world.client("patient_none").get(URL).json()[0]["id"] == data["id"]
    assert not BindingAttempt.objects.exists()


@pytest.mark.requirement("CARD-02")
@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "张三"},
        {"national_id": "110101198512240029"},
        {"phone": "13900000000"},
        {"card_number": "6222000000000002"},
        {"card_number": "9999999999999999"},
        {"id_kind": "passport", "national_id": "E12345678"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_mismatch_never_says_what_differs(world: World, wrong: dict[str, str]) -> None:
    answer = post(world, "patient_none", claim(world, "patient_a", **wrong))
    problem = {key: value for key, value in answer.json().items() if key != "request_id"}
    expected = post(world, "patient_none", claim(world, "patient_a", name="无名氏"))
    assert answer.status_code == expected.status_code == 409
    assert problem == {key: value for key, value in expected.json().items() if key != "request_id"}
    assert (problem["code"], problem["errors"]) == ("binding_mismatch", [])
    assert not CardBinding.objects.filter(account=world.accounts["patient_none"]).exists()


@pytest.mark.requirement("CARD-02")
def test_a_mismatch_costs_the_same_queries_whatever_differs(world: World) -> None:
    counts = set()
    post(world, "patient_none", claim(world, "patient_b", name="无名氏"))
    for wrong in ({"name": "张三"}, {"card_number": "9999999999999999"}, {"phone": "13900000000"}):
        with CaptureQueriesContext(connection) as queries:
            post(world, "patient_none", claim(world, "patient_a", **wrong))
        counts.add(len(queries))
    assert len(counts) == 1


@pytest.mark.requirement("CARD-02")
def test_a_phone_that_is_not_on_file_is_not_compared(world: World) -> None:
    Patient.objects.filter(pk=world.patients["patient_a"].pk).update(phone="", phone_index=None)
    assert post(world, "patient_none", claim(world, "patient_a", phone="13900000000")).status_code == 201


@pytest.mark.requirement("CARD-02")
def test_five_failures_lock_account_and_card_from_an_address_for_thirty_minutes(world: World) -> None:
    wrong, right = claim(world, "patient_a", name="无名氏"), claim(world, "patient_a")
    for second in range(5):
        with clock.frozen(NOW + dt.timedelta(seconds=second)):
            assert post(world, "patient_none", wrong).status_code == 409
    with clock.frozen(NOW + dt.timedelta(seconds=64)):
        locked = post(world, "patient_none", right)
        assert (locked.status_code, locked.json()["code"]) == (429, "binding_locked")
        assert int(locked["Retry-After"]) == 30 * 60 - 60 + 1
        other_card = post(world, "patient_none", claim(world, "patient_b"))
        assert other_card.status_code == 429, "the account is locked for every card"
        other_account = post(world, "patient_b", claim(world, "patient_a", relationship="other"))
        assert other_account.status_code == 429, "the card is locked for every account of the address"
    assert not CardBinding.objects.filter(account=world.accounts["patient_none"]).exists()
    with clock.frozen(NOW + dt.timedelta(minutes=30, seconds=5)):
        assert post(world, "patient_none", right).status_code == 201


@pytest.mark.requirement("CARD-02")
def test_strangers_elsewhere_slow_a_cards_owner_and_never_lock_him_out(world: World) -> None:
    wrong, right = claim(world, "patient_a", name="无名氏"), claim(world, "patient_a")
    with clock.frozen(NOW):
        for number in range(12):  # from three addresses, four failures each
            stranger = world.add_account(f"stranger_{number}")
            attempt = {
                "account": stranger,
                "card_number_index": blind_index(right["card_number"], "card_number"),
            }
            BindingAttempt.objects.create(**attempt, ip=f"10.0.0.{number % 3}")
        first = post(world, "patient_none", right)
        assert (first.status_code, first.json()["code"], first["Retry-After"]) == (429, "binding_slowed", "5")
    with clock.frozen(NOW + dt.timedelta(seconds=4)):
        assert post(world, "patient_none", right).json()["code"] == "binding_slowed"
    with clock.frozen(NOW + dt.timedelta(seconds=5)):
        assert post(world, "patient_none", right).status_code == 201
    with clock.frozen(NOW + dt.timedelta(seconds=6)):  # each guess waits anew
        assert post(world, "patient_b", {**wrong, "relationship": "other"}).json()["code"] == "binding_slowed"


@pytest.mark.requirement("CARD-03")
def test_only_patients_on_file_can_bind_and_nobody_files_online_while_it_is_off(world: World) -> None:
    patient = world.add_patient("temporary", name="王五", national_id=IDS[0], is_provisional=True)
    assert patient.registered_at is None
    assert post(world, "patient_none", claim(world, "temporary", phone="13900000000")).status_code == 409
    Patient.objects.filter(pk=world.patients["patient_a"].pk).update(is_active=False)
    assert post(world, "patient_none", claim(world, "patient_a")).status_code == 409
    body = claim(world, "temporary", phone="13900000000", national_id=IDS[1], name="赵六")
    del body["card_number"]
    before = Patient.objects.count()
    answer = world.client("patient_none").post("/api/miniprogram/v1/cards/filings", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "online_filing_off")
    assert Patient.objects.count() == before
    assert not CardBinding.objects.filter(account=world.accounts["patient_none"]).exists()


@pytest.mark.requirement("CARD-03")
def test_where_online_filing_is_on_a_new_person_gets_a_provisional_archive_and_a_bound_card(
    world: World,
) -> None:
    world.h1.settings = {"online_filing": True}
    world.h1.save()
    body = claim(world, "patient_a", name="赵六", national_id=IDS[1], phone="13900000000")
    del body["card_number"]
    client = world.client("patient_none")
    answer = client.post("/api/miniprogram/v1/cards/filings", body, format="json")
    assert answer.status_code == 201, answer.json()
    patient = CardBinding.objects.get(pk=answer.json()["id"]).patient
    assert patient.is_provisional
    on_file = client.post(
        "/api/miniprogram/v1/cards/filings",
        {**body, "national_id": world.patients["patient_b"].national_id},
        format="json",
    )
    assert (on_file.status_code, on_file.json()["code"]) == (409, "binding_mismatch")


@pytest.mark.requirement("CARD-04")
def test_one_own_card_and_three_of_others(world: World) -> None:
    for number, national_id in enumerate(IDS[1:5]):
        world.add_patient(f"other{number}", name=f"家人{number}", national_id=national_id)
        body = claim(world, f"other{number}", phone="13900000000", relationship="other")
        answer = post(world, "patient_a", body)
        if number < 3:
            assert answer.status_code == 201, answer.json()
    assert (answer.status_code, answer.json()["code"]) == (409, "binding_limit")
    again = post(world, "patient_a", claim(world, "other3", phone="13900000000", relationship="self"))
    assert again.json()["code"] == "binding_limit"
    assert len(world.client("patient_a").get(URL).json()) == 4


@pytest.mark.requirement("CARD-04")
def test_one_person_is_bound_once_per_account_but_by_several_accounts(world: World) -> None:
    first = post(world, "patient_a", claim(world, "patient_a"))
    assert first.json()["id"] == str(world.bindings["patient_a"].pk), (
        "the same request answers the same binding"
    )
    world.cards["second"] = issue_card(patient=world.patients["patient_a"], card_number="7777000011112222")
    world.patients["second"] = world.patients["patient_a"]
    answer = post(world, "patient_a", claim(world, "second", relationship="other"))
    assert (answer.status_code, answer.json()["code"]) == (409, "already_bound")
    assert post(world, "patient_b", claim(world, "patient_a", relationship="other")).status_code == 201
    assert CardBinding.objects.filter(card=world.cards["patient_a"], unbound_at=None).count() == 2


@pytest.mark.requirement("CARD-04")
def test_unbinding_keeps_the_history_and_passes_the_default_on(world: World) -> None:
    post(world, "patient_a", claim(world, "patient_b", relationship="other"))
    client, own = world.client("patient_a"), world.bindings["patient_a"]
    assert client.post(f"{URL}/{own.pk}/unbind").status_code == 204
    rest = client.get(URL).json()
    assert [(row["name"], row["is_default"]) for row in rest] == [("李四光", True)]
    assert CardBinding.objects.get(pk=own.pk).unbound_at is not None
    assert client.post(f"{URL}/{own.pk}/unbind").status_code == 404
    assert post(world, "patient_a", claim(world, "patient_a")).status_code == 201
    chosen = next(row for row in client.get(URL).json() if row["name"] == "张三丰")
    assert client.post(f"{URL}/{chosen['id']}/default").json()["is_default"]
    assert [row["is_default"] for row in client.get(URL).json()] == [True, False]


@pytest.mark.requirement("CARD-04")
def test_nobody_touches_the_binding_of_another_account(world: World) -> None:
    foreign = world.bindings["patient_a"]
    client = world.client("patient_b")
    for verb in ("default", "unbind"):
        assert client.post(f"{URL}/{foreign.pk}/{verb}").status_code == 404
    assert client.get(f"{URL}/{foreign.pk}/patient").status_code == 404
    assert (
        client.patch(
            f"{URL}/{foreign.pk}/patient", {"occupation": "x", "version": 1}, format="json"
        ).status_code
        == 404
    )
    foreign.refresh_from_db()
    assert foreign.unbound_at is None
    assert Patient.objects.get(pk=foreign.patient_id).occupation == ""
    for who in (None, "doctor_a", "boss"):
        assert world.client(who).get(URL).status_code in (401, 403)


@pytest.mark.requirement("CARD-05")
def test_a_service_that_needs_a_card_says_so(world: World, django_assert_num_queries: Any) -> None:
    with pytest.raises(CardRequired):
        require_binding(world.accounts["patient_none"])
    with pytest.raises(NotFound):
        require_binding(world.accounts["patient_b"], world.bindings["patient_a"].pk)
    with django_assert_num_queries(1):
        binding = require_binding(world.accounts["patient_a"])
        assert binding.patient.name == "张三丰"
        assert binding.card.card_number == world.cards["patient_a"].card_number
    answer = world.client("patient_none").get(f"{URL}/{world.bindings['patient_a'].pk}/patient")
    assert (answer.status_code, answer.json()["code"]) == (409, "card_required")


@pytest.mark.requirement("CARD-04")
def test_a_deactivated_card_is_no_longer_bound(world: World) -> None:
    client = world.client("clerk")
    patient, card = world.patients["patient_a"], world.cards["patient_a"]
    url = f"/api/admin/v1/patients/{patient.pk}/cards/{card.pk}"
    assert client.post(f"{url}/deactivate").json()["is_active"] is False
    assert world.client("patient_a").get(URL).json() == []
    assert client.post(f"{url}/deactivate").status_code == 409
    assert post(world, "patient_a", claim(world, "patient_a")).status_code == 409
    assert client.post(f"{url}/activate").status_code == 200
    assert post(world, "patient_a", claim(world, "patient_a")).status_code == 201


@pytest.mark.requirement("CARD-02")
@pytest.mark.parametrize(
    "wrong",
    [
        {"national_id": "110101199003070135"},
        {"phone": "12345"},
        {"name": "x" * 81},
        {"hospital_id": "1"},
        {"hospital_id": "01890000-0000-7000-8000-000000000000"},
        {"relationship": "friend"},
        {"card_number": ""},
        {"surprise": 1},
        {"name": ["张三丰"]},
        {"address": None},
    ],
    ids=str,
)
def test_a_malformed_claim_is_refused_and_counts_as_no_attempt(world: World, wrong: dict[str, Any]) -> None:
    answer = post(world, "patient_none", claim(world, "patient_a", **wrong))
    assert answer.status_code == 400, answer.json()
    assert not BindingAttempt.objects.exists()


@pytest.mark.requirement("CARD-04")
@pytest.mark.django_db(transaction=True)
def test_devices_binding_at_once_never_exceed_the_limit(world: World) -> None:
    for number, national_id in enumerate(IDS[:5]):
        world.add_patient(f"other{number}", name=f"家人{number}", national_id=national_id)
    cards = [world.cards[f"other{n}"].pk for n in range(5)] * 2
    account, outcomes, gate = world.accounts["patient_a"], [], threading.Barrier(len(cards))

    def bind(card_id: Any) -> None:
        gate.wait()
        try:
            made = bindings.attach(account=account, card_id=card_id, relationship="other", address="")  # type: ignore[arg-type]
            outcomes.append(str(made.pk))
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=bind, args=(card,)) for card in cards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    live = CardBinding.objects.filter(account=account, unbound_at=None)
    assert live.filter(relationship="other").count() == 3
    assert live.filter(is_default=True).count() == 1
    assert set(outcomes) - {"binding_limit"} == {
        str(pk) for pk in live.filter(relationship="other").values_list("pk", flat=True)
    }


@pytest.mark.requirement("CARD-02")
@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_do_not_get_past_the_lock(world: World) -> None:
    body, account = claim(world, "patient_a", name="无名氏"), world.accounts["patient_none"]
    gate, outcomes = threading.Barrier(10), []
    fields = {k: v for k, v in body.items() if k != "hospital_id"} | {"id_kind": "resident_id"}

    def guess() -> None:
        gate.wait()
        try:
            bindings.bind(account=WeChatAccount.objects.get(pk=account.pk), hospital=world.h1, **fields)  # type: ignore[arg-type]
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["binding_locked"] * 5 + ["binding_mismatch"] * 5


@pytest.mark.requirement("CARD-02")
def test_the_patient_reads_the_own_archive_masked_and_changes_only_what_is_allowed(world: World) -> None:
    client, url = world.client("patient_a"), f"{URL}/{world.bindings['patient_a'].pk}/patient"
    data = client.get(url).json()
    assert (data["phone"], data["national_id"]) == ("138****8001", "1****************4")
    changed = client.patch(
        url,
        {"occupation": "teacher", "contacts": [{"name": "张无忌", "relation": "son", "phone": "13900000001"}],
         "version": data["version"]},
        format="json",
    )  # fmt: skip
    assert changed.status_code == 200, changed.json()
    contact = changed.json()["contacts"][0]
    assert (changed.json()["occupation"], contact["phone"]) == ("teacher", "139****0001")
    kept = client.patch(
        url,
        {
            "contacts": [{"id": contact["id"], "name": "张无忌", "relation": "friend"}],
            "version": data["version"] + 1,
        },
        format="json",
    )
    assert kept.json()["contacts"] == [{**contact, "relation": "friend"}]
    for refused in ({"name": "x"}, {"phone": "13900000000"}, {"is_active": False}, {"national_id": IDS[0]}):
        assert (
            client.patch(url, {**refused, "version": data["version"] + 2}, format="json").status_code == 400
        )
    assert client.patch(url, {"occupation": "x", "version": 1}, format="json").status_code == 409
    patient = Patient.objects.get(pk=world.patients["patient_a"].pk)
    assert (patient.name, patient.phone, patient.occupation) == ("张三丰", "13800138001", "teacher")
