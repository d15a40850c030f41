from django.db import migrations, models

#: A big table takes longer than a statement of a request may; what others hold is waited for, and holds up nobody.
NO_LIMITS = "SET statement_timeout = 0; SET lock_timeout = 0"
LIMITS = "RESET statement_timeout; RESET lock_timeout"
#: Half an index, of a build that was stopped, is made anew.
DROP = "DROP INDEX CONCURRENTLY IF EXISTS payment_order_unposted"
CREATE = """
    CREATE INDEX CONCURRENTLY payment_order_unposted ON payments_paymentorder (hospital_id, recorded_at)
      WHERE state = 'paid_unposted'
"""


class Migration(migrations.Migration):
    """What keeps a day open is found at once."""

    atomic = False
    dependencies = [("payments", "0011_refunds_of_closed_days")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL([NO_LIMITS, DROP, CREATE, LIMITS], [NO_LIMITS, DROP, LIMITS])],
            state_operations=[
                migrations.AddIndex(
                    model_name="paymentorder",
                    index=models.Index(
                        condition=models.Q(("state", "paid_unposted")),
                        fields=["hospital", "recorded_at"],
                        name="payment_order_unposted",
                    ),
                ),
            ],
        ),
    ]
