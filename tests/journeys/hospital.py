"""What the tests here do with the running product: people book, messages arrive, work is pushed on."""

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.support.live import LiveStack
from tests.support.waiting import wait_until

API = "/api/miniprogram/v1"
SCENE = "appointment_booked"
#: Seconds after which the sweepers take up what a dead worker or an emptied queue has left behind.
PATIENCE = 310
MASSES = 204
_local = threading.local()


@dataclass(frozen=True)
class Person:
    """A signed-in mini-program user with a bound card."""

    token: str
    openid: str
    official_openid: str
    phone: str
    consented: bool
    patient_id: str

    @property
    def addresses(self) -> set[str]:
        """Every way by which a message can reach this person."""
        return {self.openid, self.official_openid, self.phone}


@dataclass
class Entry:
    """A booking that a person tries until it is answered; the key stays the same over all tries."""

    person: Person
    slot: str
    kind: str = "advance"
    key: str = field(default_factory=lambda: uuid4().hex)
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def status(self) -> int:
        """Of the last answer; 0 without one."""
        return self.answers[-1][0] if self.answers else 0

    @property
    def code(self) -> str:
        """The problem's code of the last answer."""
        return str(self.answers[-1][1].get("code", "")) if self.answers else ""


class Hospital:
    """The running product as its clients see it.

    `fresh` gives people whom no test has used yet; the `masses` are for everybody, and nobody looks at their messages.
    `other_tokens`: "partner", and "expired" of a person.
    """

    def __init__(self, stack: LiveStack, people: list[Person], other_tokens: dict[str, str]) -> None:
        self.stack, self.other_tokens = stack, other_tokens
        self.masses, self.fresh = people[:MASSES], iter(people[MASSES:])
        self._sessions_used: set[str] = set()

    def ask(self, method: str, path: str, *, token: str = "", **arguments: Any) -> httpx.Response:
        """One request; raises httpx.HTTPError when nobody answers."""
        headers = arguments.pop("headers", {})
        if token:
            headers["Authorization"] = f"Bearer {token}".encode()
        return _client().request(method, self.stack.api + path, headers=headers, **arguments)

    def book(self, entry: Entry) -> int:
        """One try; the status, or 0 when there was no answer."""
        begin = time.monotonic()
        try:
            answer = self.ask(
                "POST", f"{API}/appointments", token=entry.person.token,
                json={"slot_id": entry.slot, "kind": entry.kind}, headers={"Idempotency-Key": entry.key},
            )  # fmt: skip
        except httpx.HTTPError:
            return 0
        finally:
            entry.slowest = max(entry.slowest, time.monotonic() - begin)
        if answer.status_code >= 400:
            assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
        entry.answers.append((answer.status_code, answer.json()))
        return answer.status_code

    def insist(self, entry: Entry, seconds: float = 60.0) -> Entry:
        """Try until the answer is final, as the mini-program does: not on silence, 503 or a request in progress."""

        def final() -> bool:
            return self.book(entry) not in (0, 503) and entry.code != "request_in_progress"

        wait_until(final, seconds, lambda: f"no final answer to {entry.key}: {entry.answers[-1:]}", pause=0.1)
        return entry

    def crowd(self, entries: Iterable[Entry], *, threads: int = 8) -> "Crowd":
        """Let many insist at the same time, in the background."""
        return Crowd(self, list(entries), threads)

    def session(self, *, days: int = 1, period: str = "morning") -> list[str]:
        """The slots (5 numbers each, all free) of a session that no test has used, so many days from today."""
        rows = self.stack.sql(
            """SELECT c.id::text, array_agg(s.id::text ORDER BY s.starts_at) FROM scheduling_clinicsession c
            JOIN scheduling_slot s ON s.session_id = c.id JOIN identity_hospital h ON h.id = c.hospital_id
            WHERE h.code = 'YH01' AND c.state = 'published' AND c.date = %s AND c.period = %s
              AND NOT EXISTS (SELECT FROM scheduling_appointment a WHERE a.session_id = c.id)
            GROUP BY c.id ORDER BY c.id""",
            self.stack.now().date() + dt.timedelta(days=days),
            period,
        )
        session, slots = next(row for row in rows if row[0] not in self._sessions_used)
        self._sessions_used.add(session)
        return list(slots)

    def sandbox(self, method: str, path: str, **arguments: Any) -> Any:
        """The providers' control API."""
        answer = _client().request(method, self.stack.sandbox + path, **arguments)
        answer.raise_for_status()
        return answer.json()

    def introduce(self, people: Iterable[Person]) -> None:
        """Make people known to WeChat, with one consent for each scene or as followers of the official account."""
        for person in people:
            user = {"openid": person.openid, "official_account_openid": person.official_openid}
            self.sandbox("POST", "/_sandbox/wechat/users", json=user | {"follows": not person.consented})
            for scene in (SCENE, "appointment_expired", "appointment_reminder") if person.consented else ():
                consent = {"openid": person.openid, "template_id": f"subscribe_{scene}", "times": 1}
                self.sandbox("POST", "/_sandbox/wechat/consents", json=consent)

    def faults(self, *rules: dict[str, Any]) -> None:
        """Inject faults into WeChat."""
        self.sandbox("PUT", "/_sandbox/faults/wechat", json={"faults": list(rules)})

    def shown(self, people: Iterable[Person], scene: str = SCENE) -> Counter[str]:
        """How many messages of the scene each person was shown, openid → count; every SMS counts."""
        items = self.sandbox("GET", "/_sandbox/messages", params={"limit": 50_000})["items"]
        kinds = {f"subscribe_{scene}", f"template_{scene}"}
        to = Counter(i["to"] for i in items if i["template"] in kinds or i["provider"] == "aliyun_sms")
        return Counter({p.openid: n for p in people if (n := sum(to[a] for a in p.addresses))})

    def await_messages(self, people: list[Person], scene: str = SCENE, seconds: float = 40.0) -> None:
        """Return when everybody was shown the message, exactly once, and no work is left that could show another."""
        wait_until(
            lambda: len(self.shown(people, scene)) >= len(people), seconds, "a message is missing", pause=0.2
        )
        wait_until(self.idle, 45, lambda: f"work is left: {self.waiting()}", pause=0.1)
        assert self.shown(people, scene) == Counter(dict.fromkeys((p.openid for p in people), 1))

    def idle(self) -> bool:
        """No event and no message waits."""
        return not any(self.waiting())

    def waiting(self) -> tuple[int, int]:
        """(events not handled, messages not sent)."""
        rows = self.stack.sql(
            """SELECT (SELECT count(*) FROM kernel_outboxevent WHERE published_at IS NULL OR pending > 0),
            (SELECT count(*) FROM messaging_message WHERE state IN ('queued', 'sending'))"""
        )
        return rows[0][0], rows[0][1]

    def sweep(self) -> None:
        """What the scheduler starts every minute, now."""
        self.stack.manage("shell", "-v0", "-c", _SWEEP)

    def live_appointments(self, slots: list[str]) -> dict[str, tuple[str, int]]:
        """Appointments that occupy a number of these slots: id → (slot, number)."""
        rows = self.stack.sql(
            """SELECT id::text, slot_id::text, number FROM scheduling_appointment
            WHERE slot_id = ANY(%s::uuid[]) AND state IN ('pending', 'booked')""",
            slots,
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def check(self, entries: list[Entry], slots: list[str], *, capacity: int = 5) -> None:
        """Every 201 is in the database, nothing else is, and no number is sold twice."""
        made = self.live_appointments(slots)
        assert len(set(made.values())) == len(made)
        assert max(Counter(slot for slot, _ in made.values()).values()) <= capacity
        answered = {
            w.answers[-1][1]["id"]: (w.slot, w.answers[-1][1]["number"]) for w in entries if w.status == 201
        }
        assert answered == made
        assert {w.code for w in entries if w.status != 201} <= {"slot_full"}
        assert not {status for w in entries for status, _ in w.answers} - {201, 409, 503}


class Crowd:
    """Requests under way in threads."""

    def __init__(self, hospital: Hospital, entries: list[Entry], threads: int) -> None:
        self.entries = entries
        self._pool = ThreadPoolExecutor(threads)
        self._futures = [self._pool.submit(hospital.insist, entry) for entry in entries]

    def after(self, count: int) -> "Crowd":
        """Return when so many have their final answer."""
        wait_until(lambda: sum(f.done() for f in self._futures) >= count, 60, "the crowd does not get on")
        return self

    def finish(self) -> list[Entry]:
        """Wait for all; raises what went wrong in a thread."""
        for future in self._futures:
            future.result()
        self._pool.shutdown()
        return self.entries


_SWEEP = """
from kernel.outbox.tasks import sweep_outbox
from apps.messaging.tasks import sweep_messages
from apps.scheduling.tasks import remind_patients, sweep_holds
for actor in (sweep_outbox, sweep_messages, sweep_holds, remind_patients):
    actor.send()
"""


def _client() -> httpx.Client:
    """One per thread: connections are kept, and none is shared."""
    if not hasattr(_local, "client"):
        _local.client = httpx.Client(timeout=30.0, trust_env=False)
    client: httpx.Client = _local.client
    return client
