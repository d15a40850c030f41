"""The workers of a hospital, one step at a time and in any order, with the patience that the queue has."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.payments.models import PaymentAttempt, PaymentOrder, Refund
from kernel import leases
from kernel.models import OutboxEvent
from kernel.outbox.events import Subscription, rebuild, subscriptions_of
from kernel.outbox.tasks import MAX_RETRIES
from tests.payments.support import STEPS, Till
from workflows.registration_fee.refund import NotYet

#: Of these apps the handlers are run; the others only tell people.
HANDLERS = ("payments.", "billing.", "workflows.")


@dataclass
class Job:
    """An event on its way to one handler."""

    event: OutboxEvent
    subscription: Subscription
    due: dt.datetime
    tries: int = 0


@dataclass
class Workers:
    """`jobs`: what the queues hold."""

    till: Till
    jobs: list[Job] = field(default_factory=list)

    def handle(self, number: int) -> bool:
        """One handler of one event, any of them; False when none is due."""
        self._collect()
        due = [job for job in self.jobs if job.due <= self.till.now]
        if due:
            self._run(due[number % len(due)])
        return bool(due)

    def _collect(self) -> None:
        for row in OutboxEvent.objects.filter(published_at=None).order_by("id"):
            OutboxEvent.objects.filter(pk=row.pk).update(published_at=self.till.now)
            for subscription in subscriptions_of(row.topic):
                if subscription.name.startswith(HANDLERS):
                    self.jobs.append(Job(row, subscription, self.till.now))

    def _run(self, job: Job) -> None:
        self.jobs.remove(job)
        try:
            with transaction.atomic():
                job.subscription.handler(rebuild(job.subscription.event, job.event.payload))
        except NotYet as error:
            assert job.tries < MAX_RETRIES, f"{job.subscription.name} is given up: {error}"
            job.due = self.till.now + dt.timedelta(seconds=2**job.tries)
            job.tries += 1
            self.jobs.append(job)

    def step(self, number: int) -> bool:
        """One row that is due, any of them; False when none is."""
        due: list[tuple[Any, UUID]] = [(step, pk) for model, step in STEPS for pk in leases.due(model, 100)]
        if due:
            step, pk = due[number % len(due)]
            step(pk)
        return bool(due)

    def all(self, number: int = 0) -> None:
        """All that is due."""
        for _ in range(500):
            if not (self.handle(number) or self.step(number)):
                return
        raise AssertionError("the workers never come to rest")

    def rest(self) -> None:
        """Time goes by until nothing is left to do."""
        for _ in range(300):
            self.all()
            waiting = [job.due for job in self.jobs]
            for model in (PaymentOrder, PaymentAttempt, Refund):
                rows = model._default_manager.exclude(due_at=None)
                waiting += rows.values_list("due_at", flat=True)
            if not waiting:
                return
            self.till.move_to(max(min(waiting), self.till.now + dt.timedelta(seconds=1)))
        raise AssertionError(f"something is never done: {waiting}")
