"""A booking that is cancelled while its bill is being made leaves nothing to pay."""

import threading

import pytest
from django.db import connection, connections, transaction

from apps.access.services.sync import sync_access
from apps.billing.models import Bill
from apps.scheduling.models import Appointment
from apps.scheduling.services.cancel import cancel
from kernel import clock
from tests.scheduling.support import NOW, book, first_slot, open_session
from tests.support.waiting import wait_until, waits_for_a_lock
from tests.support.world import build_world
from workflows.registration_fee.bill import follow_booking


@pytest.mark.requirement("BOOK-10", "PAY-08")
@pytest.mark.django_db(transaction=True)
def test_a_booking_cancelled_while_its_bill_is_made_has_no_bill() -> None:
    sync_access()
    with clock.frozen(NOW):
        world = build_world()
        held = book(world, "patient_a", first_slot(open_session(world)), "same_day").json()
        appointment = Appointment.objects.get(pk=held["id"])
        backend: list[int] = []

        def make_bill() -> None:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    backend.append(cursor.fetchone()[0])
                    follow_booking(appointment.pk)
            finally:
                connections.close_all()

        worker = threading.Thread(target=make_bill)
        with transaction.atomic():
            cancel(appointment, cause="patient")
            worker.start()
            wait_until(lambda: not worker.is_alive() or (backend and waits_for_a_lock(backend[0])))
        worker.join()
        assert Appointment.objects.get(pk=appointment.pk).state == "cancelled"
        assert not Bill.objects.exists()
