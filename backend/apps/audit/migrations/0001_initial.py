"""The operation log: partitioned by month on the time inside its UUIDv7 key, append-only by trigger, sealed."""

from django.db import migrations

import apps.audit.models
from apps.audit import sql
from apps.audit.services.partitions import ensure_months


def make_first_months(registry, schema_editor):
    """Before the first line is written, so that the default partition stays empty."""
    ensure_months("audit_auditevent")


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL(sql.CREATE, sql.DROP),
        migrations.RunPython(make_first_months, migrations.RunPython.noop),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[(f.name, f.clone()) for f in apps.audit.models.AuditEvent._meta.concrete_fields],
            options={"managed": False, "db_table": "audit_auditevent", "ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[(f.name, f.clone()) for f in apps.audit.models.AuditSeal._meta.concrete_fields],
            options={"managed": False, "db_table": "audit_auditseal", "ordering": ["number"]},
        ),
    ]
