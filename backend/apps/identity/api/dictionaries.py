"""Reading dictionaries, for every audience."""

from typing import Any

from rest_framework import serializers

from kernel.errors import Expectation, InvalidValue
from kernel.http.serializers import Serializer

CODES = Expectation(
    "dictionary_codes",
    "字典编码,以逗号分隔,最多 1000 个字符",
    "Codes of dictionaries with commas between, at most 1,000 characters.",
)


class EntrySerializer(Serializer):
    """`value` is stored and sent, `label` is read."""

    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides a text that nobody reads


class LookupSerializer(Serializer):
    """A dictionary with its active entries in order."""

    code = serializers.CharField()
    items = EntrySerializer(many=True)


def codes_asked(request: Any) -> list[str] | None:
    """The `codes` parameter; None without it."""
    text = request.query_params.get("codes", "")
    if len(text) > 1000 or "\x00" in text:
        raise InvalidValue(field="codes", expected=CODES)
    return [code.strip() for code in text.split(",") if code.strip()] or None
