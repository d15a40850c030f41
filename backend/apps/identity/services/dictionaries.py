"""数据字典: lists that administrators extend; the product's own lists are written by `sync_dictionaries`."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction

from apps.identity.dictionaries import SEEDS
from apps.identity.errors import SystemDictionary
from apps.identity.models import Dictionary, DictionaryItem
from kernel.rows import delete_row, in_use


def delete_dictionary(dictionary: Dictionary) -> None:
    """Delete a list without entries; InUse, SystemDictionary."""
    if dictionary.is_system:
        raise SystemDictionary
    delete_row(dictionary)


def delete_item(item: DictionaryItem) -> None:
    """Delete an entry whose value no row stores; InUse otherwise (deactivate it instead)."""
    for model, field in columns_of(item.dictionary.code):
        if model._default_manager.filter(**{field: item.value}).exists():
            raise in_use(model)
    delete_row(item)


def columns_of(code: str) -> Iterator[tuple[type[models.Model], str]]:
    """Where values of a dictionary are stored: fields whose help text says `dictionary: <code>`."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.help_text == f"dictionary: {code}":
                yield model, field.name


@transaction.atomic
def sync_dictionaries() -> None:
    """Idempotent; run after every migration. Labels and entries that administrators changed stay as they are."""
    for code, (name, items) in SEEDS.items():
        dictionary, _ = Dictionary.objects.get_or_create(
            hospital=None, code=code, defaults={"name": name, "is_system": True}
        )
        known = set(dictionary.items.values_list("value", flat=True))
        DictionaryItem.objects.bulk_create(
            DictionaryItem(dictionary=dictionary, value=value, label=label, sort=number * 10)
            for number, (value, label) in enumerate(items.items(), start=1)
            if value not in known
        )
