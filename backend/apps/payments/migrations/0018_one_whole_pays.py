from django.db import migrations, models
from django.db.models import Q

#: A big table takes longer than a statement of a request may; what others hold is waited for, and holds up nobody.
NO_LIMITS = "SET statement_timeout = 0; SET lock_timeout = 0"
LIMITS = "RESET statement_timeout; RESET lock_timeout"
#: Half an index, of a build that was stopped, is made anew. The old one goes once the new one is there.
DROP = "DROP INDEX CONCURRENTLY IF EXISTS payment_attempt_one_whole"
CREATE = """
    CREATE UNIQUE INDEX CONCURRENTLY payment_attempt_one_whole ON payments_paymentattempt (order_id)
      WHERE NOT is_leg AND state = 'succeeded'
"""
DROP_OLD = "DROP INDEX CONCURRENTLY IF EXISTS payment_attempt_one_pays"
DROP_HELD = "DROP INDEX CONCURRENTLY IF EXISTS payment_attempt_held"
CREATE_HELD = """
    CREATE INDEX CONCURRENTLY payment_attempt_held ON payments_paymentattempt (hospital_id, held_at)
      WHERE state = 'held'
"""
CREATE_OLD = """
    CREATE UNIQUE INDEX CONCURRENTLY payment_attempt_one_pays ON payments_paymentattempt (order_id)
      WHERE state = 'succeeded'
"""


class Migration(migrations.Migration):
    """One whole attempt pays an order, or legs do. Cannot be undone once an order was paid by several tenders."""

    atomic = False
    dependencies = [("payments", "0017_held")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [NO_LIMITS, DROP, CREATE, DROP_OLD, DROP_HELD, CREATE_HELD, LIMITS],
                    [NO_LIMITS, DROP_OLD, CREATE_OLD, DROP, DROP_HELD, LIMITS],
                )
            ],
            state_operations=[
                migrations.RemoveConstraint("paymentattempt", "payment_attempt_one_pays"),
                migrations.AddConstraint(
                    "paymentattempt",
                    models.UniqueConstraint(
                        fields=["order"],
                        condition=Q(state="succeeded", is_leg=False),
                        name="payment_attempt_one_whole",
                    ),
                ),
                migrations.AddIndex(
                    "paymentattempt",
                    models.Index(
                        fields=["hospital", "held_at"], condition=Q(state="held"), name="payment_attempt_held"
                    ),
                ),
            ],
        ),
    ]
