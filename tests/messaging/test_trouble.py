"""Providers slow, failing, refusing or silent; workers and queues that die: all that is committed is shown, once."""

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from apps.messaging.models import DeliveryAttempt, Message
from apps.messaging.tasks import sweep_messages
from kernel.outbox import relay
from kernel.outbox.models import OutboxEvent
from valkey_server import Valkey

from .conftest import PHONE, SUBSCRIBE, request_arrived, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("MSG-07")]

BACKEND = Path(__file__).parents[2] / "backend"
TEMPLATE_PATH = "/cgi-bin/message/template/send"
SUBSCRIBE_PATH = "/cgi-bin/message/subscribe/send"


@pytest.fixture(autouse=True)
def _impatient(settings: Any) -> None:
    settings.MESSAGING_RETRY_SECONDS = [0, 1, 1]
    settings.MESSAGING_REPORT_WAIT_SECONDS = 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "delay", "delay_ms": 1500},
        {"kind": "http_error", "status": 502},
        {"kind": "close"},
        {"kind": "code", "code": "-1"},
    ],
    ids=["slow", "failing", "closing", "busy"],
)
def test_trouble_at_wechat_passes_and_the_message_arrives_once_by_the_same_channel(
    telling: Any, worker: Any, fault: dict[str, Any]
) -> None:
    telling.consent()
    telling.sandbox.faults("wechat", {**fault, "times": 2, "operation": SUBSCRIBE_PATH})
    message = telling.run(telling.book(), "sent")
    (shown,) = telling.sandbox.messages()
    assert (shown["kind"], message.channel, telling.left()) == ("subscribe", "wechat_subscribe", 0)


def test_wechat_away_for_long_is_no_reason_to_stay_silent(telling: Any, worker: Any) -> None:
    telling.follow()
    telling.consent()
    telling.sandbox.faults("wechat", {"kind": "code", "code": "-1", "operation": "/cgi-bin/message/*"})
    message = telling.run(telling.book(), "sent")
    assert [m["provider"] for m in telling.sandbox.messages()] == ["aliyun_sms"]
    outcomes = list(message.attempts.order_by("pk").values_list("channel", "outcome"))
    assert outcomes == [("wechat_subscribe", "temporary")] * 4 + [("sms", "accepted")]
    assert telling.left() == 1, "the consent was not used"


def test_a_template_that_wechat_refuses_gives_way_to_the_text(telling: Any, worker: Any) -> None:
    telling.consent()
    telling.sandbox.settings("wechat", strict_templates=True)
    message = telling.run(telling.book(), "sent")
    assert [m["provider"] for m in telling.sandbox.messages()] == ["aliyun_sms"]
    assert message.attempts.order_by("pk").first().error_code == "40037"
    assert telling.left() == 1


def test_too_many_tries_are_dead_and_an_administrator_sends_it_again(telling: Any, worker: Any) -> None:
    telling.sandbox.faults("aliyun_sms", {"kind": "code", "code": "isp.SYSTEM_ERROR"})
    message = telling.run(telling.book(), "dead")
    admin = telling.world.client("admin1")
    listed = admin.get("/api/admin/v1/messages", {"state": "dead"}).json()["results"]
    assert [(m["id"], m["error_code"], m["tries"]) for m in listed] == [
        (str(message.pk), "isp.SYSTEM_ERROR", 4)
    ]
    assert telling.sandbox.messages() == []
    telling.sandbox.faults("aliyun_sms")
    retry = admin.post("/api/admin/v1/messages/retry", {"ids": [str(message.pk)]}, format="json")
    assert retry.json() == {"queued": 1}
    telling.run(message, "sent")
    assert [m["client_id"] for m in telling.sandbox.messages()] == [str(message.pk)]


def silent(path: str) -> dict[str, Any]:
    return {"kind": "silent_after_work", "delay_ms": 100, "times": 1, "operation": path}


def test_an_unanswered_subscribe_message_that_used_its_consent_is_not_shown_again(
    telling: Any, worker: Any
) -> None:
    telling.consent()
    telling.sandbox.faults("wechat", silent(SUBSCRIBE_PATH))
    message = telling.run(telling.book(), "sent")
    assert len(telling.sandbox.messages()) == 1
    outcomes = list(message.attempts.order_by("pk").values_list("outcome", "error_code"))
    assert outcomes == [("unknown", "connection"), ("refused", "43101")]


def test_an_unanswered_template_message_is_repeated_and_shown_once(telling: Any, worker: Any) -> None:
    telling.follow()
    telling.sandbox.faults("wechat", silent(TEMPLATE_PATH))
    message = telling.run(telling.book(), "sent")
    (shown,) = telling.sandbox.messages()
    assert shown["client_id"] == message.pk.hex
    assert message.attempts.count() == 2


def report(message: Message, **changes: Any) -> dict[str, Any]:
    values = {"out_id": str(message.pk), "phone_number": PHONE, "success": True, "err_code": "DELIVERED"}
    return {**values, "biz_id": "1^0", **changes}


def test_an_unanswered_text_waits_for_its_report_and_is_not_sent_again(
    telling: Any, worker: Any, settings: Any, client: Any
) -> None:
    settings.ALIYUN_SMS_CALLBACK_TOKEN = "report-secret"
    telling.sandbox.faults("aliyun_sms", silent("SendSms"))
    message = telling.book()
    telling.run(message, "queued", "sending")
    wait_until(lambda: message.attempts.filter(outcome="unknown").exists())
    answer = client.post(
        "/callbacks/aliyun-sms/report-secret", [report(message)], content_type="application/json"
    )
    assert answer.json()["code"] == 0
    telling.run(message, "delivered")
    Message.objects.update(
        due_at=F("due_at") - dt.timedelta(minutes=6)
    )  # longer than the wait for the report
    sweep()
    for queue in worker.broker.queues:
        worker.broker.join(queue)
    worker.join()
    assert len(telling.sandbox.messages()) == 1


def test_an_unanswered_text_without_a_report_is_sent_again(telling: Any, worker: Any) -> None:
    telling.sandbox.faults("aliyun_sms", {"kind": "close", "times": 1})
    telling.run(telling.book(), "sent")
    assert len(telling.sandbox.messages()) == 1


class Programs:
    """Workers and the relay as processes of their own, on this test's database."""

    def __init__(self, redis_url: str, sandbox_url: str) -> None:
        database = connection.settings_dict
        login = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
        self.environment = os.environ | {
            "DATABASE_URL": f"postgres://{login}{database['HOST']}:{database['PORT']}/{database['NAME']}",
            "REDIS_URL": redis_url,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "YIHUI_WECHAT_BASE_URL": sandbox_url,
            "YIHUI_ALIYUN_SMS_ENDPOINT": sandbox_url.removeprefix("http://"),
            "YIHUI_MESSAGING_LEASE_SECONDS": "2",
            "YIHUI_MESSAGING_REPORT_WAIT_SECONDS": str(settings.MESSAGING_REPORT_WAIT_SECONDS),
            "YIHUI_MESSAGING_RETRY_SECONDS": "1,1,1",
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=BACKEND,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.running.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("rundramatiq", "--processes", "1", "--threads", "4", "--path", ".")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def once(self, code: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", code], cwd=BACKEND, env=self.environment, check=True
        )

    def stop(self) -> None:
        for process in list(self.running):
            self.kill(process)


@pytest.fixture
def programs(telling: Any, redis_url: str) -> Iterator[Callable[[str], Programs]]:
    made: list[Programs] = []

    def make(url: str = redis_url) -> Programs:
        made.append(Programs(url, telling.sandbox.url))
        return made[-1]

    yield make
    for programs in made:
        programs.stop()


def sweep() -> bool:
    sweep_messages.fn()
    return True


@pytest.mark.thorough
@pytest.mark.parametrize("channel", ["subscribe", "template", "text"])
def test_a_worker_killed_in_the_middle_of_a_send_loses_nothing_and_shows_nothing_twice(
    telling: Any, programs: Any, settings: Any, client: Any, channel: str
) -> None:
    settings.MESSAGING_LEASE_SECONDS = 2
    settings.MESSAGING_REPORT_WAIT_SECONDS = 60  # the report comes before, however slowly programs start
    settings.ALIYUN_SMS_CALLBACK_TOKEN = "report-secret"
    telling.consent() if channel == "subscribe" else telling.follow() if channel == "template" else None
    slow = {"kind": "delay", "delay_ms": 3000, "times": 1}
    provider = "aliyun_sms" if channel == "text" else "wechat"
    telling.sandbox.faults(
        provider, slow if channel == "text" else {**slow, "operation": "/cgi-bin/message/*"}
    )
    first = programs()
    victim = first.worker()
    message = telling.book()
    wait_until(lambda: relay.drain() >= 0 and request_arrived(telling.sandbox, provider), 60)
    first.kill(victim)
    message.refresh_from_db()
    assert message.state == "sending"
    wait_until(
        lambda: len(telling.sandbox.messages()) == 1
    )  # the provider had the request: it arrives anyway
    if channel == "text":
        body = [report(message)]
        client.post("/callbacks/aliyun-sms/report-secret", body, content_type="application/json")
    programs().worker()
    wait_until(lambda: sweep() and relay.drain() >= 0 and _settled(message), 60)
    wait_until(lambda: not message.attempts.filter(outcome="open").exists())
    shown = telling.sandbox.messages()
    assert len(shown) == 1
    assert message.state == ("delivered" if channel == "text" else "sent")
    if channel != "subscribe":
        assert shown[0]["client_id"].replace("-", "") == message.pk.hex


@pytest.mark.thorough
def test_a_worker_killed_before_the_provider_heard_of_it_sends_afterwards(
    telling: Any, programs: Any, settings: Any
) -> None:
    """As if killed between commit and call: the attempt is open, nothing has left."""
    from apps.messaging.services.claims import claim
    from apps.messaging.services.routing import Router

    settings.MESSAGING_LEASE_SECONDS = 1
    telling.consent()
    message = telling.book()
    route = Router([message]).route(message)
    assert claim([route])
    programs().worker()
    wait_until(lambda: sweep() and relay.drain() >= 0 and _settled(message), 60)
    assert [m["template"] for m in telling.sandbox.messages()] == [SUBSCRIBE]
    assert (message.state, telling.left()) == ("sent", 0)


def _settled(message: Message) -> bool:
    message.refresh_from_db()
    return message.state in ("sent", "delivered")


@pytest.mark.thorough
def test_redis_stopped_while_messages_wait_loses_none_and_doubles_none(
    telling: Any, programs: Any, tmp_path: Path
) -> None:
    server = Valkey(tmp_path / "valkey", durable=False)  # it forgets everything: the harder case
    try:
        running = programs(server.start())
        telling.sandbox.settings("aliyun_sms", limits=False)
        telling.sandbox.faults("aliyun_sms", {"kind": "delay", "delay_ms": 200})
        running.worker()
        running.start("relay")
        messages = [telling.book(f"before-{i}") for i in range(30)]
        wait_until(lambda: len(telling.sandbox.messages()) >= 3, 40)
        server.stop()
        messages += [telling.book(f"during-{i}") for i in range(10)]
        wait_until(lambda: not DeliveryAttempt.objects.filter(outcome="open").exists())
        assert Message.objects.filter(state="queued").count() >= 10
        restart(server)

        def all_sent_at_last() -> bool:
            _let_time_pass()
            running.once(SWEEP)
            return not Message.objects.exclude(state="sent").exists()

        wait_until(all_sent_at_last, 60)
    finally:
        server.stop()
    client_ids = [m["client_id"] for m in telling.sandbox.messages()]
    assert sorted(client_ids) == sorted(str(m.pk) for m in messages)


SWEEP = """
import apps.messaging.tasks, kernel.outbox.tasks
from kernel.outbox import relay
apps.messaging.tasks.sweep_messages.fn()
relay.republish_lost()
"""


def restart(server: Valkey) -> None:
    port = server.port_file.read_text()
    server.start()
    assert server.port_file.read_text() == port, "the programs know the old address"


def _let_time_pass() -> None:
    """As if the minutes were over after which what a queue has lost is looked for."""
    earlier = dt.timedelta(minutes=6)
    OutboxEvent.objects.filter(pending__gt=0).update(published_at=F("published_at") - earlier)
    Message.objects.filter(state="queued").update(due_at=F("due_at") - earlier)
