"""Model fields over kernel.crypto.cipher."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from kernel.crypto.cipher import blind_index, decrypt, encrypt


class EncryptedTextField(models.Field):
    """Text encrypted at rest; `str` in Python, "" stays empty. It can't be filtered on: use its BlindIndexField."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", "")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    @property
    def context(self) -> str:
        """Table and column: authenticated with every value."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        token = encrypt(value, self.context) if isinstance(value, str) and value else b""
        return connection.Database.Binary(token)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        token = bytes(value)
        return decrypt(token, self.context) if token else ""

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise TypeError(f"{self.name} is encrypted: filter on its blind index")


class BlindIndexField(models.BinaryField):
    """Keyed hash of `source`, filled on save; find with `Model.objects.filter(x_index=blind_index(text, purpose))`.

    NULL while the source is empty, so that a unique constraint may stand on it. A source that is no column but a
    property names the `columns` it follows from.
    """

    def __init__(
        self, *args: Any, source: str = "", purpose: str = "", columns: Iterable[str] = (), **kwargs: Any
    ) -> None:
        self.source, self.purpose = source, purpose
        self.columns = tuple(columns) or (source,)
        kwargs |= {"editable": False, "null": True}
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs |= {"source": self.source, "purpose": self.purpose}
        derived = {} if self.columns == (self.source,) else {"columns": self.columns}
        return name, path, args, {**kwargs, **derived}

    def derive(self, text: str | None) -> bytes | None:
        """The index value of `text`, for writes that bypass save()."""
        return blind_index(text, self.purpose) if text else None

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        value = self.derive(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value
