"""A message reaches the patient by the first channel that can, once."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from apps.messaging.models import DeliveryAttempt, Message
from apps.messaging.services.notify import Notice, notify_many
from kernel.outbox.models import OutboxEvent

from .conftest import DATA, PHONE, SUBSCRIBE, TEMPLATE, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.requirement("BOOK-07")
@pytest.mark.requirement("MSG-05")
def test_a_booked_message_arrives_at_wechat_and_uses_one_consent(telling: Any, worker: Any) -> None:
    telling.consent(2)
    message = telling.run(telling.book(), "sent")
    (shown,) = telling.sandbox.messages()
    assert (shown["kind"], shown["to"], shown["template"]) == ("subscribe", telling.account.openid, SUBSCRIBE)
    assert shown["values"]["thing1"] == "张三"
    assert (message.channel, telling.left()) == ("wechat_subscribe", 1)
    assert message.attempts.get().outcome == "accepted"


@pytest.mark.requirement("BOOK-07")
@pytest.mark.parametrize(
    "scene", ["appointment_reminder", "appointment_cancelled", "appointment_expired", "queue_called"]
)
def test_every_scene_arrives(telling: Any, worker: Any, scene: str) -> None:
    telling.consent(1, f"subscribe_{scene}")
    data = {**DATA, "number": "A012", "room": "3楼2诊室"}
    message = telling.run(telling.book(scene=scene, data=data, urgent=scene == "queue_called"), "sent")
    (shown,) = telling.sandbox.messages()
    assert shown["template"] == f"subscribe_{scene}"
    assert "张三" in message.text
    assert "{" not in message.text


@pytest.mark.requirement("MSG-05")
@pytest.mark.requirement("BOOK-07")
def test_without_consent_a_text_is_sent_to_the_patients_phone(telling: Any, worker: Any) -> None:
    message = telling.run(telling.book(), "sent")
    (shown,) = telling.sandbox.messages()
    assert (shown["provider"], shown["to"], shown["client_id"]) == ("aliyun_sms", PHONE, str(message.pk))
    assert message.attempts.get().recipient == "138****8000"


@pytest.mark.requirement("MSG-05")
def test_a_follower_without_consent_gets_a_template_message(telling: Any, worker: Any) -> None:
    telling.follow()
    telling.run(telling.book(), "sent")
    (shown,) = telling.sandbox.messages()
    assert (shown["kind"], shown["template"]) == ("template", TEMPLATE)


@pytest.mark.requirement("MSG-05")
def test_a_consent_that_wechat_does_not_know_is_counted_out_and_the_text_goes(
    telling: Any, worker: Any
) -> None:
    telling.consent(3)
    telling.sandbox.consent(telling.account.openid, SUBSCRIBE, -3)
    message = telling.run(telling.book(), "sent")
    assert [m["provider"] for m in telling.sandbox.messages()] == ["aliyun_sms"]
    assert (telling.left(), message.channel) == (0, "sms")
    outcomes = list(message.attempts.order_by("pk").values_list("channel", "outcome", "error_code"))
    assert outcomes == [("wechat_subscribe", "refused", "43101"), ("sms", "accepted", "")]


@pytest.mark.requirement("MSG-05")
def test_one_consent_is_one_message_however_many_go_at_once(telling: Any, worker: Any) -> None:
    telling.consent(3)
    telling.sandbox.consent(
        telling.account.openid, SUBSCRIBE, 10
    )  # WeChat would take more: our count must hold
    messages = [telling.book(f"booked-{i}") for i in range(12)]
    for message in messages:
        telling.run(message, "sent")
    kinds = [m["provider"] for m in telling.sandbox.messages()]
    assert (kinds.count("wechat"), kinds.count("aliyun_sms")) == (3, 9)
    assert telling.left() == 0


@pytest.mark.requirement("MSG-07")
def test_the_same_key_at_once_is_one_message(telling: Any, worker: Any) -> None:
    def book() -> None:
        telling.book("same")
        connection.close()

    threads = [threading.Thread(target=book) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    telling.run(Message.objects.get(), "sent")
    assert OutboxEvent.objects.filter(topic="messaging.message_queued").count() == 1
    assert len(telling.sandbox.messages()) == 1


@pytest.mark.requirement("MSG-07")
def test_an_event_delivered_again_sends_nothing_again(telling: Any, worker: Any) -> None:
    from apps.messaging.services.sending import Later
    from apps.messaging.tasks import enqueue

    message = telling.book()
    for _ in range(5):
        enqueue(Later((message.pk,), "default", 0))
    telling.run(message, "sent")
    enqueue(Later((message.pk,), "urgent", 0))
    for queue in ("default", "urgent"):
        worker.broker.join(queue, timeout=5000)
    assert len(telling.sandbox.messages()) == 1
    assert DeliveryAttempt.objects.count() == 1


@pytest.mark.requirement("MSG-07")
def test_what_is_not_committed_is_not_sent(telling: Any, worker: Any) -> None:
    def cancelled() -> None:
        with transaction.atomic():
            telling.book()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cancelled()
    assert not Message.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.requirement("MSG-07")
def test_nobody_to_reach_is_a_failure_that_is_seen(telling: Any, worker: Any) -> None:
    telling.patient.phone = ""
    telling.patient.save()
    message = telling.run(telling.book(), "failed")
    assert (message.error_code, telling.sandbox.messages()) == ("no_channel", [])


@pytest.mark.requirement("MSG-07")
def test_the_rate_of_a_provider_is_kept(telling: Any, worker: Any, settings: Any, monkeypatch: Any) -> None:
    from apps.messaging.services import sending

    settings.MESSAGING_RATES = {"wechat": 200, "aliyun_sms": 5}
    monkeypatch.setattr(sending, "SPREAD", {"urgent": 0.2, "default": 0.5, "bulk": 0.5})
    telling.sandbox.settings("aliyun_sms", limits=False)
    telling.run(telling.book("booked-first"), "sent")  # the first one waits for its connection as well
    messages = [telling.book(f"booked-{i}") for i in range(15)]
    for message in messages:
        telling.run(message, "sent", seconds=30)
    times = sorted(m["at"] for m in telling.sandbox.messages())[1:]
    assert len(times) == 15
    for i in range(len(times)):
        within = [at for at in times if times[i] <= at < times[i] + 1]
        assert len(within) <= 5 + 5 + 1, "a burst and one second's worth"
    assert times[-1] - times[0] >= (15 - 5) / 5 - 0.3


@pytest.mark.requirement("MSG-07")
def test_bulk_texts_leave_in_the_providers_batches(telling: Any, worker: Any) -> None:
    from apps.patients.models import Patient

    patients = [
        Patient.objects.create(hospital=telling.world.h1, mrn=f"B{i}", name="李四", phone=f"139{i:08d}")
        for i in range(250)
    ]
    notices = [
        Notice(telling.world.h1.pk, "appointment_reminder", p.pk, None, f"bulk-{p.pk}", DATA)
        for p in patients
    ]
    assert notify_many(notices) == 250
    assert notify_many(notices) == 0
    last = Message.objects.order_by("-pk").first()
    telling.run(last, "sent")
    wait_until(lambda: Message.objects.filter(state="sent").count() == 250)
    shown = telling.sandbox.messages()
    assert len({m["to"] for m in shown}) == len(shown) == 250
    assert len({m["biz_id"] for m in shown}) == 3


@pytest.mark.requirement("MSG-07")
def test_one_bad_number_does_not_hold_its_batch_back(telling: Any, worker: Any) -> None:
    from apps.patients.models import Patient

    phones = ["13900000001", "123", "13900000002"]
    patients = [
        Patient.objects.create(hospital=telling.world.h1, mrn=f"B{i}", name="李四", phone=phone)
        for i, phone in enumerate(phones)
    ]
    notify_many(
        Notice(telling.world.h1.pk, "appointment_reminder", p.pk, None, f"bulk-{p.pk}", DATA)
        for p in patients
    )
    telling.run(Message.objects.get(patient=patients[1]), "failed")
    wait_until(lambda: Message.objects.filter(state="sent").count() == 2)
    assert {m["to"] for m in telling.sandbox.messages()} == {"13900000001", "13900000002"}
    assert Message.objects.get(state="failed").error_code == "isv.MOBILE_NUMBER_ILLEGAL"
