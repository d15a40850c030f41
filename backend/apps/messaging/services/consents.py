"""Counted consents to subscribe messages. WeChat holds the truth; our count follows it."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.identity.models import WeChatAccount
from apps.messaging.errors import UnknownTemplate
from apps.messaging.models import SubscribeConsent
from apps.messaging.selectors.templates import is_subscribe_template

MAX_CONSENTS = 1000


@transaction.atomic
def add_consents(account: WeChatAccount, *, template_id: str, accepted: int) -> int:
    """The user accepted `accepted` more messages of the template; returns how many are left. UnknownTemplate."""
    if not is_subscribe_template(template_id):
        raise UnknownTemplate(field="template_id")
    SubscribeConsent.objects.bulk_create(
        [SubscribeConsent(account=account, template_id=template_id)], ignore_conflicts=True
    )
    row = SubscribeConsent.objects.select_for_update().get(account=account, template_id=template_id)
    row.left = min(row.left + accepted, MAX_CONSENTS)
    row.save(update_fields=["left"])
    return row.left


def set_aside(account_id: UUID, template_id: str) -> bool:
    """Take one consent for a message; False if another took the last one."""
    rows = SubscribeConsent.objects.filter(account_id=account_id, template_id=template_id, left__gt=0)
    return bool(rows.update(left=F("left") - 1))


def give_back(account_id: UUID, template_id: str) -> None:
    """The message did not use the consent set aside for it."""
    rows = SubscribeConsent.objects.filter(
        account_id=account_id, template_id=template_id, left__lt=MAX_CONSENTS
    )
    rows.update(left=F("left") + 1)


def none_left(account_id: UUID, template_id: str) -> bool:
    """WeChat says there is none: follow it. True if our own count said so already."""
    rows = SubscribeConsent.objects.filter(account_id=account_id, template_id=template_id)
    return not rows.filter(left__gt=0).update(left=0)
