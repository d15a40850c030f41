"""Rows of messaging for the rules that every resource keeps: one of patient_a, doctor_a and hospital 1 each."""

from apps.messaging.models import Channel, Message, MessageTemplate
from apps.messaging.scenes import SCENES
from apps.messaging.services.notify import notify
from tests.support.estates import Estate, Values


class MessagingEstate(Estate):
    """Of messaging."""

    def make_message(self) -> Message:
        notify(
            hospital_id=self.world.h1.pk, scene="appointment_booked", patient_id=self.world.patients["patient_a"].pk,
            account_id=self.world.accounts["patient_a"].pk, data={}, dedupe_key="matrix",
        )  # fmt: skip
        return Message.objects.get(dedupe_key="matrix")

    def make_message_template(self) -> MessageTemplate:
        fields = dict(SCENES["queue_called"].fields[Channel.SMS])
        values = {
            "scene": "queue_called",
            "channel": "sms",
            "provider_template_id": "SMS_1",
            "fields": fields,
        }
        return MessageTemplate.objects.create(hospital=self.world.h1, **values)


#: Path up to the parameter → the value that stands there.
OBJECTS: Values = {
    "admin/v1/message-templates/": lambda e: e.get("message_template").pk,
    "admin/v1/messages/": lambda e: e.get("message").pk,
    "miniprogram/v1/messages/": lambda e: e.get("message").pk,
}
