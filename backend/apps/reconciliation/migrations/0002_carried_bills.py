
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reconciliation', '0001_initial'),
        ('worklist', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='reconciliationrun',
            name='carried_at',
            field=models.DateTimeField(help_text='two persons let its day be closed without the bill', null=True),
        ),
        migrations.AddField(
            model_name='reconciliationrun',
            name='carry_approval',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='worklist.approval'),
        ),
    ]
