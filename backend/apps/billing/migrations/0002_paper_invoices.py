import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import kernel.clock
import kernel.ids
import pgtrigger.compiler
import pgtrigger.migrations
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_initial"),
        ("identity", "0004_money_per_minute"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="InvoiceRange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=kernel.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=kernel.clock.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("outpatient", "Outpatient"), ("inpatient", "Inpatient")], max_length=12
                    ),
                ),
                ("code", models.CharField(help_text="票据代码", max_length=20)),
                ("digits", models.PositiveSmallIntegerField()),
                ("first_number", models.BigIntegerField()),
                ("last_number", models.BigIntegerField()),
                ("next_number", models.BigIntegerField()),
                ("returned_from", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("drawn", "drawn"),
                            ("in_use", "in_use"),
                            ("used_up", "used_up"),
                            ("returned", "returned"),
                            ("verified", "verified"),
                        ],
                        default="drawn",
                        max_length=12,
                    ),
                ),
                ("drawn_at", models.DateTimeField(default=kernel.clock.now)),
                ("returned_at", models.DateTimeField(null=True)),
                ("verified_at", models.DateTimeField(null=True)),
                (
                    "drawn_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.staffmember",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.staffmember",
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.hospital",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.staffmember",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InvoicePaper",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("created_at", models.DateTimeField(default=kernel.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(default=kernel.clock.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("number", models.BigIntegerField()),
                ("paper_no", models.CharField(help_text="票据号码", max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[("issued", "issued"), ("void", "void")], default="issued", max_length=8
                    ),
                ),
                ("issued_at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(null=True)),
                ("void_reason", models.CharField(blank=True, default="", max_length=200)),
                ("copy_returned", models.BooleanField(null=True)),
                (
                    "copy",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper",
                        to="billing.invoiceprint",
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.hospital",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="billing.invoice",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.staffmember",
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.staffmember",
                    ),
                ),
                (
                    "range",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="billing.invoicerange",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="invoicerange",
            index=models.Index(fields=["hospital", "-id"], name="invoice_range_of_hospital"),
        ),
        migrations.AddIndex(
            model_name="invoicerange",
            index=models.Index(fields=["holder", "-id"], name="invoice_range_of_holder"),
        ),
        migrations.AddConstraint(
            model_name="invoicerange",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("hospital", "="),
                    ("kind", "="),
                    ("code", "="),
                    (
                        models.Func(
                            models.F("first_number"),
                            django.db.models.functions.comparison.Coalesce(
                                models.F("returned_from"),
                                django.db.models.expressions.CombinedExpression(
                                    models.F("last_number"), "+", models.Value(1)
                                ),
                            ),
                            models.Value("[)"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="invoice_range_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicerange",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_number__gte", 0), ("last_number__gte", models.F("first_number"))),
                name="invoice_range_rises",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicerange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("next_number__gte", models.F("first_number")),
                    (
                        "next_number__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("last_number"), "+", models.Value(1)
                        ),
                    ),
                ),
                name="invoice_range_next_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicerange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "in_use")),
                fields=("hospital", "holder", "kind"),
                name="invoice_range_one_in_use",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicerange",
            trigger=pgtrigger.compiler.Trigger(
                name="audit",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM audit_record('billing.invoicerange', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;",
                    hash="e3fce7c9e03cb6697bca76e6959a4958d79f135b",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_audit_d395d",
                    table="billing_invoicerange",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicerange",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="9fd954d3efd5b073af8ed28db9f54aba6ce57e5f",
                    operation="DELETE",
                    pgid="pgtrigger_kept_38eb3",
                    table="billing_invoicerange",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicerange",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."first_number" IS DISTINCT FROM (NEW."first_number") OR OLD."holder_id" IS DISTINCT FROM (NEW."holder_id") OR OLD."hospital_id" IS DISTINCT FROM (NEW."hospital_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."last_number" IS DISTINCT FROM (NEW."last_number"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="60be3acf371e9821073813742193886410284107",
                    operation="UPDATE",
                    pgid="pgtrigger_fixed_bdf59",
                    table="billing_invoicerange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="invoicepaper",
            index=models.Index(fields=["hospital", "-id"], name="invoice_paper_of_hospital"),
        ),
        migrations.AddIndex(
            model_name="invoicepaper",
            index=models.Index(fields=["invoice", "-id"], name="invoice_paper_of_invoice"),
        ),
        migrations.AddIndex(
            model_name="invoicepaper",
            index=models.Index(fields=["paper_no"], name="invoice_paper_by_no"),
        ),
        migrations.AddConstraint(
            model_name="invoicepaper",
            constraint=models.UniqueConstraint(fields=("range", "number"), name="invoice_paper_once"),
        ),
        migrations.AddConstraint(
            model_name="invoicepaper",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "issued")), fields=("invoice",), name="invoice_paper_one_stands"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicepaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("copy_returned__isnull", True),
                        ("invoice__isnull", False),
                        ("state", "issued"),
                        ("voided_at__isnull", True),
                    ),
                    models.Q(
                        ("copy_returned__isnull", False),
                        ("state", "void"),
                        ("voided_at__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="invoice_paper_void_says_why",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicepaper",
            trigger=pgtrigger.compiler.Trigger(
                name="audit",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="PERFORM audit_record('billing.invoicepaper', TG_OP, CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END, ARRAY['updated_at']::text[], ARRAY[]::text[]); RETURN NULL;",
                    hash="33e00e8bd26fa920a1dd4b67054932c6133523e6",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_audit_7ba8a",
                    table="billing_invoicepaper",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicepaper",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="92158b4db8106000b236fdba3cd04ae04f592552",
                    operation="DELETE",
                    pgid="pgtrigger_kept_e37a3",
                    table="billing_invoicepaper",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicepaper",
            trigger=pgtrigger.compiler.Trigger(
                name="fixed",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."copy_id" IS DISTINCT FROM (NEW."copy_id") OR OLD."hospital_id" IS DISTINCT FROM (NEW."hospital_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at") OR OLD."issued_by_id" IS DISTINCT FROM (NEW."issued_by_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."paper_no" IS DISTINCT FROM (NEW."paper_no") OR OLD."range_id" IS DISTINCT FROM (NEW."range_id"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="8fc40f9f549e3d1a919a80074f1015581e61a730",
                    operation="UPDATE",
                    pgid="pgtrigger_fixed_3a0e4",
                    table="billing_invoicepaper",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicepaper",
            trigger=pgtrigger.compiler.Trigger(
                name="void_for_good",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"state\" = 'void')",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="23e473bf0191bbce0ab9c7d4386712973db5b7ef",
                    operation="UPDATE",
                    pgid="pgtrigger_void_for_good_0a193",
                    table="billing_invoicepaper",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="invoicepaper",
            trigger=pgtrigger.compiler.Trigger(
                name="next_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\nIF (SELECT next_number FROM billing_invoicerange WHERE id = NEW.range_id AND state = 'in_use' FOR UPDATE)\n    IS DISTINCT FROM NEW.number THEN\n  RAISE EXCEPTION 'number % is not the next one of its range', NEW.number USING ERRCODE = 'restrict_violation';\nEND IF;\nRETURN NEW;\n",
                    hash="00e227a22fbb99ce039cbb51548b7cd6296828e1",
                    operation="INSERT",
                    pgid="pgtrigger_next_only_393c2",
                    table="billing_invoicepaper",
                    when="BEFORE",
                ),
            ),
        ),
    ]
