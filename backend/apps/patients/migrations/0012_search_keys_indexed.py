import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex, Substr

# What can be said of a name without dictionaries; `manage.py refresh_search_keys` writes the whole keys.
FILL = """
WITH batch AS (
  SELECT id, left(lower(regexp_replace(name, '[[:space:]·.''’-]', '', 'g')), 80) AS key FROM patients_patient
  WHERE id > %s ORDER BY id LIMIT 5000
), written AS (
  UPDATE patients_patient p SET name_key = batch.key FROM batch WHERE p.id = batch.id
)
SELECT id FROM batch ORDER BY id DESC LIMIT 1
"""


def fill(apps, schema_editor):
    """Batches of 5,000, each its own transaction."""
    last = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while last:
            cursor.execute(FILL, [last])
            row = cursor.fetchone()
            last = row and row[0]


class Migration(migrations.Migration):
    """Without a lock on a large table."""

    atomic = False

    dependencies = [("patients", "0011_search_keys")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="patient",
            index=models.Index(
                fields=["name_key"],
                include=("id", "hospital"),
                name="patient_by_name_key",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        AddIndexConcurrently(
            model_name="patient",
            index=models.Index(
                condition=~Q(pinyin_other=""),
                fields=["pinyin_other"],
                name="patient_by_other_initials",
                opclasses=["varchar_pattern_ops"],
            ),
        ),
        AddIndexConcurrently(
            model_name="patient",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    Substr(F("pinyin_other"), StrIndex(F("pinyin_other"), Value(" ")) + 1), "text_pattern_ops"
                ),
                condition=~Q(pinyin_other=""),
                name="patient_by_other_pinyin",
            ),
        ),
        RemoveIndexConcurrently(model_name="patient", name="patient_by_name"),
    ]
