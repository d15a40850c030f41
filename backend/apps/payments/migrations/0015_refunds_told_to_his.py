from django.db import migrations, models

#: A big table takes longer than a statement of a request may; what others hold is waited for, and holds up nobody.
NO_LIMITS = "SET statement_timeout = 0; SET lock_timeout = 0"
LIMITS = "RESET statement_timeout; RESET lock_timeout"
#: Half an index, of a build that was stopped, is made anew.
DROP = "DROP INDEX CONCURRENTLY IF EXISTS payment_refund_told"
CREATE = """
    CREATE INDEX CONCURRENTLY payment_refund_told ON payments_refund (hospital_id, his_notified_at)
      WHERE his_notified_at IS NOT NULL
"""


class Migration(migrations.Migration):
    """And of what went back."""

    atomic = False
    dependencies = [("payments", "0014_told_to_his")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([NO_LIMITS, DROP, CREATE, LIMITS], [NO_LIMITS, DROP, LIMITS])],
            state_operations=[
                migrations.AddIndex(
                    model_name="refund",
                    index=models.Index(
                        condition=models.Q(("his_notified_at__isnull", False)),
                        fields=["hospital", "his_notified_at"],
                        name="payment_refund_told",
                    ),
                ),
            ],
        ),
    ]
