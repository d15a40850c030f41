import kernel.crypto.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """The index of a document says of which kind it is: `manage.py refresh_search_keys` derives it anew.

    Adds a column with a default of the database's own, so that the version before goes on writing.
    """

    dependencies = [
        ("patients", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="relatedperson",
            name="id_kind",
            field=models.CharField(
                choices=[
                    ("resident_id", "Resident Id"),
                    ("hk_macao_permit", "Hk Macao Permit"),
                    ("taiwan_permit", "Taiwan Permit"),
                    ("foreign_permanent_resident", "Foreign Permanent Resident"),
                    ("passport", "Passport"),
                    ("none", "None"),
                ],
                db_default="resident_id",
                default="resident_id",
                help_text="of the document, where there is a number",
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="patient",
            name="national_id_index",
            field=kernel.crypto.fields.BlindIndexField(
                columns=("id_kind", "national_id"),
                db_index=True,
                null=True,
                purpose="national_id",
                source="document",
            ),
        ),
        migrations.AlterField(
            model_name="relatedperson",
            name="national_id_index",
            field=kernel.crypto.fields.BlindIndexField(
                columns=("id_kind", "national_id"),
                db_index=True,
                null=True,
                purpose="national_id",
                source="document",
            ),
        ),
    ]
