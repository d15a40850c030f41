from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction

from kernel.crypto.cipher import cipher
from kernel.crypto.fields import EncryptedTextField
from kernel.crypto.rotation import ROTATED


class Command(BaseCommand):
    """Re-encrypt every value that is not under the current key; can be stopped and run again at any time."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--batch", type=int, default=500)

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        for name, rotate in ROTATED.items():
            self.stdout.write(f"{name}: {rotate()} re-encrypted")
        for model in apps.get_models():
            for column, context in _sealed(model).items():
                count = self.rotate(model, column, context, batch)
                self.stdout.write(f"{model._meta.label_lower}.{column}: {count} re-encrypted")

    def rotate(self, model: type[models.Model], name: str, context: str, batch: int) -> int:
        """Batches of `batch` rows, one transaction each; returns how many rows were re-encrypted."""
        names = (model._meta.db_table, name, str(model._meta.pk.column))
        table, column, key = (connection.ops.quote_name(name) for name in names)
        done, last = 0, None
        while True:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT {key}, {column} FROM {table} WHERE length({column}) > 0 "  # noqa: S608 - quoted names
                    f"AND get_byte({column}, 0) <> %s AND (%s::uuid IS NULL OR {key} > %s::uuid) "
                    f"ORDER BY {key} LIMIT %s FOR UPDATE",
                    [cipher().current, last, last, batch],
                )
                rows = cursor.fetchall()
                for pk, token in rows:
                    text = cipher().decrypt(bytes(token), context)
                    cursor.execute(
                        f"UPDATE {table} SET {column} = %s WHERE {key} = %s",  # noqa: S608 - quoted names
                        [cipher().encrypt(text, context), pk],
                    )
            done += len(rows)
            if len(rows) < batch:
                return done
            last = rows[-1][0]


def _sealed(model: type[models.Model]) -> dict[str, str]:
    """Column → what its values are bound to: encrypted fields, and what a model declares as `sealed_columns`."""
    fields = [field for field in model._meta.local_concrete_fields if isinstance(field, EncryptedTextField)]
    declared: dict[str, str] = getattr(model, "sealed_columns", {})
    return {str(field.column): field.context for field in fields} | declared
