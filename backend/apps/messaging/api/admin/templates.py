from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from apps.access.scoped.fields import ScopedRelatedField
from apps.access.scoped.views import CrudViewSet
from apps.identity.models import Hospital
from apps.messaging.errors import UnknownScene
from apps.messaging.models import Channel, MessageTemplate
from apps.messaging.services.templates import create_template, delete_template, update_template
from kernel.errors import DuplicateValue, InvalidValue
from kernel.http.schema import raises
from kernel.http.serializers import VersionedModelSerializer


class MessageTemplateSerializer(VersionedModelSerializer):
    """消息模板: the provider's template for a scene; without a hospital the group's default."""

    hospital_id = ScopedRelatedField(
        source="hospital", queryset=Hospital.objects.all(), allow_null=True, default=None
    )
    provider_template_id = serializers.RegexField(r"^[A-Za-z0-9_-]{5,64}$")
    fields_map = serializers.DictField(
        source="fields",
        child=serializers.RegexField(r"^[A-Za-z_][A-Za-z0-9_]{0,31}$"),
        required=False,
        help_text="the scene's data key → the provider's field (thing1) or variable; default: the scene's usual ones",
    )
    text = serializers.CharField(max_length=500, required=False, allow_blank=True)

    class Meta:
        model = MessageTemplate
        fields = [
            "id", "hospital_id", "hospital_name", "scene", "channel", "provider_template_id", "fields_map", "text",
            "is_active", "version",
        ]  # fmt: skip
        validators: list[Any] = []


class MessageTemplateFilter(django_filters.FilterSet):
    hospital_id = django_filters.UUIDFilter()
    scene = django_filters.CharFilter(max_length=40)
    channel = django_filters.ChoiceFilter(choices=Channel.choices)
    is_active = django_filters.BooleanFilter()


@extend_schema(tags=["messages"])
class MessageTemplateViewSet(CrudViewSet):
    """消息模板: which provider template serves a scene."""

    model = MessageTemplate
    resource = "messaging.template"
    serializer_class = MessageTemplateSerializer
    filterset_class = MessageTemplateFilter
    ordering_fields = ["scene", "channel"]
    ordering = ["scene"]

    @raises(DuplicateValue, UnknownScene, InvalidValue)
    def perform_create(self, data: dict[str, Any]) -> MessageTemplate:
        return create_template(**data)

    @raises(DuplicateValue, UnknownScene, InvalidValue)
    def perform_update(
        self, instance: MessageTemplate, data: dict[str, Any], version: int
    ) -> MessageTemplate:
        return update_template(instance, version=version, **data)

    def perform_destroy(self, instance: MessageTemplate) -> None:
        delete_template(instance)
