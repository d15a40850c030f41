from django.db import migrations, models

#: On the way back what lasts beyond midnight already may stay: the stricter check holds for new rows alone.
FORWARD = """
ALTER TABLE scheduling_scheduletemplate DROP CONSTRAINT template_times;
ALTER TABLE scheduling_scheduletemplate ADD CONSTRAINT template_times CHECK (NOT (end_time = start_time));
"""
BACK = """
ALTER TABLE scheduling_scheduletemplate DROP CONSTRAINT template_times;
ALTER TABLE scheduling_scheduletemplate ADD CONSTRAINT template_times CHECK (end_time > start_time) NOT VALID;
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0012_slips_and_web")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARD, BACK)],
            state_operations=[
                migrations.RemoveConstraint(model_name="scheduletemplate", name="template_times"),
                migrations.AddConstraint(
                    model_name="scheduletemplate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("end_time", models.F("start_time")), _negated=True),
                        name="template_times",
                    ),
                ),
            ],
        ),
    ]
