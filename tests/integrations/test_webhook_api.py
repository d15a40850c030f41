"""Who manages endpoints, and what is shown of them."""

import datetime as dt
import json
from typing import Any

import pytest

from apps.audit.models import AuditEvent
from apps.identity.models import PartnerApplication
from apps.identity.services.partners import create_application
from apps.integrations.event_types import EVENT_TYPES
from apps.integrations.models import WebhookDelivery, WebhookEndpoint, WebhookHealth
from apps.integrations.services import webhook_deliveries
from apps.integrations.services.webhook_sending import deliver
from apps.integrations.services.webhook_watch import watch
from apps.worklist.models import WorkItem
from kernel import clock
from kernel.ids import uuid7
from tests.integrations.receiver import receiver, status
from tests.integrations.webhook_support import (
    BOOKED,
    CANCELLED,
    DELIVERIES,
    ENDPOINTS,
    OWN,
    endpoint_at,
    happen,
)
from tests.support.world import World

pytestmark = pytest.mark.requirement("INT-03")
ADDRESS = "http://127.0.0.1:9009/hooks"


def body_for(world: World, **more: Any) -> dict[str, Any]:
    assert world.partner_application is not None
    plain = {"name": "预约通知", "url": ADDRESS, "event_types": [BOOKED]}
    return plain | {"application_id": str(world.partner_application.pk)} | more


def post(world: World, path: str, body: Any = None, who: str = "admin1") -> Any:
    key = str(uuid7())
    return world.client(who).post(path, body or {}, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_a_secret_is_shown_when_it_is_made_and_never_again(world: World) -> None:
    made = post(world, ENDPOINTS, body_for(world))
    assert made.status_code == 201, made.content
    one, secret = f"{ENDPOINTS}/{made.json()['id']}", made.json()["secret"]
    assert secret.startswith("whsec_")
    rotated = post(world, f"{one}/rotate-secret", {"version": 1}).json()
    for path in (ENDPOINTS, one, DELIVERIES):
        shown = world.client("admin1").get(path).content.decode()
        assert secret not in shown and rotated["secret"] not in shown and "whsec_" not in shown
    assert "whsec_" not in json.dumps(list(AuditEvent.objects.values_list("before", "after")), default=str)
    stored = WebhookEndpoint.objects.extra(select={"sealed": "secret"}).values_list("sealed", flat=True).get()
    assert secret.encode() not in bytes(stored)


def test_an_unknown_type_is_refused_by_name(world: World) -> None:
    answer = post(world, ENDPOINTS, body_for(world, event_types=[BOOKED, "nothing.ever"]))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith("event_types")
    twice = post(world, ENDPOINTS, body_for(world, event_types=[BOOKED, BOOKED]))
    assert twice.json()["errors"][0]["code"] == "each_type_once"


def test_an_application_has_twenty_endpoints_and_each_address_once(world: World) -> None:
    for number in range(20):
        assert post(world, ENDPOINTS, body_for(world, url=f"{ADDRESS}/{number}")).status_code == 201
    more = post(world, ENDPOINTS, body_for(world))
    assert (more.status_code, more.json()["code"]) == (409, "too_many_endpoints")
    first = WebhookEndpoint.objects.get(url=f"{ADDRESS}/0")
    assert post(world, f"{ENDPOINTS}/{first.pk}/retire").status_code == 200
    same = post(world, ENDPOINTS, body_for(world, url=f"{ADDRESS}/1"))
    assert (same.status_code, same.json()["code"]) == (409, "duplicate")
    assert post(world, ENDPOINTS, body_for(world, url=f"{ADDRESS}/0")).status_code == 201


def test_a_foreign_hospitals_application_and_rows_do_not_exist(world: World) -> None:
    foreign, _ = create_application(hospital=world.h2, name="外院平台", allowed_scopes=[])
    answer = post(world, ENDPOINTS, body_for(world, application_id=str(foreign.pk)))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "application_id")
    endpoint, _ = endpoint_at(world, ADDRESS)
    for verb in ("enable", "disable", "retire", "test"):
        assert post(world, f"{ENDPOINTS}/{endpoint.pk}/{verb}", who="admin2").status_code == 404
        assert post(world, f"{ENDPOINTS}/{endpoint.pk}/{verb}", who="doctor_a").status_code == 403
    assert not WebhookDelivery.objects.exists()
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.version) == ("active", 1)


def test_an_application_manages_its_own_endpoints_alone(world: World) -> None:
    other, _ = create_application(
        hospital=world.h1, name="另一平台", allowed_scopes=["webhooks", "events:read"]
    )
    foreign, _ = endpoint_at(world, ADDRESS, application=other)
    own = {"name": "x", "url": ADDRESS, "event_types": [BOOKED]}
    made = post(world, OWN, own, "partner")
    assert made.status_code == 201, made.content
    listed = world.client("partner").get(OWN).json()["results"]
    assert [row["id"] for row in listed] == [made.json()["id"]]
    assert world.client("partner").get(f"{OWN}/{foreign.pk}").status_code == 404
    assert post(world, f"{OWN}/{foreign.pk}/disable", who="partner").status_code == 404
    one = f"{OWN}/{made.json()['id']}"
    changed = world.client("partner").patch(one, {"version": 1, "event_types": [CANCELLED]}, format="json")
    assert changed.json()["event_types"] == [CANCELLED]
    assert post(world, f"{one}/test", who="partner").status_code == 201
    now = clock.now()
    today = {"since": str(now - dt.timedelta(hours=1)), "until": str(now + dt.timedelta(hours=1))}
    assert post(world, f"{one}/replay", today, "partner").json() == {"replayed": 0, "next_since": None}
    rotated = post(world, f"{one}/rotate-secret", {"version": changed.json()["version"]}, "partner").json()
    assert rotated["secret"] not in (made.json()["secret"], "")
    (delivery,) = world.client("partner").get("/api/partner/v1/webhook-deliveries").json()["results"]
    detail = world.client("partner").get(f"/api/partner/v1/webhook-deliveries/{delivery['id']}").json()
    assert json.loads(detail["body"])["type"] == "endpoint.test" and detail["attempts"] == []


def test_without_its_scope_an_application_sees_no_webhooks(world: World) -> None:
    PartnerApplication.objects.update(allowed_scopes=["directory:read"])
    assert world.client("partner").get(OWN).status_code == 403


def test_what_is_switched_off_by_hand_gets_nothing_until_it_is_switched_on(world: World) -> None:
    with receiver() as made:
        endpoint, _ = endpoint_at(world, made.url)
        one = f"{ENDPOINTS}/{endpoint.pk}"
        happen(world.h1.pk)
        assert post(world, f"{one}/disable").json()["disabled_because"] == "by_hand"
        assert WebhookDelivery.objects.get().state == "cancelled"
        happen(world.h1.pk)
        assert deliver() == 0
        assert post(world, f"{one}/disable").status_code == 409
        assert (post(world, f"{one}/test").status_code, WebhookDelivery.objects.count()) == (409, 1)
        assert post(world, f"{one}/enable").json()["state"] == "active"
        today = {
            "since": str(clock.now() - dt.timedelta(days=1)),
            "until": str(clock.now() + dt.timedelta(hours=1)),
        }
        assert post(world, f"{one}/replay", today).json() == {"replayed": 1, "next_since": None}
        assert post(world, f"{one}/replay", today).json() == {"replayed": 0, "next_since": None}
        assert deliver() == 1


def test_a_retired_endpoint_is_neither_changed_nor_rotated_nor_switched_on(world: World) -> None:
    endpoint, _ = endpoint_at(world, ADDRESS)
    one = f"{ENDPOINTS}/{endpoint.pk}"
    assert post(world, f"{one}/retire").json()["state"] == "retired"
    endpoint.refresh_from_db()
    version = {"version": endpoint.version}
    assert endpoint.secret == ""
    assert post(world, f"{one}/rotate-secret", version).json()["code"] == "state_conflict"
    assert world.client("admin1").patch(one, version | {"name": "y"}, format="json").status_code == 409
    assert post(world, f"{one}/enable").status_code == 409


def test_a_range_is_replayed_once_for_a_key_and_within_a_month(world: World) -> None:
    with receiver() as made:
        endpoint, _ = endpoint_at(world, made.url)
        for _ in range(3):
            happen(world.h1.pk)
        deliver()
        path = f"{ENDPOINTS}/{endpoint.pk}/replay"
        now = clock.now()
        body = {
            "since": str(now - dt.timedelta(hours=1)), "until": str(now + dt.timedelta(hours=1)), "missing_only": False,
        }  # fmt: skip
        key = {"HTTP_IDEMPOTENCY_KEY": str(uuid7())}
        first = world.client("admin1").post(path, body, format="json", **key)
        assert first.json() == {"replayed": 3, "next_since": None}
        assert deliver() == 3
        again = world.client("admin1").post(path, body, format="json", **key)
        assert again.json() == first.json() and deliver() == 0
        assert len({message.headers["webhook-id"] for message in made.got}) == 3
    long = body | {"since": str(now - dt.timedelta(days=40))}
    assert post(world, path, long).json()["errors"][0]["field"] == "until"


def test_one_delivery_is_replayed_and_its_tries_are_listed(world: World) -> None:
    with receiver(status(500, "坏了".encode())) as made:
        endpoint_at(world, made.url)
        happen(world.h1.pk)
        deliver()
        one = f"{DELIVERIES}/{WebhookDelivery.objects.get().pk}"
        shown = world.client("admin1").get(one).json()
        (tried,) = shown["attempts"]
        assert (tried["status"], tried["error"], tried["reply"]) == (500, "status", "坏了")
        assert (shown["state"], shown["tries"], json.loads(shown["body"])["type"]) == ("retrying", 1, BOOKED)
        assert post(world, f"{one}/replay").json()["state"] == "pending"
        assert post(world, f"{one}/replay").status_code == 409
    assert world.client("admin1").get(DELIVERIES, {"state": "delivered"}).json()["results"] == []


def test_five_days_of_failures_switch_off_after_three_notices(world: World) -> None:
    endpoint, _ = endpoint_at(world, "http://127.0.0.1:9009/")
    begin = clock.now()
    WebhookHealth.objects.update(
        failures=9, failing_since=begin, last_failed_at=begin + dt.timedelta(days=2), last_sequence=9
    )
    seen = []
    for hours in range(0, 6 * 24, 1):
        with clock.frozen(begin + dt.timedelta(hours=hours)):
            watch()
        titles = WorkItem.objects.filter(subject_id=endpoint.pk, state="open").values_list("kind", "title")
        for title in titles:
            if title not in seen:
                seen.append(title)
    assert [kind for kind, _ in seen] == ["integrations.webhook_failing"] * 3 + [
        "integrations.webhook_disabled"
    ]
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.disabled_because) == ("disabled", "failing")
    assert endpoint.disabled_at == begin + dt.timedelta(days=5)
    assert post(world, f"{ENDPOINTS}/{endpoint.pk}/enable").json()["failing_since"] is None
    assert not WorkItem.objects.filter(state="open").exists()


def test_a_success_ends_the_notices_and_the_count(world: World) -> None:
    with receiver() as made:
        endpoint_at(world, made.url)
        begin = clock.now()
        WebhookHealth.objects.update(
            failures=3, failing_since=begin - dt.timedelta(days=2), last_failed_at=begin
        )
        watch()
        assert WorkItem.objects.filter(state="open").count() == 1
        happen(world.h1.pk)
        deliver()
    health = WebhookHealth.objects.get()
    assert (health.failures, health.failing_since, health.notices) == (0, None, 0)
    assert not WorkItem.objects.filter(state="open").exists()


def test_failures_close_together_switch_nothing_off(world: World) -> None:
    endpoint, _ = endpoint_at(world, "http://127.0.0.1:9009/")
    begin = clock.now()
    WebhookHealth.objects.update(failures=1, failing_since=begin, last_failed_at=begin)
    for day in range(10):
        with clock.frozen(begin + dt.timedelta(days=day)):
            watch()
    endpoint.refresh_from_db()
    assert endpoint.state == "active"


def test_every_public_type_has_words_and_ids_of_its_event() -> None:
    for kind in EVENT_TYPES.values():
        fields = {name for base in kind.event.__mro__ for name in getattr(base, "__annotations__", {})}
        assert set(kind.ids) <= fields and all(name.endswith("_id") for name in kind.ids), kind.code
        assert kind.zh and kind.en


def test_a_long_range_is_replayed_in_parts_that_go_on_where_the_last_one_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_deliveries, "MAX_REPLAY", 2)
    with receiver() as made:
        endpoint, _ = endpoint_at(world, made.url)
        begin = clock.now() - dt.timedelta(minutes=30)
        for minute in range(5):
            with clock.frozen(begin + dt.timedelta(minutes=minute)):
                happen(world.h1.pk)
        deliver()
        made.got.clear()
        body = {"since": str(begin), "until": str(begin + dt.timedelta(hours=1)), "missing_only": False}
        parts = []
        while body["since"]:
            said = post(world, f"{ENDPOINTS}/{endpoint.pk}/replay", body).json()
            parts.append(said["replayed"])
            body["since"] = said["next_since"]
            deliver()
        assert parts == [2, 2, 1]
        assert len({message.headers["webhook-id"] for message in made.got}) == len(made.got) == 5


def test_what_tells_of_the_whole_hospital_needs_a_scope_of_its_own(world: World) -> None:
    application = world.partner_application
    assert application is not None
    endpoint, _ = endpoint_at(world, ADDRESS, BOOKED, "order.posted")
    happen(world.h1.pk)
    assert WebhookDelivery.objects.count() == 1
    application.allowed_scopes = ["webhooks"]
    application.save()
    happen(world.h1.pk)
    assert WebhookDelivery.objects.count() == 1, "it may not be told any more"
    refused = post(world, OWN, {"name": "x", "url": ADDRESS + "2", "event_types": [BOOKED]}, "partner")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "event_types")
    own = post(world, OWN, {"name": "x", "url": ADDRESS + "2", "event_types": ["order.posted"]}, "partner")
    assert own.status_code == 201
    application.allowed_scopes = []
    application.save()
    assert post(world, f"{ENDPOINTS}/{endpoint.pk}/test").json()["code"] == "endpoint_not_active"


def test_an_application_names_no_address_within_the_hospital_and_reads_no_answers(world: World) -> None:
    world.h1.settings |= {"webhooks.private_networks": "10.20.0.0/16"}
    world.h1.save()
    body = {"name": "x", "url": "http://10.20.0.5/hook", "event_types": [BOOKED]}
    refused = post(world, OWN, body, "partner")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "url")
    staff = {**body, "application_id": str(world.partner_application.pk)}  # type: ignore[union-attr]
    assert post(world, ENDPOINTS, staff).status_code == 201
    with receiver() as made:
        endpoint_at(world, made.url)
        happen(world.h1.pk)
        deliver()
    (row,) = (
        world.client("partner")
        .get("/api/partner/v1/webhook-deliveries", {"state": "delivered"})
        .json()["results"]
    )
    detail = world.client("partner").get(f"/api/partner/v1/webhook-deliveries/{row['id']}").json()
    assert [("reply" in each, each["status"]) for each in detail["attempts"]] == [(False, 200)]
