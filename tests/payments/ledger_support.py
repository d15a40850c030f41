"""Movements of money in a few words, and somebody who can switch the triggers off."""

from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from apps.identity.models import Group, Hospital
from apps.payments.models import LedgerTransaction
from apps.payments.services.ledger import Account, AccountKind, Movement, balance, post

CASH = Account(AccountKind.CLEARING, "cash")
WECHAT = Account(AccountKind.CLEARING, "wechat_pay")
UNPOSTED = Account(AccountKind.UNPOSTED)
REVENUE = Account(AccountKind.REVENUE)
CARD = Account(AccountKind.CARD_BALANCE, "card-1")
OTHER_CARD = Account(AccountKind.CARD_BALANCE, "card-2")


def make_hospital(code: str = "L1") -> Hospital:
    """A hospital with nothing in its books."""
    group, _ = Group.objects.get_or_create(name="医汇医疗集团")
    return Hospital.objects.create(group=group, code=code, name=code)


def move(
    hospital: Hospital, debit: Account, credit: Account, fen: int, *, key: str = "", **more: Any
) -> LedgerTransaction:
    """One movement, in a transaction of its own."""
    with transaction.atomic():
        return post(
            hospital_id=hospital.pk,
            key=key or uuid4().hex,
            kind=more.pop("kind", "posted"),
            movements=[Movement(debit, fen), Movement(credit, -fen)],
            **more,
        )


def held(hospital: Hospital, account: Account) -> int:
    """What the account holds."""
    return balance(hospital_id=hospital.pk, account=account)


def tamper(sql: str, *params: object) -> None:
    """Run a statement as somebody who can switch the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, list(params) or None)
        cursor.execute("SET session_replication_role = origin")


def account_id(hospital: Hospital, account: Account) -> UUID:
    """The key of an account that was moved before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM payments_ledgeraccount WHERE hospital_id = %s AND kind = %s AND owner = %s",
            [hospital.pk, account.kind, account.owner],
        )
        found: UUID = cursor.fetchone()[0]
    return found
