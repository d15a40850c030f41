from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """Beside the traffic: numbers are many."""

    atomic = False
    dependencies = [("scheduling", "0009_waiting_list")]

    operations = [
        ValidateConstraint(model_name="slotnumber", name="number_has_owner"),
        ValidateConstraint(model_name="slotnumber", name="number_hold_ends"),
        AddIndexConcurrently(
            model_name="slotnumber",
            index=models.Index(condition=models.Q(('state__in', ['free', 'held', 'offered'])), fields=['slot', 'number'], name='number_open'),
        ),
        RemoveIndexConcurrently(model_name="slotnumber", name="number_takeable"),
    ]
