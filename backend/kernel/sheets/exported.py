"""Rows of a table as rows of text, read in batches by key: memory stays small however many there are."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from kernel import clock
from kernel.known_words import known_words
from kernel.money import fen_to_yuan
from kernel.words import YES_NO, ValueWords, column_title, words_of_values

BATCH = 1000


def exported(queryset: QuerySet[Any], component: str, columns: Mapping[str, str]) -> Iterator[list[str]]:
    """Header and rows, the newest first, in the language of the request.

    `columns`: path of a column → the property of the component that it is in the documents, whose words are its title.
    Fen are yuan, moments the hospital's minutes, values of an enum its words. Keys are time-ordered.
    """
    yield [column_title(component, name) for name in columns.values()]
    made = queryset.query.annotations
    words = {
        path: known_words(component, name) or ({} if path in made else _words_of(queryset.model, path))
        for path, name in columns.items()
    }
    rows, last = queryset.order_by("-pk"), None
    while batch := list(_after(rows, last).values("pk", *columns)[:BATCH]):
        for row in batch:
            yield [_text(path, row[path], words[path]) for path in columns]
        last = batch[-1]["pk"]


def _after(rows: QuerySet[Any], last: UUID | None) -> QuerySet[Any]:
    return rows if last is None else rows.filter(pk__lt=last)


def _words_of(model: type[Model], path: str) -> Mapping[str, ValueWords]:
    """Of the values that the column at the end of the path may have."""
    field: Any = None
    for part in path.split("__"):
        field = model._meta.get_field(part)
        model = field.related_model or model
    return words_of_values(value for value, _ in field.flatchoices)


def _text(path: str, value: Any, words: Mapping[str, ValueWords]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES_NO[value].text
    if path.endswith("_fen"):
        return fen_to_yuan(value)
    if isinstance(value, dt.datetime):
        return f"{value.astimezone(clock.LOCAL):%Y-%m-%d %H:%M}"
    return words[str(value)].text if str(value) in words else str(value)
