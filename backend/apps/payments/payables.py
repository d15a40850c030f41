"""What can be paid for. Each app registers a Payable for every subject type that its lines of orders name."""

import datetime as dt
import functools
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.apps import apps
from django.db import models

from apps.payments.models import PaymentOrder, ReturnCause
from apps.payments.ports import PostedLine
from apps.payments.services.ledger import Account
from kernel.words import values


@dataclass(frozen=True, slots=True)
class Scene:
    """What kind of payment an order is, in the words of the front ends.

    `is_bounded`: payment.max_order_fen bounds it; not where nobody types the amount and it is owed whole.
    `by_card`: the balance of a card may pay it. `for_strangers`: opened also by who is not bound to the patient, and
    shown to them.
    """

    value: str
    zh: str
    en: str
    by_card: bool = True
    for_strangers: bool = False
    is_bounded: bool = True


@dataclass(frozen=True, slots=True)
class PayableLine:
    """A line of an order as the owner of its subject gets to know it; of a refund with the amount that goes back."""

    line_id: UUID
    position: int
    subject_type: str
    subject_id: UUID
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Credit:
    """The account that a line's money belongs to once it is posted."""

    line_id: UUID
    account: Account


@dataclass(frozen=True, slots=True)
class RefundRule:
    """Whether it may go back now, asked for by the patient or at the window, and whether a doctor decides."""

    in_app: bool = True
    at_window: bool = True
    needs_doctor: bool = False


class Payable(Protocol):
    """Things of one subject type. Only `describe` may be called outside transactions; nothing here uses the network."""

    subject_type: ClassVar[str]
    scenes: ClassVar[tuple[Scene, ...]]

    @abstractmethod
    def settle(self, order: PaymentOrder, lines: Sequence[PayableLine]) -> list[Credit]:
        """Let what was paid for be the patient's, in the transaction that posts the order; all lines or none.

        SettleRefused or a DomainError: it is not to be had any more, and the money goes back. SettleLater: not yet.
        """

    def payable_until(self, lines: Sequence[PayableLine]) -> dt.datetime | None:
        """Until when they can be paid at the latest, however slowly somebody pays; None: they can wait."""
        return None

    def describe(self, order: PaymentOrder, lines: Sequence[PayableLine]) -> list[PostedLine]:
        """What HIS knows the lines by, in their order: our order and its scene, where HIS has no name of its own."""
        return [
            PostedLine(f"{order.order_no}-{line.position}", "", order.scene, line.amount_fen)
            for line in lines
        ]

    def closed(self, order: PaymentOrder, lines: Sequence[PayableLine]) -> None:
        """Nobody has paid the order; in the transaction that closes it. A late payment may still be settled."""
        return

    def returned(self, order: PaymentOrder, lines: Sequence[PayableLine]) -> None:
        """The order was paid and goes back whole, unposted; in the transaction that decides it."""
        return

    def handed_out(self, order: PaymentOrder, lines: Sequence[PayableLine], *, staff_id: UUID | None) -> None:
        """A clerk pays out in cash what was taken before the order and could not be posted; in that transaction.

        StateConflict where the cash was handed back before.
        """
        return

    def refund_rules(self, subject_ids: Iterable[UUID]) -> dict[UUID, RefundRule]:
        """By subject what holds for its refunds now. Reads only."""
        return dict.fromkeys(subject_ids, RefundRule())


class SettleRefused(Exception):
    """What was paid for is not to be had any more. `code`: why, for people and programs; `cause`: what payers hear."""

    def __init__(self, code: str, cause: ReturnCause = ReturnCause.REFUSED) -> None:
        super().__init__(code)
        self.code, self.cause = code, cause


class SettleLater(Exception):
    """Something that comes first has not happened yet: settled again a little later."""


class UnknownSubject(LookupError):
    """Nobody has registered a Payable of this subject type, or none of this scene."""


#: By subject type; filled at start.
PAYABLES: dict[str, Payable] = {}


def register(payable: Payable) -> None:
    """Declare a Payable; called once at start, by its owner's AppConfig. ValueError for a type that is taken."""
    if PAYABLES.setdefault(payable.subject_type, payable) is not payable:
        raise ValueError(f"{payable.subject_type} is registered twice")


def forget(subject_type: str) -> None:
    """The type is paid for no more."""
    del PAYABLES[subject_type]


def registered() -> list[Payable]:
    """All of them, in the order of their registration."""
    return list(PAYABLES.values())


def find(subject_type: str) -> Payable | None:
    """The Payable of the type, if there is one."""
    return PAYABLES.get(subject_type)


def by_payable(
    lines: Iterable[PayableLine], *, known_only: bool = False
) -> Iterator[tuple[Payable, list[PayableLine]]]:
    """The lines by what they are for; types in alphabetical order, so that all lock alike.

    UnknownSubject; `known_only`: without those that nobody has registered, so that their money can go back.
    """
    kinds: dict[str, list[PayableLine]] = {}
    for line in lines:
        kinds.setdefault(line.subject_type, []).append(line)
    for subject_type, some in sorted(kinds.items()):
        payable = find(subject_type)
        if payable is not None:
            yield payable, some
        elif not known_only:
            raise UnknownSubject(subject_type)


def lines_of(order: PaymentOrder) -> list[PayableLine]:
    """The lines of the order by position."""
    names = ("pk", "position", "subject_type", "subject_id", "amount_fen")
    return [PayableLine(*row) for row in order.lines.order_by("position").values_list(*names)]


def scenes() -> dict[str, Scene]:
    """All scenes by their value, in the order of registration. Two types of one scene use the same words for it."""
    found: dict[str, Scene] = {}
    for payable in registered():
        for scene in payable.scenes:
            if found.setdefault(scene.value, scene) != scene:
                raise ValueError(f"scene {scene.value} is declared in two ways")
    return found


@functools.cache
def payment_scene() -> type[models.TextChoices]:
    """The scenes as the enum `PaymentScene` of the contract; complete only once every app has registered its own."""
    if not apps.ready:
        raise RuntimeError("asked for the scenes of payments before every app has registered its own")
    members = [(scene.value.upper(), (scene.value, scene.zh)) for scene in scenes().values()]
    build: Any = models.TextChoices
    found: type[models.TextChoices] = build("PaymentScene", members, module=__name__)
    return values(found, {scene.value: (scene.zh, scene.en) for scene in scenes().values()})
