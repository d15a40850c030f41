import django.db.models.functions.text
from django.db import migrations, models

#: Half a unique index, of a build that was stopped or met equal numbers, is made anew.
NEW = (
    (
        "patient_mrn_once",
        "CREATE UNIQUE INDEX CONCURRENTLY patient_mrn_once ON patients_patient (hospital_id, (upper(mrn)))",
    ),
    ("patient_by_any_mrn", "CREATE INDEX CONCURRENTLY patient_by_any_mrn ON patients_patient ((upper(mrn)))"),
)
OLD = (
    ("patient_by_mrn", "CREATE INDEX CONCURRENTLY patient_by_mrn ON patients_patient (mrn)"),
)


def _made(indexes: tuple[tuple[str, str], ...]) -> list[str]:
    return [step for name, statement in indexes for step in (f"DROP INDEX CONCURRENTLY IF EXISTS {name}", statement)]


def _dropped(indexes: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name, _ in indexes]


class Migration(migrations.Migration):
    """Record numbers are kept as the hospital writes them, and are one whatever their cases.

    Until now they were kept in upper case, so that no two can be equal. Indexes of the large table are made without
    locking it; the old ones go once the new ones stand.
    """

    atomic = False

    dependencies = [
        ("patients", "0002_documents_by_kind"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_made(NEW), _dropped(NEW))],
            state_operations=[
                migrations.AddConstraint(
                    model_name="patient",
                    constraint=models.UniqueConstraint(
                        models.F("hospital"), django.db.models.functions.text.Upper("mrn"), name="patient_mrn_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="patient",
                    index=models.Index(django.db.models.functions.text.Upper("mrn"), name="patient_by_any_mrn"),
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_dropped(OLD), _made(OLD))],
            state_operations=[migrations.RemoveIndex(model_name="patient", name="patient_by_mrn")],
        ),
        migrations.RemoveConstraint(model_name="patient", name="patient_mrn"),
    ]
