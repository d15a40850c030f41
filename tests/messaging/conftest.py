"""Real workers, a real Redis and the sandbox over HTTP: nothing between a booking and a phone is replaced."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import dramatiq
import pytest
import redis

from tests.support import waiting
from tests.support.sandbox import Sandbox, running_sandbox

SUBSCRIBE, TEMPLATE = "subscribe_appointment_booked", "template_appointment_booked"
PHONE = "13812348000"
DATA = {
    "patient": "张三",
    "hospital": "第一医院",
    "department": "心内科",
    "doctor": "李医生",
    "time": "2026-07-01 09:30",
}


def wait_until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Says what there is of messages and attempts if it waited in vain."""
    waiting.wait_until(condition, seconds, _what_is_there)


def request_arrived(sandbox: Sandbox, provider: str) -> bool:
    """Whether the provider has met its first fault as often as it was to."""
    return bool(sandbox.control("GET", f"faults/{provider}")["faults"][0]["times"] == 0)


def _what_is_there() -> object:
    from apps.messaging.models import DeliveryAttempt, Message

    messages = Message.objects.values_list("state", "tries", "channel", "error_code", "due_at")
    return list(messages), list(DeliveryAttempt.objects.values_list("channel", "outcome", "error_code"))


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


def forget_adapters() -> None:
    from apps.identity.adapters import factory as wechat
    from apps.messaging.channels import factory
    from apps.messaging.services import sending

    for cached in (
        wechat.mini_program, wechat.official_account, factory.wechat_subscribe, factory.wechat_template,
        factory.aliyun_sms, sending._bucket,
    ):  # fmt: skip
        cached.cache_clear()


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Any, redis_url: str) -> Iterator[Sandbox]:
    """The providers of this process, empty; Redis is empty too."""
    redis.Redis.from_url(redis_url).flushdb()
    sandbox_process.control("POST", "reset")
    settings.WECHAT_BASE_URL = sandbox_process.url
    settings.ALIYUN_SMS_ENDPOINT = sandbox_process.url.removeprefix("http://")
    forget_adapters()
    yield sandbox_process
    forget_adapters()


@dataclass
class Telling:
    """A patient of H1 with an account, and what is done to tell them something."""

    world: Any
    sandbox: Sandbox
    patient: Any
    account: Any

    def book(self, key: str = "booked-1", scene: str = "appointment_booked", **more: Any) -> Any:
        from apps.messaging.models import Message
        from apps.messaging.services.notify import notify

        values = {"account_id": self.account.pk, "data": DATA, **more}
        notify(
            hospital_id=self.world.h1.pk, scene=scene, patient_id=self.patient.pk, dedupe_key=key, **values
        )
        return Message.objects.get(dedupe_key=key)

    def consent(self, times: int = 1, template_id: str = SUBSCRIBE) -> None:
        """On both sides, as the mini-program does it."""
        self.sandbox.consent(self.account.openid, template_id, times)
        body = {"template_id": template_id, "accepted": times}
        answer = self.world.client("patient_a").post(
            "/api/miniprogram/v1/messages/consents", body, format="json"
        )
        assert answer.status_code == 200, answer.content

    def follow(self) -> None:
        user = self.sandbox.user(openid=self.account.openid, follows=True)
        self.account.official_openid = user["official_account_openid"]
        self.account.save()

    def left(self) -> int:
        from apps.messaging.models import SubscribeConsent

        return SubscribeConsent.objects.values_list("left", flat=True).get(account=self.account)

    def run(self, message: Any, *states: str, seconds: float = 20) -> Any:
        """Relay and wait until the message is in one of the states."""
        from kernel.outbox import relay

        def arrived() -> bool:
            relay.drain()
            message.refresh_from_db()
            return message.state in states

        wait_until(arrived, seconds)
        return message


@pytest.fixture
def telling(world: Any, sandbox: Sandbox) -> Telling:
    from apps.patients.models import Patient

    account = world.accounts["patient_a"]
    sandbox.user(openid=account.openid, follows=False)
    patient = Patient.objects.create(hospital=world.h1, mrn="M1", name="张三", phone=PHONE)
    return Telling(world, sandbox, patient, account)


@pytest.fixture
def worker(telling: Telling) -> Iterator[dramatiq.Worker]:
    """A Dramatiq worker with four threads on all queues. For tests with real transactions."""
    from django.db import connection

    import kernel.outbox.tasks  # noqa: F401 - declares the actors

    assert not connection.in_atomic_block, "mark the test django_db(transaction=True)"
    broker = dramatiq.get_broker()
    broker.flush_all()
    worker = dramatiq.Worker(broker, worker_timeout=50, worker_threads=4)
    worker.start()
    yield worker
    worker.stop()
    broker.flush_all()
