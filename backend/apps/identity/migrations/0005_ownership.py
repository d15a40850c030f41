from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns with a constant default: nothing is rewritten. Who owns a hospital is said by its administrator."""

    dependencies = [
        ("identity", "0004_money_per_minute"),
    ]

    operations = [
        migrations.AddField(
            model_name="hospital",
            name="is_insurance_designated",
            field=models.BooleanField(default=False, help_text="医保定点"),
        ),
        migrations.AddField(
            model_name="hospital",
            name="ownership",
            field=models.CharField(
                choices=[("public", "公立"), ("military", "军队"), ("private", "社会办")],
                default="private",
                max_length=12,
            ),
        ),
    ]
