"""A third-party application that hands in its own bill of a day (level 5); nobody has to."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import IO, Any, ClassVar
from uuid import UUID

from apps.identity.models import PartnerApplication
from apps.payments.channels.base import BillNotReady
from apps.payments.fragments import APPLICATION_MOVEMENTS
from apps.payments.services.reconciling import Looked, look_at_number
from apps.reconciliation.counterparties.base import Account, Counterparty, Statement
from apps.reconciliation.counterparties.own_form import read_own_form
from apps.reconciliation.models import Action, CounterpartyKind, Difference, ReconciliationRun

_OURS = f"""
SELECT m.direction, m.key, m.reference, m.amount_fen, m.at, m.state, m.id, m.order_id
  FROM ({APPLICATION_MOVEMENTS}) AS m
  WHERE m.hospital_id = %(hospital)s AND m.application = %(application)s
    AND m.at >= %(starts_at)s AND m.at < %(ends_at)s
"""  # noqa: S608 - a fragment of ours


class ApplicationCounterparty(Counterparty):
    """An application of a hospital, in the form of the bill that we give it."""

    code: ClassVar[CounterpartyKind] = CounterpartyKind.APPLICATION
    actions: ClassVar[frozenset[Action]] = frozenset(
        {Action.WRITE_OFF, Action.LINK, Action.CARRY_FORWARD, Action.VOID_TEST}
    )
    has_our_numbers: ClassVar[bool] = True
    is_waited_for: ClassVar[bool] = False
    max_differences: ClassVar[int] = 1_000

    def accounts(self) -> Iterable[Account]:
        """None: a run begins with a bill."""
        return ()

    def owing(self, hospital_id: UUID, day: dt.date) -> Iterable[Account]:
        """None: what an application does not say keeps no day open."""
        return ()

    def is_asked(self, run: ReconciliationRun) -> bool:
        """It hands its bill in."""
        return False

    def fetch(self, run: ReconciliationRun) -> Statement:
        """There is nobody to ask."""
        raise BillNotReady("waits_to_be_supplied")

    def read(self, run: ReconciliationRun, file: IO[bytes]) -> Statement:
        """In the form of our own bill."""
        return read_own_form(file, day=run.business_date, hospital_code=run.hospital.code)

    def ours(self, run: ReconciliationRun) -> tuple[str, Mapping[str, Any]]:
        """What moved through it."""
        return _OURS, {
            "hospital": run.hospital_id, "application": _client_id(run.account_id), "starts_at": run.starts_at,
            "ends_at": run.ends_at,
        }  # fmt: skip

    def examine(self, difference: Difference) -> Looked:
        """What we know by its number: an application is not asked."""
        client_id = _client_id(difference.run.account_id)
        return look_at_number(difference.hospital_id, client_id, difference.key)

    def holding(self, difference: Difference) -> None:
        """The money is with the channels."""


def account_of(application: PartnerApplication) -> Account:
    """The application's."""
    return Account(application.hospital_id, application.pk, application.name[:80])


def _client_id(account_id: UUID) -> str:
    found: str = PartnerApplication.objects.values_list("client_id", flat=True).get(pk=account_id)
    return found
