from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, models, transaction

from kernel.crypto.cipher import cipher
from kernel.crypto.fields import EncryptedTextField


class Command(BaseCommand):
    """Re-encrypt every value that is not under the current key; can be stopped and run again at any time."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--batch", type=int, default=500)

    def handle(self, *args: Any, batch: int, **options: Any) -> None:
        for model in apps.get_models():
            for field in model._meta.local_concrete_fields:
                if isinstance(field, EncryptedTextField):
                    count = self.rotate(model, field, batch)
                    self.stdout.write(f"{field.context}: {count} re-encrypted")

    def rotate(self, model: type[models.Model], field: EncryptedTextField, batch: int) -> int:
        """Batches of `batch` rows, one transaction each; returns how many rows were re-encrypted."""
        names = (model._meta.db_table, str(field.column), str(model._meta.pk.column))
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
                    text = cipher().decrypt(bytes(token), field.context)
                    cursor.execute(
                        f"UPDATE {table} SET {column} = %s WHERE {key} = %s",  # noqa: S608 - quoted names
                        [cipher().encrypt(text, field.context), pk],
                    )
            done += len(rows)
            if len(rows) < batch:
                return done
            last = rows[-1][0]
