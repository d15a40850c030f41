"""The operation log: partitioned by month on the time inside its UUIDv7 key, append-only by trigger, sealed."""

from pathlib import Path

from django.db import migrations, models

import kernel.ids

HERE = Path(__file__).parent


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL(
            (HERE / "0001_operation_log.sql").read_text(), (HERE / "0001_operation_log_undo.sql").read_text()
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField()),
                ("txid", models.BigIntegerField(help_text="transaction that wrote it; seals cover ranges of transactions")),
                ("hospital_id", models.UUIDField(null=True)),
                ("user_id", models.UUIDField(null=True)),
                ("actor", models.CharField(default="", max_length=120)),
                ("ip", models.GenericIPAddressField(null=True)),
                ("request_id", models.CharField(default="", max_length=64)),
                ("method", models.CharField(default="", max_length=8)),
                ("path", models.CharField(default="", max_length=255)),
                ("action", models.CharField(max_length=32)),
                ("object_type", models.CharField(max_length=64)),
                ("object_id", models.CharField(max_length=64)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
            ],
            options={"managed": False, "db_table": "audit_auditevent", "ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("from_txid", models.BigIntegerField()),
                ("to_txid", models.BigIntegerField(help_text="no transaction below it was running when the seal was made")),
                ("rows", models.BigIntegerField()),
                ("horizon", models.DateTimeField(help_text="no line of a later seal may be older than this")),
                ("made_at", models.DateTimeField()),
                ("digest", models.BinaryField(help_text="SHA-256 over the digests of the lines, in id order")),
                (
                    "leaves",
                    models.BinaryField(
                        help_text="id and first bytes of the digest of each line, to name what changed"
                    ),
                ),
                ("previous", models.BinaryField(help_text="mac of the seal before")),
                ("mac", models.BinaryField(help_text="HMAC-SHA-256 of all of the above with AUDIT_KEY")),
            ],
            options={"managed": False, "db_table": "audit_auditseal", "ordering": ["number"]},
        ),
    ]
