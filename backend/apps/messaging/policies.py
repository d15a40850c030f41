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
    """The group's defaults are readable by every holder of the code."""

    shared = True
