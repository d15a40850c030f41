from typing import Any

from django.db.models import Model
from rest_framework import serializers

from apps.access.policies.base import policy_of


class ScopedRelatedField(serializers.PrimaryKeyRelatedField):
    """A foreign key from the client: only rows within reach of the action's own code exist for it.

    An edit may send back what it read, whoever reaches that row; another value of what is `fixed` is that, seen or not.
    """

    pk_field: Any

    def __init__(self, **kwargs: Any) -> None:
        self.code = kwargs.pop("code", "")
        kwargs.setdefault("pk_field", serializers.UUIDField())
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        edited, name = getattr(self.parent, "instance", None), str(self.source)
        if not isinstance(edited, Model):
            return super().to_internal_value(data)
        key = self.pk_field.to_internal_value(data)
        if edited.serializable_value(name) == key:
            return getattr(edited, name)
        if name in getattr(self.parent, "fixed", ()):
            rows: Any = super().get_queryset()
            return rows.model(pk=key)  # the serializer refuses it by its key
        return super().to_internal_value(data)

    def to_representation(self, value: Any) -> Any:
        """The id; of a row, or the id itself where a column holds ids."""
        return super().to_representation(value) if hasattr(value, "pk") else str(value)

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        view = self.context.get("view")
        if queryset is None or view is None or getattr(view, "swagger_fake_view", False):
            return queryset
        return policy_of(queryset.model).scope(view.actor, self.code or view.code_of_action() or "", queryset)
