"""Statements of hot paths that PostgreSQL parses and plans once per connection, not once per request."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model

#: Marks a statement that changes rows, for execute wrappers that look at its first word.
WRITES = "/*writes*/ "
_PARAMETER = re.compile(r"%\((\w+)\)s|%%")


class Prepared:
    """A statement of fixed text with `%(name)s` parameters.

    `types`: the PostgreSQL types of parameters that the context does not tell. `writes`: it changes rows.
    Planning a join of ten tables costs PostgreSQL several times its execution.
    Where a pooler hands out connections per transaction, YIHUI_PREPARED_STATEMENTS=false sends the plain text.
    """

    def __init__(
        self, name: str, sql: str, types: Mapping[str, str] | None = None, *, writes: bool = False
    ) -> None:
        order = list(dict.fromkeys(match[1] for match in _PARAMETER.finditer(sql) if match[1]))
        kinds = ", ".join((types or {}).get(each, "unknown") for each in order)

        def place(match: re.Match[str]) -> str:
            return f"${order.index(match[1]) + 1}" if match[1] else "%"

        self.name, self.plain, self.prefix = name, sql, WRITES if writes else ""
        self._prepare = f"PREPARE {name}{f' ({kinds})' if order else ''} AS {_PARAMETER.sub(place, sql)}"
        values = ", ".join(f"%({each})s" for each in order)
        self._execute = f"{self.prefix}EXECUTE {name}{f' ({values})' if order else ''}"

    def execute(self, cursor: Any, values: Mapping[str, Any], *, before: str = "") -> None:
        """Run it on a cursor of the default connection, `before` (a statement) in the same round trip first."""
        if not settings.PREPARED_STATEMENTS:
            cursor.execute(before + self.prefix + self.plain, values)
            return
        known = _known(cursor.db)
        if self.name not in known:
            cursor.cursor.execute(self._prepare)
            known.add(self.name)
        cursor.execute(before + self._execute, values)


def types_of(model: type[Model], columns: Iterable[str]) -> dict[str, str]:
    """The types of parameters that are named like columns of the model."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {name: fields[name].rel_db_type(connection) or "unknown" for name in columns}


def _known(database: Any) -> set[str]:
    """Names that the present connection to the server knows; a new connection knows none."""
    raw = database.connection
    server, names = getattr(database, "_prepared", (None, set()))
    if server is not raw:
        names = set()
        database._prepared = (raw, names)
    known: set[str] = names
    return known
