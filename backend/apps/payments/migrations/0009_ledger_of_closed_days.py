from pathlib import Path

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    """The ledger takes nothing of a closed day. In a transaction of its own: no other busy table is locked with it."""

    dependencies = [("payments", "0008_closes")]
    operations = [
        migrations.AddField(
            model_name="ledgertransaction",
            name="corrects_date",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        AddConstraintNotValid(
            model_name="ledgertransaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrects_date__isnull", True), ("corrects_date__lt", models.F("posted_on")), _connector="OR"
                ),
                name="ledger_corrects_the_past",
            ),
        ),
        migrations.RunSQL(
            (HERE / "0009_ledger_of_closed_days.sql").read_text(),
            (HERE / "0009_ledger_of_closed_days_undo.sql").read_text(),
        ),
    ]
