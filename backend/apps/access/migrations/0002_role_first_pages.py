import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds a column with a default of the database's own, so that the version before goes on writing."""

    dependencies = [
        ("access", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="role",
            name="first_pages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                blank=True,
                db_default=[],
                default=list,
                help_text="pages that the menu begins with",
                size=None,
            ),
        ),
    ]
