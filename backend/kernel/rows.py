"""Create, change and delete plain rows; use cases with more to say call these.

A model may say two things about its rows: `check_values()` refuses values that do not go together (InvalidValue), and
`spelling(name)` makes the search key of its `pinyin` where the common one does not do.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import IntegrityError, models, router, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError

from kernel.errors import FIXED, DuplicateValue, InUse, InvalidValue
from kernel.expectations import OF_THE_HOSPITAL
from kernel.locks import lock_one, save_version
from kernel.text import pinyin_key
from kernel.words import OBJECTS, Words

M = TypeVar("M", bound=models.Model)
OTHER_RECORDS = Words("其他记录", "other records")
UNIQUE_VIOLATION = "23505"  # SQLSTATE


def create_row(model: type[M], **fields: Any) -> M:
    """Add a row; DuplicateValue names the field whose value is taken, InvalidValue one that does not go here."""
    row = model(**fields)
    derive_pinyin(row)
    _check(row, fields)
    with unique(model), transaction.atomic():
        row.save(force_insert=True)
    return row


def update_row(row: M, *, version: int, **changes: Any) -> M:
    """Change a row read at `version`; StaleVersion, DuplicateValue, InvalidValue. Its hospital never changes."""
    if "hospital" in changes and changes["hospital"] != getattr(row, "hospital", None):
        raise InvalidValue(field="hospital_id", expected=FIXED)
    for name, value in changes.items():
        setattr(row, name, value)
    _check(row, changes)
    written = set(changes) | derive_pinyin(row)
    with unique(type(row)), transaction.atomic():
        save_version(row, written, version=version)
    return row


def delete_row(row: models.Model, *, parts: Collection[type[models.Model]] = ()) -> None:
    """Delete a row that nothing refers to, together with its `parts`; InUse says which table still does.

    Rows that would only be emptied or carried off by the deletion count as use too: nothing is lost.
    """
    with transaction.atomic():
        lock_one(type(row)._default_manager, pk=row.pk)  # no new reference from here on
        collector = Collector(using=router.db_for_write(type(row)), origin=row)
        try:
            collector.collect([row])
        except (ProtectedError, RestrictedError) as error:
            objects: Any = getattr(error, "protected_objects", None) or getattr(
                error, "restricted_objects", ()
            )
            raise in_use(type(next(iter(objects)))) from error
        own = {type(row), *parts}
        for model in _reached(collector):
            if model not in own:
                raise in_use(model)
        row.delete()


def _reached(collector: Collector) -> Iterator[type[models.Model]]:
    """Models of which the deletion would take or empty a row."""
    yield from collector.data
    yield from (rows.model for rows in collector.fast_deletes if rows.exists())
    for groups in collector.field_updates.values():
        yield from (type(row) for rows in groups for row in _some(rows))


def _some(rows: Any) -> Any:
    """At most one row of a queryset; what Django has fetched already, as it is."""
    return rows[:1] if isinstance(rows, models.QuerySet) else rows


def in_use(model: type[models.Model] | None) -> InUse:
    """The refusal that says which rows still refer to the object; None: nobody knows."""
    label = model._meta.label_lower if model else ""
    words = OBJECTS.get(label, OTHER_RECORDS)
    return InUse(used_by=label.rpartition(".")[2], used_by_name=words.text)


@contextmanager
def unique(model: type[models.Model]) -> Iterator[None]:
    """Turns the violation of a unique constraint into DuplicateValue with the field's name."""
    try:
        yield
    except IntegrityError as error:
        cause: Any = error.__cause__
        if getattr(cause, "pgcode", "") != UNIQUE_VIOLATION:
            raise
        raise DuplicateValue(field=_field_of(model, cause.diag.constraint_name or "")) from error


def _field_of(model: type[models.Model], constraint: str) -> str:
    for known in model._meta.constraints:
        if isinstance(known, models.UniqueConstraint) and known.name == constraint:
            return str(model._meta.get_field(known.fields[-1]).attname)  # type: ignore[union-attr]
    return next(
        (
            column.attname
            for column in model._meta.concrete_fields
            if column.unique and not column.primary_key and f"_{column.column}_" in constraint
        ),
        "",
    )


def derive_pinyin(row: models.Model) -> set[str]:
    """Fill the search key of a named row; returns the fields it wrote."""
    if not any(field.name == "pinyin" for field in row._meta.concrete_fields):
        return set()
    row.pinyin = getattr(row, "spelling", pinyin_key)(row.name)  # type: ignore[attr-defined]
    return {"pinyin"}


def can_be_taken(model: type[models.Model], *, kept: Collection[str] = ()) -> bool:
    """Whether a row can be a duplicate, if what stands in the columns `kept` is not written."""
    options = model._meta
    alone = [{field.name} for field in options.concrete_fields if field.unique and not field.primary_key]
    together = [set(each.fields) for each in options.constraints if isinstance(each, models.UniqueConstraint)]
    return any(names - set(kept) for names in (*alone, *together))


def can_be_in_use(model: type[models.Model]) -> bool:
    """Whether some table refers to the model's rows."""
    return any(
        field.auto_created and not field.concrete for field in model._meta.get_fields(include_hidden=True)
    )


def _check(row: models.Model, names: Collection[str]) -> None:
    check_values = getattr(row, "check_values", None)
    if check_values is not None:
        check_values()
    check_same_hospital(row, names)


def check_same_hospital(row: models.Model, names: Collection[str]) -> None:
    """InvalidValue if one of the named foreign keys points into another hospital than the row's own.

    Rows without a hospital are the group's and serve every hospital.
    """
    if not hasattr(row, "hospital_id"):
        return
    hospital = row.hospital_id
    for name in names:
        other = getattr(row, name)
        if isinstance(other, models.Model) and getattr(other, "hospital_id", None) not in (None, hospital):
            raise InvalidValue(field=f"{name}_id", expected=OF_THE_HOSPITAL)
