from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.deletion import CASCADE


class Migration(migrations.Migration):
    """Whether one person may see one patient is read from an index alone: lists ask it row by row."""

    atomic = False
    dependencies = [("patients", "0003_mrn_as_written")]

    operations = [
        AddIndexConcurrently(
            model_name="patientuserobjectpermission",
            index=models.Index(
                fields=["content_object", "user", "permission"],
                include=["valid_until"],
                name="patient_grants_of_patient",
            ),
        ),
        migrations.AlterField(
            model_name="patientuserobjectpermission",
            name="content_object",
            field=models.ForeignKey(db_index=False, on_delete=CASCADE, to="patients.patient"),
        ),
    ]
