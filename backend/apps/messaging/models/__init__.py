from apps.messaging.models.message import AttemptOutcome, DeliveryAttempt, DeliveryReceipt, Message
from apps.messaging.models.template import Channel, MessageTemplate, SubscribeConsent

__all__ = [
    "AttemptOutcome",
    "Channel",
    "DeliveryAttempt",
    "DeliveryReceipt",
    "Message",
    "MessageTemplate",
    "SubscribeConsent",
]
