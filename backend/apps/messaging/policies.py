from django.db.models import Q

from apps.access.actor import Actor
from apps.access.policies import Policy, hide, policy_for
from apps.messaging.models import (
    DeliveryAttempt,
    DeliveryReceipt,
    Message,
    MessageTemplate,
    SubscribeConsent,
)
from apps.patients.policies import OfPatient

hide(DeliveryAttempt, DeliveryReceipt, SubscribeConsent)


@policy_for(Message)
class MessagePolicy(OfPatient):
    """By hospital, by the departments that treat the patient, or with a grant on the patient."""


@policy_for(MessageTemplate)
class MessageTemplatePolicy(Policy):
    """The group's defaults are read by every holder of the code, and changed only with a scope of everything."""

    def arms(self, actor: Actor, code: str, grant: str = "view") -> list[Q]:
        arms = super().arms(actor, code, grant)
        limited = arms and all(arms)  # an empty condition is everything
        return [*arms, Q(hospital=None)] if limited and code.endswith(".list") else arms
