from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.rows import RowViewSet
from apps.messaging.errors import UnknownScene
from apps.messaging.models import MessageTemplate
from apps.messaging.scenes import SCENES
from apps.messaging.services.templates import create_template, update_template
from kernel.expectations import PROVIDER_ID, VARIABLE
from kernel.http.fields import PatternField
from kernel.http.schema import raises

FIELDS_MAP = (
    "the scene's data key → the provider's field (thing1) or variable; default: the scene's usual ones"
)


@extend_schema(tags=["messages"])
class MessageTemplateViewSet(RowViewSet):
    """消息模板: which provider template serves a scene; without a hospital the group's default."""

    model = MessageTemplate
    resource = "messaging.template"
    columns = ("hospital", "scene", "channel", "provider_template_id", "fields_map", "text", "is_active")
    declared = {
        "provider_template_id": PatternField(r"^[A-Za-z0-9_-]{5,64}$", PROVIDER_ID),
        "fields_map": serializers.DictField(
            source="fields",
            child=PatternField(r"^[A-Za-z_][A-Za-z0-9_]{0,31}$", VARIABLE),
            required=False,
            help_text=FIELDS_MAP,
        ),
        "text": serializers.CharField(max_length=500, required=False, allow_blank=True),
    }
    filters = ("hospital", "scene", "channel", "is_active")
    registries = {"scene": SCENES}
    ordering_fields = ["scene", "channel"]
    ordering = ["scene"]

    @raises(UnknownScene)
    def perform_create(self, data: dict[str, Any]) -> MessageTemplate:
        return create_template(**data)

    @raises(UnknownScene)
    def perform_update(
        self, instance: MessageTemplate, data: dict[str, Any], version: int
    ) -> MessageTemplate:
        return update_template(instance, version=version, **data)
