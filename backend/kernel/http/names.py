"""Names beside ids that are no foreign keys."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from django.db.models import Model


def add_names(rows: Iterable[Any] | None, **references: tuple[str, type[Model]]) -> None:
    """Set `<name>_name` on each row: `references` gives the path of the id and the model; null for what is gone."""
    rows = list(rows or ())
    for reference, (path, model) in references.items():
        key = attrgetter(path)
        wanted = {key(row) for row in rows} - {None}
        names = dict(model._default_manager.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
        for row in rows:
            setattr(row, f"{reference}_name", names.get(key(row)))
