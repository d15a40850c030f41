from django.db import migrations

CLOSED = """
    CREATE TRIGGER closed_new BEFORE INSERT ON billing_invoicepaper
      FOR EACH ROW EXECUTE FUNCTION payments_closed_stays('issued_at', 'new');
    CREATE TRIGGER closed_void BEFORE UPDATE ON billing_invoicepaper
      FOR EACH ROW WHEN (NEW.voided_at IS DISTINCT FROM OLD.voided_at)
      EXECUTE FUNCTION payments_closed_stays('voided_at', 'new');
"""
UNDO = "DROP TRIGGER closed_new ON billing_invoicepaper; DROP TRIGGER closed_void ON billing_invoicepaper;"


class Migration(migrations.Migration):
    """Forms are printed and voided on open days only."""

    dependencies = [("billing", "0002_paper_invoices"), ("payments", "0008_closes")]
    operations = [migrations.RunSQL(CLOSED, UNDO)]
