from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0003_partner_secrets'),
    ]

    operations = [
        migrations.AddField(
            model_name='partnerapplication',
            name='money_per_minute',
            field=models.PositiveIntegerField(default=120),
        ),
    ]
