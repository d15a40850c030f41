"""The operation log: partitioned by month on the time inside its UUIDv7 key, append-only by trigger."""

from django.db import migrations

import apps.audit.models
from apps.audit import sql


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL(sql.CREATE, sql.DROP),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[(f.name, f.clone()) for f in apps.audit.models.AuditEvent._meta.concrete_fields],
            options={"managed": False, "db_table": "audit_auditevent", "ordering": ["-id"]},
        ),
    ]
