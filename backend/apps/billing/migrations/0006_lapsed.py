from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

TIMES = "status IN ({unpaid}) AND paid_at IS NULL AND refunded_fen = 0"
PAID = "status IN ('paid', 'refunded') AND paid_at IS NOT NULL"
FORWARD = f"""
ALTER TABLE billing_bill DROP CONSTRAINT bill_paid_has_time;
ALTER TABLE billing_bill ADD CONSTRAINT bill_paid_has_time
  CHECK (({TIMES.format(unpaid="'issued', 'cancelled', 'lapsed'")}) OR ({PAID})) NOT VALID;
"""
VALIDATE = "ALTER TABLE billing_bill VALIDATE CONSTRAINT bill_paid_has_time"
#: What has lapsed is issued again, as it was before, and ends a day after its time.
BACK = f"""
UPDATE billing_bill SET status = 'issued' WHERE status = 'lapsed';
ALTER TABLE billing_bill DROP CONSTRAINT bill_paid_has_time;
ALTER TABLE billing_bill ADD CONSTRAINT bill_paid_has_time
  CHECK (({TIMES.format(unpaid="'issued', 'cancelled'")}) OR ({PAID})) NOT VALID;
"""


class Migration(migrations.Migration):
    """Without a lock on a large table: the check is validated beside the traffic."""

    atomic = False

    dependencies = [("billing", "0005_departments_of_orders")]

    operations = [
        migrations.AlterField(
            model_name="bill",
            name="status",
            field=models.CharField(
                choices=[
                    ("issued", "issued"),
                    ("paid", "paid"),
                    ("cancelled", "cancelled"),
                    ("refunded", "refunded"),
                    ("lapsed", "lapsed"),
                ],
                default="issued",
                max_length=12,
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(FORWARD, BACK),
                migrations.RunSQL(VALIDATE, migrations.RunSQL.noop),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="bill", name="bill_paid_has_time"),
                migrations.AddConstraint(
                    model_name="bill",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("paid_at__isnull", True),
                                ("refunded_fen", 0),
                                ("status__in", ("issued", "cancelled", "lapsed")),
                            ),
                            models.Q(("paid_at__isnull", False), ("status__in", ("paid", "refunded"))),
                            _connector="OR",
                        ),
                        name="bill_paid_has_time",
                    ),
                ),
            ],
        ),
        AddIndexConcurrently(
            model_name="bill",
            index=models.Index(
                condition=models.Q(("status", "lapsed")), fields=["expires_at"], name="bill_lapsed_due"
            ),
        ),
    ]
