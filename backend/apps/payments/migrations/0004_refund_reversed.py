from django.db import migrations, models

CAUSES = ("patient", "window", "cancelled", "reversed", "surplus", "not_posted", "late")


class Migration(migrations.Migration):
    """A refund that a clerk has handed out before anybody was asked."""

    dependencies = [("payments", "0003_ledger_sum")]
    operations = [
        migrations.AlterField(
            model_name="refund",
            name="cause",
            field=models.CharField(
                choices=[(cause, cause.replace("_", " ").title()) for cause in CAUSES], max_length=16
            ),
        )
    ]
