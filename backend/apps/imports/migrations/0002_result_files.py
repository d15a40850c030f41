import django.db.models.deletion
from django.db import migrations, models


def _file() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+',
        to='files.file',
    )


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0001_initial'),
        ('imports', '0001_initial'),
    ]

    operations = [
        migrations.AddField(model_name='importjob', name='result_xlsx', field=_file()),
        migrations.AddField(model_name='importjob', name='result_csv', field=_file()),
    ]
