"""Which channel a message takes next, and with what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from apps.messaging.channels import factory
from apps.messaging.channels.base import Channel as Sender, OutgoingMessage
from apps.messaging.fields import sms_values, wechat_values
from apps.messaging.models import Channel, Message, SubscribeConsent
from apps.messaging.scenes import SCENES
from apps.messaging.selectors.templates import ProviderTemplate, templates_of
from kernel import ids
from kernel.crypto import blind_index, masking

PROVIDERS = {
    Channel.WECHAT_SUBSCRIBE: "wechat",
    Channel.WECHAT_TEMPLATE: "wechat",
    Channel.SMS: "aliyun_sms",
}


def sender_of(channel: Channel) -> Sender:
    """The adapter of a channel, as the settings describe it."""
    if channel == Channel.SMS:
        return factory.aliyun_sms()
    return factory.wechat_subscribe() if channel == Channel.WECHAT_SUBSCRIBE else factory.wechat_template()


@dataclass(frozen=True, slots=True)
class Route:
    """`recipient`: openid or mobile number; `attempt_id`: under which taking it is put on record."""

    message: Message
    channel: Channel
    template: ProviderTemplate
    recipient: str
    attempt_id: UUID = field(default_factory=ids.uuid7)

    @property
    def provider(self) -> str:
        """Whose rate limit applies."""
        return PROVIDERS[self.channel]

    @property
    def masked(self) -> str:
        return (
            masking.phone(self.recipient) if self.channel == Channel.SMS else masking.document(self.recipient)
        )

    @property
    def index(self) -> bytes | None:
        """What a delivery report of this recipient is matched by."""
        return blind_index(self.recipient, "phone") if self.channel == Channel.SMS else None

    def outgoing(self) -> OutgoingMessage:
        """What the channel is given; the message's id is the client id of every try."""
        fold = sms_values if self.channel == Channel.SMS else wechat_values
        return OutgoingMessage(
            message_id=str(self.message.pk),
            recipient=self.recipient,
            template=self.template.template_id,
            params=fold(self.template.fields, self.message.data),
            page=SCENES[self.message.scene].page,
        )


class Router:
    """Looks templates and consents up once for a batch of messages."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._templates: dict[tuple[UUID, str], Mapping[str, ProviderTemplate]] = {}
        accounts = {message.account_id for message in messages if message.account_id}
        rows = SubscribeConsent.objects.filter(account__in=accounts, left__gt=0) if accounts else []
        self._consents = {(row.account_id, row.template_id) for row in rows}

    def route(self, message: Message) -> Route | None:
        """The first channel that is not ruled out, has a template for the scene, and can reach the patient."""
        key = (message.hospital_id, message.scene)
        if key not in self._templates:
            self._templates[key] = templates_of(*key) if message.scene in SCENES else {}
        for channel in Channel:
            template = self._templates[key].get(channel)
            if template is None or channel in message.ruled_out:
                continue
            if recipient := self._recipient(message, channel, template):
                return Route(message, channel, template, recipient)
        return None

    def _recipient(self, message: Message, channel: Channel, template: ProviderTemplate) -> str:
        account, patient = message.account, message.patient
        if channel == Channel.SMS:
            return (account.phone if account else "") or (patient.phone if patient else "")
        if account is None:
            return ""
        if channel == Channel.WECHAT_TEMPLATE:
            return account.official_openid
        consented = message.holds_consent or (account.pk, template.template_id) in self._consents
        return account.openid if consented else ""
