from django.db import migrations, models

#: A big table takes longer than a statement of a request may; what others hold is waited for, and holds up nobody.
NO_LIMITS = "SET statement_timeout = 0; SET lock_timeout = 0"
LIMITS = "RESET statement_timeout; RESET lock_timeout"
#: Half an index, of a build that was stopped, is made anew.
DROP = "DROP INDEX CONCURRENTLY IF EXISTS payment_order_told"
CREATE = """
    CREATE INDEX CONCURRENTLY payment_order_told ON payments_paymentorder (hospital_id, posted_at)
      WHERE state = 'posted'
"""


class Migration(migrations.Migration):
    """What HIS was told of on a day, to compare with its bill."""

    atomic = False
    dependencies = [("payments", "0013_corrects_the_past")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([NO_LIMITS, DROP, CREATE, LIMITS], [NO_LIMITS, DROP, LIMITS])],
            state_operations=[
                migrations.AddIndex(
                    model_name="paymentorder",
                    index=models.Index(
                        condition=models.Q(("state", "posted")),
                        fields=["hospital", "posted_at"],
                        name="payment_order_told",
                    ),
                ),
            ],
        ),
    ]
