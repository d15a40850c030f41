"""COPY FROM STDIN for a model: some columns vary, the others hold their defaults."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import connection, models

NULL = "\\N"
BLOCK = 1 << 18
Row = tuple[Any, ...]
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def text(value: Any) -> str:
    """`value` in COPY's text format."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes | memoryview):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    if isinstance(value, int | float | UUID | dt.date | dt.time):
        return str(value)
    raise TypeError(type(value))


class Table:
    """Where rows go. `columns` are the attribute names that vary; a row is a tuple of their values in COPY's format."""

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self.model, self.columns = model, columns
        fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]
        unknown = set(columns) - {f.attname for f in fields}
        if unknown:
            raise ValueError(f"{model._meta.label} has no {sorted(unknown)}")
        varying = {f.attname: f for f in fields if f.attname in columns}
        fixed = [f for f in fields if f.attname not in columns]
        names = [varying[name].column for name in columns] + [f.column for f in fixed]
        listed = ", ".join(connection.ops.quote_name(str(name)) for name in names)
        self.statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({listed}) FROM STDIN"
        constants = [_default(f).replace("%", "%%") for f in fixed]
        self.template = "\t".join(["%s"] * len(columns) + constants) + "\n"

    def write(self, rows: Iterable[Row]) -> None:
        """Send the rows over Django's connection. Only before the first row may `rows` ask the database something."""
        lines = map(self.template.__mod__, rows)
        for first in lines:
            with connection.cursor() as cursor:
                cursor.cursor.copy_expert(self.statement, _Stream(chain((first,), lines)), BLOCK)


def _default(field: "models.Field[Any, Any]") -> str:
    if field.has_default():
        return text(b"" if field.get_internal_type() == "BinaryField" else field.get_default())
    return NULL if field.null else ""


class _Stream:
    """What psycopg2 reads from: lines of a generator, some at a time."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines

    def read(self, size: int = BLOCK) -> str:
        """About `size` characters; an empty text at the end."""
        taken, length = [], 0
        for line in self.lines:
            taken.append(line)
            length += len(line)
            if length >= size:
                break
        return "".join(taken)
