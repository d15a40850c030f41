"""Periodic work of payments."""

import pytest

from apps.audit.models import AuditEvent
from apps.payments.tasks import prove_ledger


@pytest.mark.requirement("PAY-09")
@pytest.mark.django_db
def test_the_ledger_is_proven_every_night_and_the_proof_is_recorded() -> None:
    prove_ledger()
    assert AuditEvent.objects.filter(action__startswith="verify").exists()
