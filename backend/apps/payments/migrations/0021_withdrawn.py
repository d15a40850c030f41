from django.db import migrations, models


class Migration(migrations.Migration):
    """Codes that nobody is to pay by any more; of those of before none was withdrawn."""

    dependencies = [("payments", "0020_orders_hold_less")]
    operations = [
        migrations.AddField("paymentattempt", "withdrawn_at", models.DateTimeField(null=True)),
    ]
