"""资金账: accounts with what they hold, their statements, the trial balance."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    RowRange,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce

from apps.payments.models import AccountKind, LedgerAccount, LedgerBalance, LedgerEntry, LedgerTransaction
from apps.payments.models.ledger import PREPAID
from apps.payments.owners import owner_names
from apps.payments.services.ledger import Account, natural

_NOTHING = Value(0, output_field=BigIntegerField())
_SIDES = {
    "over": Sum("balances__balance_fen", filter=Q(balances__balance_fen__gt=0)),
    "under": Sum("balances__balance_fen", filter=Q(balances__balance_fen__lt=0)),
}


def _signed_balance(account: Any) -> Any:
    """The sum of the account's rows, debit positive."""
    rows = LedgerBalance.objects.filter(account_id=account).order_by().values("account_id")
    total = rows.annotate(total=Sum("balance_fen")).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), _NOTHING)


def with_balances(accounts: QuerySet[LedgerAccount]) -> QuerySet[LedgerAccount]:
    """Accounts with `signed_fen`, debit positive."""
    return accounts.annotate(signed_fen=_signed_balance(OuterRef("pk")))


def entries_of_account(hospital_id: UUID, account: Account) -> QuerySet[LedgerEntry]:
    """The movements of an account by its name, newest first, with their transactions."""
    found = LedgerAccount.objects.filter(
        hospital_id=hospital_id, kind=account.kind, owner=account.owner
    ).first()
    entries = LedgerEntry.objects.filter(account_id=found.pk) if found else LedgerEntry.objects.none()
    return entries.select_related("transaction").order_by("-id")


def held_before(entry: LedgerEntry) -> int:
    """What the entry's account held before it, credit positive."""
    older = LedgerEntry.objects.filter(account_id=entry.account_id, id__lt=entry.pk)
    return -(older.aggregate(total=Sum("amount_fen"))["total"] or 0)


def account_statement(account: LedgerAccount) -> QuerySet[LedgerEntry]:
    """The account's entries, newest first, with their transactions.

    `after_fen` is the balance after each, debit positive: that of now less what came later, so that a page costs no
    more than the entries down to its end.
    """
    later = Window(
        Sum("amount_fen"), order_by=F("id").desc(), frame=RowRange(start=None, end=-1), output_field=BigIntegerField()
    )  # fmt: skip
    after = _signed_balance(account.pk) - Cast(Coalesce(later, _NOTHING), BigIntegerField())
    entries = LedgerEntry.objects.filter(account=account).annotate(after_fen=after)
    return entries.prefetch_related("transaction__hospital").order_by(
        "-id"
    )  # a join would read those before the page too


def entries_of(transaction: LedgerTransaction) -> list[LedgerEntry]:
    """Debits first, then credits, in the order of their writing; whose their accounts are, in words."""
    entries = LedgerEntry.objects.filter(transaction=transaction).select_related("account")
    found = list(entries.order_by(Case(When(amount_fen__gt=0, then=0), default=1), "id"))
    give_owner_names(entry.account for entry in found)
    return found


def give_owner_names(accounts: Iterable[LedgerAccount] | None) -> None:
    """`owner_name` on each of them."""
    wanted = list(accounts or ())
    names = owner_names((account.kind, account.owner) for account in wanted)
    for account in wanted:
        account.owner_name = names[account.kind, account.owner]  # type: ignore[attr-defined]


def trial_balance(accounts: QuerySet[LedgerAccount]) -> list[dict[str, Any]]:
    """Every kind with what its accounts hold as of now: system accounts one by one, prepaid ones together.

    Debits and credits are summed apart, so that no account hides another one; in total they are equal.
    """
    part = Case(When(kind__in=PREPAID, then=Value("")), default=F("owner"))
    sums = accounts.order_by().values("hospital_id", "kind", part=part)
    sums = sums.annotate(number=Count("balances__stripe", filter=Q(balances__stripe=0)), **_SIDES)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for group in cast("Iterable[dict[str, Any]]", sums):
        row = found.setdefault((group["kind"], group["part"]), _row(group["kind"], group["part"]))
        debit, credit = group["over"] or 0, -(group["under"] or 0)
        if group["kind"] not in PREPAID:  # rows of one account
            debit, credit = max(debit - credit, 0), max(credit - debit, 0)
        row["accounts"] += group["number"]
        row["debit_fen"] += debit
        row["credit_fen"] += credit
        row["balance_fen"] += natural(group["kind"], debit - credit)
    missing = set(AccountKind.values) - {kind for kind, _ in found}
    rows = [*found.values(), *(_row(kind, "") for kind in missing)]
    names = owner_names((row["kind"], row["owner"]) for row in rows)
    rows = [{**row, "owner_name": names[row["kind"], row["owner"]]} for row in rows]
    return sorted(rows, key=lambda row: (AccountKind.values.index(row["kind"]), row["owner"]))


def _row(kind: str, owner: str) -> dict[str, Any]:
    return {"kind": kind, "owner": owner, "accounts": 0, "debit_fen": 0, "credit_fen": 0, "balance_fen": 0}
