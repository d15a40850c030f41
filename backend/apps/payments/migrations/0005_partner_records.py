from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The orders of an application, and what went back on a day."""

    atomic = False
    dependencies = [("payments", "0004_partner_channels")]
    operations = [
        AddIndexConcurrently(
            model_name='paymentorder',
            index=models.Index(condition=models.Q(('partner__isnull', False)), fields=['partner', '-id'], name='payment_order_of_partner'),
        ),
        AddIndexConcurrently(
            model_name='refund',
            index=models.Index(condition=models.Q(('succeeded_at__isnull', False)), fields=['hospital', 'succeeded_at'], name='payment_refund_succeeded'),
        ),
    ]
