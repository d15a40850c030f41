"""Last touches on a generated OpenAPI document."""

from typing import Any


def finish_document(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Strict request bodies: what the serializers refuse (unknown fields), the document forbids."""
    schemas = result.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        if (
            name.endswith("Request")
            and schema.get("type") == "object"
            and "additionalProperties" not in schema
        ):
            schema["additionalProperties"] = False
    return result
