"""Statements of hot paths that PostgreSQL parses and plans once per connection, not once per request."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Model

#: Marks a statement that changes rows, for execute wrappers that look at its first word.
WRITES = "/*writes*/ "
#: Before a statement whose own commit need not wait for the disk: losing it with the machine does no harm.
UNHURRIED = "SELECT set_config('synchronous_commit', 'off', true);"
#: Texts that a connection remembers at most; a plan may take 100 KB there.
MAX_KNOWN = 200
_UNPREPARABLE: set[str] = set()
#: Plans are kept, and one made while a table was empty reads it from end to end when it no longer is. So the first plan
#: of a statement that looks rows up does so whatever the tables hold. It is EXPLAIN that makes it and keeps it.
_PLAN = """; SELECT set_config('enable_seqscan', 'off', true); EXPLAIN EXECUTE {name}{values};
SELECT set_config('enable_seqscan', 'on', true)"""
#: Every prepared statement of the product by its text.
EVERY: dict[str, "Prepared"] = {}
_PARAMETER = re.compile(r"%\((\w+)\)s|%%")


class Prepared:
    """A statement of fixed text with `%(name)s` parameters.

    `types`: the PostgreSQL types of parameters that the context does not tell. `writes`: it changes rows. `by_key`: it
    finds every row by an index, from the first plan on, which is made while its tables may be empty.
    Planning a join of ten tables costs PostgreSQL several times its execution.
    Where a pooler hands out connections per transaction, YIHUI_PREPARED_STATEMENTS=false sends the plain text.
    """

    def __init__(
        self,
        name: str,
        sql: str,
        types: Mapping[str, str] | None = None,
        *,
        writes: bool = False,
        by_key: bool = False,
    ) -> None:
        EVERY[sql] = self
        order = list(dict.fromkeys(match[1] for match in _PARAMETER.finditer(sql) if match[1]))
        kinds = ", ".join((types or {}).get(each, "unknown") for each in order)

        def place(match: re.Match[str]) -> str:
            return f"${order.index(match[1]) + 1}" if match[1] else "%"

        self.name, self.plain, self.types = name, sql, dict(types or {})
        self.prefix = WRITES if writes else ""
        self._prepare = f"PREPARE {name}{f' ({kinds})' if order else ''} AS {_PARAMETER.sub(place, sql)}"
        if by_key:
            nothing = f" ({', '.join(['NULL'] * len(order))})" if order else ""
            self._prepare += _PLAN.format(name=name, values=nothing)
        values = ", ".join(f"%({each})s" for each in order)
        self._execute = f"{self.prefix}EXECUTE {name}{f' ({values})' if order else ''}"

    def execute(self, cursor: Any, values: Mapping[str, Any], *, before: str = "") -> None:
        """Run it on a cursor of the default connection, `before` (a statement) in the same round trip first."""
        if not settings.PREPARED_STATEMENTS:
            cursor.execute(before + self.prefix + self.plain, values)
            return
        known = _known(cursor.db)
        if self.name not in known:
            with cursor.db.wrap_database_errors:
                cursor.cursor.execute(self._prepare)
            known.add(self.name)
        cursor.execute(before + self._execute, values)


@contextmanager
def prepared_reads() -> Iterator[None]:
    """SELECTs of the ORM inside are prepared too, by their text. For reads whose plan does not hang on their values.

    What PostgreSQL cannot prepare (a parameter without a type) runs as it is.
    """
    if not settings.PREPARED_STATEMENTS:
        yield
        return
    with connection.execute_wrapper(_prepare_read):
        yield


def _prepare_read(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if many or not params or isinstance(params, dict) or sql in _UNPREPARABLE or not _is_select(sql):
        return execute(sql, params, many, context)
    name = "read_" + hashlib.blake2s(sql.encode(), digest_size=12).hexdigest()
    known = _known(context["connection"])
    if name not in known:
        if len(known) >= MAX_KNOWN:
            with context["connection"].wrap_database_errors:
                context["cursor"].cursor.execute("DEALLOCATE ALL")
            known.clear()
        if not _prepare(context, name, sql, len(params)):
            if len(_UNPREPARABLE) < MAX_KNOWN:
                _UNPREPARABLE.add(sql)
            return execute(sql, params, many, context)
        known.add(name)
    return execute(f"EXECUTE {name} ({', '.join(['%s'] * len(params))})", params, many, context)


def _is_select(sql: str) -> bool:
    return sql.startswith(("SELECT", "(SELECT"))


def _prepare(context: Any, name: str, sql: str, count: int) -> bool:
    """Prepare a text with positional parameters; False if PostgreSQL cannot."""
    numbered = sql % tuple(f"${n}" for n in range(1, count + 1))
    database, run = context["connection"], context["cursor"].cursor.execute
    with database.wrap_database_errors:
        if database.in_atomic_block:
            run("SAVEPOINT preparing")
        try:
            run(f"PREPARE {name} AS {numbered}")
        except database.Database.ProgrammingError:
            if database.in_atomic_block:
                run("ROLLBACK TO SAVEPOINT preparing")
            return False
        if database.in_atomic_block:
            run("RELEASE SAVEPOINT preparing")
    return True


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
