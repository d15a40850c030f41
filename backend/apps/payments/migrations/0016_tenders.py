from pathlib import Path

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

HERE = Path(__file__).parent
STATES = ["created", "open", "held", "succeeded", "returned", "overpayment", "closed", "failed"]


class Migration(migrations.Migration):
    """Attempts that pay a part. Nothing is rewritten: the database knows the defaults, rows are looked at later."""

    dependencies = [("payments", "0015_refunds_told_to_his")]
    operations = [
        migrations.AddField(
            model_name="paymentattempt", name="is_leg", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            model_name="paymentattempt", name="held_at", field=models.DateTimeField(null=True)
        ),
        migrations.AlterField(
            model_name="paymentattempt",
            name="state",
            field=models.CharField(
                choices=[(state, state) for state in STATES], default="created", max_length=12
            ),
        ),
        AddConstraintNotValid(
            model_name="paymentattempt",
            constraint=models.CheckConstraint(
                condition=~Q(state__in=["held", "returned"]) | Q(is_leg=True, held_at__isnull=False),
                name="payment_attempt_legs_are_held",
            ),
        ),
        migrations.RunSQL(
            (HERE / "0016_tenders.sql").read_text(), (HERE / "0016_tenders_undo.sql").read_text()
        ),
    ]
