from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from apps.access.scoped.views import ScopedViewSet
from apps.identity.errors import UnknownSetting
from apps.identity.models import Hospital
from apps.identity.services.hospital_settings import change_settings, overrides_of, settings_in_force
from apps.identity.settings import SETTINGS, Setting
from kernel.errors import InvalidValue, StaleVersion
from kernel.http.schema import raises
from kernel.http.serializers import Serializer

VALUE = {"oneOf": [{"type": "boolean"}, {"type": "integer"}, {"type": "string"}]}


@extend_schema_field(VALUE)
class ValueField(serializers.Field[Any, Any, Any, Any]):
    """A boolean, an integer or a text: as the setting's `kind` says; null stands for the default."""

    def to_internal_value(self, data: Any) -> Any:
        return data  # the setting itself says what it takes

    def to_representation(self, value: Any) -> Any:
        return value


def _schema_of(setting: Setting[Any]) -> dict[str, Any]:
    """Null: the default, which is said as `x-default`."""
    limits = {
        "minimum": setting.minimum,
        "maximum": setting.maximum,
        "enum": [*setting.choices, None] if setting.choices else None,
    }
    known = {name: limit for name, limit in limits.items() if limit is not None}
    heading = {"x-group": setting.section.zh, "x-group-en": setting.section.en}
    return {"type": setting.kind, "nullable": True, "x-default": setting.default, **heading, **known}


def _field_of(setting: Setting[Any]) -> Any:
    kind: Any = type("SettingField", (serializers.JSONField,), {})
    return extend_schema_field(_schema_of(setting))(kind)(required=False)


class SettingValuesSerializer(Serializer):
    """Every setting as a property: what the documents say of values by key."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {key: _field_of(setting) for key, setting in sorted(SETTINGS.items())}


@extend_schema_field(SettingValuesSerializer)
class ValuesField(serializers.DictField):
    """Values by key; null stands for the default. What each may be is said by its setting."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=ValueField(allow_null=True), **kwargs)


class SettingSerializer(serializers.Serializer[Any]):
    """A setting in force."""

    key = serializers.CharField()
    section = serializers.CharField(help_text="the heading it stands under, in the language of the request")
    text = serializers.CharField(help_text="what it is, in the language of the request")
    kind = serializers.CharField(help_text="boolean, integer or string")
    value = ValueField()
    default = ValueField()
    text_zh = serializers.CharField()
    text_en = serializers.CharField()
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)
    choices = serializers.ListField(child=serializers.CharField())
    unit = serializers.CharField(help_text="fen, minute, second, byte or nothing")
    value_text = serializers.CharField(help_text="as people read it, in the language of the request")
    default_text = serializers.CharField()


class HospitalSettingsSerializer(serializers.Serializer[Any]):
    """All settings of a hospital; `version` is the hospital's, `values` what it has set itself."""

    version = serializers.IntegerField()
    values = ValuesField()
    settings = SettingSerializer(many=True)


class SettingsChangeSerializer(Serializer):
    """Overrides by key; null brings the default back."""

    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647)
    values = ValuesField(allow_empty=False)


@extend_schema(tags=["settings"])
class HospitalSettingsViewSet(ScopedViewSet):
    """设置: typed settings of a hospital."""

    model = Hospital
    resource = "identity.setting"
    serializer_class = HospitalSettingsSerializer

    @extend_schema(operation_id="hospital_settings_retrieve", responses=HospitalSettingsSerializer)
    def retrieve(self, request: Any, pk: Any = None) -> Response:
        """查看设置 Every setting with value, default, text and bounds."""
        return self._answer(self.get_object())

    @extend_schema(
        operation_id="hospital_settings_update",
        request=SettingsChangeSerializer,
        responses=HospitalSettingsSerializer,
    )
    @raises(UnknownSetting, InvalidValue, StaleVersion)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        """修改设置 Change settings; an unknown key or a wrong type changes nothing."""
        hospital = self.get_object()
        serializer = SettingsChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._answer(change_settings(hospital, **serializer.validated_data))

    def _answer(self, hospital: Hospital) -> Response:
        body = {
            "version": hospital.version,
            "values": overrides_of(hospital),
            "settings": settings_in_force(hospital),
        }
        return Response(HospitalSettingsSerializer(body).data)
