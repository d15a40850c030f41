"""User names are compared in small letters: those of before are written so.

Two that differ in case alone stop the upgrade: somebody has to say who keeps the name.
"""

from django.db import migrations

FOLD = """
DO $$
DECLARE clash text;
BEGIN
  SELECT string_agg(username, ', ') INTO clash FROM identity_user
  WHERE lower(username) IN (SELECT lower(username) FROM identity_user GROUP BY 1 HAVING count(*) > 1);
  IF clash IS NOT NULL THEN
    RAISE EXCEPTION 'user names that differ in case alone: %; rename all but one of each', clash;
  END IF;
  UPDATE identity_user SET username = lower(username) WHERE username <> lower(username);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]
    operations = [migrations.RunSQL(FOLD, migrations.RunSQL.noop)]
