"""Who sees which message, the inbox, consents, templates."""

from typing import Any

import pytest
from django.db import connection

from apps.messaging.models import DeliveryAttempt, Message, MessageTemplate, SubscribeConsent
from apps.messaging.scenes import SCENES
from kernel.outbox.models import OutboxEvent

from .conftest import DATA, PHONE, SUBSCRIBE

ADMIN, MINI = "/api/admin/v1", "/api/miniprogram/v1"


@pytest.fixture
def message(telling: Any) -> Message:
    made = telling.book()
    Message.objects.filter(pk=made.pk).update(state="failed", error_code="isv.MOBILE_NUMBER_ILLEGAL")
    DeliveryAttempt.objects.create(
        hospital=telling.world.h1,
        message=made,
        channel="sms",
        client_id=str(made.pk),
        recipient="138****8000",
    )
    return made


@pytest.mark.requirement("MSG-07")
def test_messages_are_listed_by_state_with_their_reason_and_no_phone(telling: Any, message: Message) -> None:
    admin = telling.world.client("admin1")
    listed = admin.get(f"{ADMIN}/messages", {"state": "failed"})
    (shown,) = listed.json()["results"]
    assert (shown["state"], shown["error_code"]) == ("failed", "isv.MOBILE_NUMBER_ILLEGAL")
    attempts = admin.get(f"{ADMIN}/messages/{message.pk}/attempts")
    assert attempts.json()[0]["recipient"] == "138****8000"
    one = admin.get(f"{ADMIN}/messages/{message.pk}")
    for answer in (listed, attempts, one):
        assert answer.status_code == 200
        assert PHONE not in answer.content.decode()
    counters = admin.get(f"{ADMIN}/messages/counters").json()
    assert (counters["failed"], counters["queued"]) == (1, 0)
    assert admin.get(f"{ADMIN}/messages", {"state": "nonsense"}).status_code == 400
    assert admin.get(f"{ADMIN}/messages", {"colour": "red"}).status_code == 400


@pytest.mark.requirement("MSG-07")
@pytest.mark.parametrize(
    ("who", "status"), [("admin2", 404), ("doctor_a", 403), ("patient_a", 403), (None, 401)]
)
def test_strangers_neither_see_nor_resend_a_message(
    telling: Any, message: Message, who: str | None, status: int
) -> None:
    client = telling.world.client(who)
    assert client.get(f"{ADMIN}/messages/{message.pk}").status_code == status
    body = {"ids": [str(message.pk)]}
    events = OutboxEvent.objects.count()
    assert client.post(f"{ADMIN}/messages/retry", body, format="json").status_code == status
    message.refresh_from_db()
    assert (message.state, OutboxEvent.objects.count()) == ("failed", events)


@pytest.mark.requirement("MSG-07")
def test_a_clerk_sees_messages_but_may_not_resend_them(telling: Any, message: Message) -> None:
    clerk = telling.world.client("clerk")
    assert clerk.get(f"{ADMIN}/messages/{message.pk}").status_code == 200
    body = {"ids": [str(message.pk)]}
    assert clerk.post(f"{ADMIN}/messages/retry", body, format="json").status_code == 403


@pytest.mark.requirement("MSG-07")
def test_only_failed_and_dead_messages_are_sent_again_all_or_none(telling: Any, message: Message) -> None:
    other = telling.book("booked-2")
    admin = telling.world.client("admin1")
    body = {"ids": [str(message.pk), str(other.pk)]}
    assert admin.post(f"{ADMIN}/messages/retry", body, format="json").json()["code"] == "state_conflict"
    message.refresh_from_db()
    assert message.state == "failed"
    only = {"ids": [str(message.pk)]}
    assert admin.post(f"{ADMIN}/messages/retry", only, format="json").json() == {"queued": 1}
    assert admin.post(f"{ADMIN}/messages/retry", only, format="json").status_code == 409
    for wrong in ({"ids": []}, {"ids": ["x"]}, {"ids": [str(message.pk)] * 101}, {}, {"ids": 5}):
        assert admin.post(f"{ADMIN}/messages/retry", wrong, format="json").status_code == 400


@pytest.mark.requirement("MSG-05")
def test_the_mini_program_learns_the_templates_of_a_scene_and_reports_consents(telling: Any) -> None:
    patient = telling.world.client("patient_a")
    templates = patient.get(f"{MINI}/messages/templates", {"scene": "appointment_booked"}).json()
    assert templates == [{"scene": "appointment_booked", "title": "预约成功", "template_ids": [SUBSCRIBE]}]
    assert len(patient.get(f"{MINI}/messages/templates").json()) == len(SCENES)
    unknown = patient.get(f"{MINI}/messages/templates", {"scene": "party"})
    assert unknown.json()["code"] == "messaging_unknown_scene"
    body = {"template_id": SUBSCRIBE, "accepted": 2}
    assert patient.post(f"{MINI}/messages/consents", body, format="json").json()["left"] == 2
    assert patient.post(f"{MINI}/messages/consents", body, format="json").json()["left"] == 4
    assert SubscribeConsent.objects.get().account == telling.account
    for wrong in (
        {"template_id": "nobodys_template", "accepted": 1}, {"template_id": SUBSCRIBE, "accepted": 0},
        {"template_id": SUBSCRIBE, "accepted": "many"}, {"template_id": SUBSCRIBE, "times": 1}, {},
    ):  # fmt: skip
        assert patient.post(f"{MINI}/messages/consents", wrong, format="json").status_code == 400
    assert telling.world.client("doctor_a").get(f"{MINI}/messages/templates").status_code == 403
    assert telling.left() == 4


@pytest.mark.requirement("BOOK-07")
def test_the_inbox_holds_ones_own_messages_and_their_read_state(telling: Any) -> None:
    message = telling.book()
    mine, other = telling.world.client("patient_a"), telling.world.client("patient_b")
    (shown,) = mine.get(f"{MINI}/messages", {"unread": "true"}).json()["results"]
    assert shown["text"] == "张三您好,您已成功预约第一医院心内科李医生,就诊时间2026-07-01 09:30。"
    assert other.get(f"{MINI}/messages").json()["results"] == []
    assert other.post(f"{MINI}/messages/{message.pk}/read").status_code == 404
    message.refresh_from_db()
    assert message.read_at is None
    first = mine.post(f"{MINI}/messages/{message.pk}/read").json()["read_at"]
    assert first
    assert mine.post(f"{MINI}/messages/{message.pk}/read").json()["read_at"] == first
    assert mine.get(f"{MINI}/messages", {"unread": "true"}).json()["results"] == []


def template_body(world: Any, **changes: Any) -> dict[str, Any]:
    body = {
        "hospital_id": str(world.h1.pk), "scene": "appointment_booked", "channel": "wechat_subscribe",
        "provider_template_id": "h1_booked_template", "fields_map": {"patient": "thing9", "time": "time1"},
    }  # fmt: skip
    return body | changes


@pytest.mark.requirement("MSG-05")
def test_a_hospital_has_templates_of_its_own(telling: Any) -> None:
    world = telling.world
    admin = world.client("admin1")
    made = admin.post(
        f"{ADMIN}/message-templates", template_body(world, text="请{patient}按时到诊"), format="json"
    )
    assert made.status_code == 201, made.content
    again = admin.post(f"{ADMIN}/message-templates", template_body(world), format="json")
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert telling.book().text == "请张三按时到诊"
    path = f"{ADMIN}/message-templates/{made.json()['id']}"
    changed = admin.patch(path, {"is_active": False, "version": 1}, format="json")
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert admin.patch(path, {"is_active": True, "version": 1}, format="json").status_code == 409
    assert (
        world.client("admin2").patch(path, {"is_active": True, "version": 2}, format="json").status_code
        == 404
    )
    assert world.client("admin2").delete(path).status_code == 404
    assert admin.delete(path).status_code == 204


@pytest.mark.requirement("MSG-05")
def test_the_groups_default_is_seen_by_all_and_changed_by_the_group_alone(telling: Any) -> None:
    world = telling.world
    body = template_body(world, hospital_id=None)
    assert world.client("admin1").post(f"{ADMIN}/message-templates", body, format="json").status_code == 403
    assert not MessageTemplate.objects.exists()
    made = world.client("boss").post(f"{ADMIN}/message-templates", body, format="json")
    path = f"{ADMIN}/message-templates/{made.json()['id']}"
    assert world.client("boss").get(f"{ADMIN}/message-templates").json()["count"] == 1
    assert world.client("admin2").get(path).status_code == 200
    assert world.client("admin2").delete(path).status_code == 403
    assert MessageTemplate.objects.exists()


@pytest.mark.requirement("MSG-05")
@pytest.mark.parametrize(
    "changes",
    [
        {"scene": "party"}, {"channel": "pigeon"}, {"provider_template_id": "x"}, {"fields_map": {"age": "thing1"}},
        {"fields_map": {"patient": "thing 1"}}, {"fields_map": [1]}, {"text": "长" * 501}, {"scene": "x" * 41},
        {"fields_map": {"patient": "thing1", "doctor": "thing1"}}, {"unknown": 1},
    ],
)  # fmt: skip
def test_a_template_that_could_not_be_sent_is_refused(telling: Any, changes: dict[str, Any]) -> None:
    admin = telling.world.client("admin1")
    answer = admin.post(f"{ADMIN}/message-templates", template_body(telling.world, **changes), format="json")
    assert answer.status_code == 400
    assert not MessageTemplate.objects.exists()


@pytest.mark.requirement("MSG-07")
def test_a_second_call_with_the_same_key_changes_nothing(telling: Any) -> None:
    first = telling.book()
    second = telling.book(data={**DATA, "patient": "王五"})
    assert (first.pk, first.text) == (second.pk, second.text)
    assert OutboxEvent.objects.filter(topic="messaging.message_queued").count() == 1


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    telling: Any, django_assert_max_num_queries: Any
) -> None:
    admin = telling.world.client("admin1")
    for i in range(30):
        telling.book(f"booked-{i}")
    admin.get(f"{ADMIN}/messages")
    with django_assert_max_num_queries(6):
        assert admin.get(f"{ADMIN}/messages").json()["count"] == 30
    assert connection.vendor == "postgresql"
