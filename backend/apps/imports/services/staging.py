"""The staged rows of an import: written to a file without a name first, then copied into their table in one go."""

import tempfile
from collections.abc import Iterable
from typing import IO, Any

import orjson
from django.db import connection
from django.db.models import Count, Q

from apps.imports.models import DuplicatePolicy, ImportJob, RowOutcome, StagedRow


def spool() -> IO[str]:
    """A file without a name that takes staged rows until the database does; their secrets are sealed."""
    return tempfile.TemporaryFile("w+", encoding="utf-8", newline="")


def write(rows: Iterable[dict[str, Any]], table: type[StagedRow], spooled: IO[str]) -> int:
    """Write rows, columns of `table`, as COPY reads them; returns how many."""
    fields = table._meta.concrete_fields
    blanks = {field.attname: None if field.null else field.get_default() for field in fields}
    count = 0
    for row in rows:
        count += 1
        values = {**blanks, **row}
        spooled.write("\t".join(copied(values[field.attname]) for field in fields) + "\n")
    return count


def stage(table: type[StagedRow], spooled: IO[str]) -> None:
    """Let the database have what was written."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in table._meta.concrete_fields)
    spooled.seek(0)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f"COPY {quote(table._meta.db_table)} ({names}) FROM STDIN", spooled)


def count(job: ImportJob, table: type[StagedRow]) -> dict[str, Any]:
    """The job's counts; under a policy that allows no duplicates they are wrong rows from now on."""
    if job.duplicates == DuplicatePolicy.ERROR:
        table._default_manager.filter(job=job, outcome=RowOutcome.DUPLICATE).update(outcome=RowOutcome.BAD)
    outcome = {name: Count("pk", filter=Q(outcome=name)) for name in (RowOutcome.BAD, RowOutcome.DUPLICATE)}
    found = table._default_manager.filter(job=job).aggregate(rows=Count("pk"), **outcome)
    return {
        "row_count": found["rows"], "bad_count": found[RowOutcome.BAD],
        "duplicate_count": found[RowOutcome.DUPLICATE],
    }  # fmt: skip


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copied(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    if isinstance(value, (list, dict)):
        value = orjson.dumps(value).decode()
    return str(value).translate(_ESCAPES)
