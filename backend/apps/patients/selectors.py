"""Reads that other apps may call."""

from uuid import UUID

from django.db.models import QuerySet

from apps.identity.models import WeChatAccount
from apps.patients.errors import CardRequired
from apps.patients.models import CardBinding
from kernel.errors import NotFound


def bindings_of(account: WeChatAccount) -> QuerySet[CardBinding]:
    """The account's live bindings with patient and card, the default first."""
    live = CardBinding.objects.filter(account=account, unbound_at=None)
    return live.select_related("patient", "card").order_by("-is_default", "id")


def require_binding(account: WeChatAccount, binding_id: UUID | None = None) -> CardBinding:
    """The live binding to act for (None: the default), with patient and card, in one query.

    CardRequired when the account has none at all; NotFound for a binding that is not the account's.
    """
    bindings = list(bindings_of(account))  # at most a handful: one query answers both questions
    if not bindings:
        raise CardRequired
    if binding_id is None:
        return bindings[0]
    for binding in bindings:
        if binding.pk == binding_id:
            return binding
    raise NotFound
