"""Lists asked for by a body instead of an address: secret values stay out of the logs of proxies and browsers."""

from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from apps.identity.phones import PHONE_PATTERN
from apps.patients.api.admin.serializers import PatientRowSerializer
from apps.patients.categories import Category
from apps.patients.documents import NUMBER_PATTERN
from apps.patients.models import Gender
from kernel.http.fields import SecretField
from kernel.http.pagination import MAX_PAGE, MAX_PAGE_SIZE
from kernel.http.serializers import Serializer, validated
from kernel.http.sheets import FormatQuerySerializer


class PatientSearchSerializer(Serializer):
    """The filters of the patient list, with the page that is wanted."""

    hospital_id = serializers.UUIDField(required=False)
    mrn = serializers.CharField(max_length=32, required=False, help_text="the whole number")
    name = serializers.CharField(
        max_length=64, required=False, help_text="beginning of the name, its pinyin or the initials"
    )
    phone = SecretField(pattern=PHONE_PATTERN, max_length=32, required=False, help_text="the whole number")
    national_id = SecretField(
        pattern=NUMBER_PATTERN, max_length=32, required=False, help_text="the whole number"
    )
    card_number = SecretField(max_length=32, required=False, help_text="the whole number")
    gender = serializers.ChoiceField(choices=Gender.choices, required=False)
    vip_level = serializers.CharField(max_length=32, required=False)
    source = serializers.CharField(max_length=64, required=False)  # type: ignore[assignment]
    occupation = serializers.CharField(max_length=64, required=False)
    industry = serializers.CharField(max_length=64, required=False)
    tag = serializers.CharField(max_length=40, required=False, help_text="the whole name of a tag")
    without = serializers.ChoiceField(
        choices=Category.choices, required=False, help_text="no value of that category is given"
    )
    is_provisional = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)
    search = serializers.CharField(
        max_length=64, required=False,
        help_text="beginning of a name or pinyin, or a whole phone, ID, card or record number",
    )  # fmt: skip
    ordering = serializers.ChoiceField(choices=[("id", "id"), ("-id", "-id")], required=False)
    page = serializers.IntegerField(min_value=1, max_value=MAX_PAGE, required=False)
    page_size = serializers.IntegerField(min_value=1, max_value=MAX_PAGE_SIZE, required=False)


class ExportQuerySerializer(FormatQuerySerializer):
    unmasked = serializers.BooleanField(
        required=False, default=False, help_text="whole numbers and addresses"
    )


class PatientPageSerializer(serializers.Serializer[Any]):
    """A page of the list."""

    count = serializers.IntegerField()
    count_capped = serializers.BooleanField(help_text="there are at least `count`")
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    has_next = serializers.BooleanField()
    results = PatientRowSerializer(many=True)


class PatientExportSerializer(PatientSearchSerializer):
    """The filters of the export, its format, and whether secrets are wanted unmasked."""

    file_format = serializers.ChoiceField(choices=[("csv", "csv"), ("xlsx", "xlsx")], required=False)
    unmasked = serializers.BooleanField(required=False)
    page = None  # type: ignore[assignment]
    page_size = None  # type: ignore[assignment]


def ask_by_body(request: Any, kind: type[Serializer] = PatientSearchSerializer) -> None:
    """Let the checked body stand where the query string of a list would."""
    asked = QueryDict(mutable=True)
    for name, value in validated(kind, request.data).items():
        asked[name] = str(value).lower() if isinstance(value, bool) else str(value)
    request._request.GET = asked
