from django.db import migrations

#: The department of all lines of an order; none where they belong to several, or one of them to none.
ORDERS = """
WITH batch AS (
  SELECT id FROM payments_paymentorder WHERE id > %s ORDER BY id LIMIT 5000
), owned AS (
  SELECT l.order_id, min(s.department_id::text)::uuid AS department_id
  FROM batch JOIN payments_paymentorderline l ON l.order_id = batch.id
  LEFT JOIN inpatient_deposittransaction t ON t.id = l.subject_id AND l.subject_type = 'inpatient.deposit'
  LEFT JOIN inpatient_admission s ON s.id = t.admission_id
  GROUP BY l.order_id HAVING count(DISTINCT s.department_id) = 1 AND count(*) = count(s.department_id)
), written AS (
  UPDATE payments_paymentorder o SET department_id = owned.department_id FROM owned
  WHERE o.id = owned.order_id AND o.department_id IS NULL
)
SELECT id FROM batch ORDER BY id DESC LIMIT 1
"""
REFUNDS = """
WITH batch AS (
  SELECT id, order_id FROM payments_refund WHERE id > %s ORDER BY id LIMIT 5000
), written AS (
  UPDATE payments_refund r SET department_id = o.department_id FROM batch JOIN payments_paymentorder o
    ON o.id = batch.order_id
  WHERE r.id = batch.id AND r.department_id IS NULL AND o.department_id IS NOT NULL
)
SELECT id FROM batch ORDER BY id DESC LIMIT 1
"""


def fill(apps, schema_editor):
    """Batches of 5,000, each its own transaction."""
    with schema_editor.connection.cursor() as cursor:
        for statement in (ORDERS, REFUNDS):
            last = "00000000-0000-0000-0000-000000000000"
            while last:
                cursor.execute(statement, [last])
                row = cursor.fetchone()
                last = row and row[0]


class Migration(migrations.Migration):
    """Fills what was paid before the column existed; orders of the day carry it from their opening on."""

    atomic = False

    dependencies = [("inpatient", "0002_slowed_lookups"), ("payments", "0007_department_indexes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
