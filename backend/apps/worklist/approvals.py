"""Kinds of approval, registered by the apps whose things are decided on: who decides in which steps, what follows."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from apps.worklist.contents import ContentField
from apps.worklist.kinds import WorkKind
from apps.worklist.models import Approval
from kernel.errors import in_english


@dataclass(frozen=True, slots=True)
class Step:
    """One decision. `permission`: decided by who holds that code within reach of the approval; `role`: by who holds
    that system role in its hospital (`local`: in its department); neither: the role that executes the kind's work.

    `from_fen`: asked for from this amount on.
    """

    code: str
    zh: str
    en: str
    permission: str = ""
    role: str = ""
    local: bool = False
    from_fen: int = 0

    @property
    def name(self) -> str:
        """In the request's language."""
        return self.en if in_english() else self.zh


class ApprovalKind(Protocol):
    """What is decided on. `code` is `<app>.<what>`, stored for ever; so are the codes of the steps of `ladder`.

    `work`: what a waiting step is on people's lists. `fields`: what of the content the approver may complete.
    """

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]
    subject_type: ClassVar[str]
    ladder: ClassVar[tuple[Step, ...]]
    work: ClassVar[WorkKind]
    fields: ClassVar[tuple[ContentField, ...]] = ()
    expires_after: ClassVar[dt.timedelta | None] = None
    needs_reason: ClassVar[bool] = True  #: to reject

    def steps(self, subject: Any, amount_fen: int | None) -> Sequence[Step]:
        """The steps of the ladder that this one takes; by the amount alone, unless the kind knows better."""
        return [step for step in self.ladder if step.from_fen <= (amount_fen or 0)]

    @abstractmethod
    def on_approved(self, approval: Approval) -> None:
        """What follows, in the transaction of the last decision; an error undoes the decision."""

    @abstractmethod
    def on_rejected(self, approval: Approval) -> None:
        """What follows, in the transaction of the decision."""

    def on_ended(self, approval: Approval) -> None:
        """It was withdrawn or has expired; in the same transaction."""
        return

    @property
    def name(self) -> str:
        """In the request's language."""
        return self.en if in_english() else self.zh

    def step(self, code: str) -> Step | None:
        """The step of that code; None if the kind has it no more."""
        return next((step for step in self.ladder if step.code == code), None)


APPROVALS: dict[str, ApprovalKind] = {}


def register(kind: ApprovalKind) -> None:
    """Make a kind known; TypeError for a code that is taken, and for steps or fields that cannot be told apart."""
    if kind.code in APPROVALS:
        raise TypeError(f"two kinds of approval are named {kind.code!r}")
    for names in ([step.code for step in kind.ladder], [field.name for field in kind.fields]):
        if len(set(names)) != len(names):
            raise TypeError(f"{kind.code}: {names} has a name twice")
    if any(step.permission and step.role for step in kind.ladder):
        raise TypeError(f"{kind.code}: a step is decided by a permission or by a role")
    APPROVALS[kind.code] = kind


def deciding_codes() -> set[str]:
    """Every permission code that decides in some step of some kind."""
    return {step.permission for kind in APPROVALS.values() for step in kind.ladder if step.permission}
