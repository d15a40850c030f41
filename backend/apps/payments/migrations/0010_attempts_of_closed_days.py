from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    """Payments of a closed day stay as they were. In a transaction of its own: no other busy table is locked with it."""

    dependencies = [("payments", "0009_ledger_of_closed_days")]
    operations = [
        migrations.RunSQL(
            (HERE / "0010_attempts_of_closed_days.sql").read_text(),
            (HERE / "0010_attempts_of_closed_days_undo.sql").read_text(),
        ),
    ]
