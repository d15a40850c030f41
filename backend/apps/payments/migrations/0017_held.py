from django.contrib.postgres.operations import AddConstraintNotValid
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.models import F, Q

from kernel.money import MAX_FEN, FenField

CAUSES = [
    ("patient", "Patient"), ("window", "Window"), ("cancelled", "Cancelled"), ("reversed", "Reversed"),
    ("overpayment", "Overpayment"), ("not_posted", "Not Posted"), ("late", "Late"), ("incomplete", "Incomplete"),
]  # fmt: skip


class Migration(migrations.Migration):
    """What tenders hold of an order. In a transaction of its own: no other busy table is locked with it."""

    dependencies = [("payments", "0016_tenders")]
    operations = [
        migrations.AddField(
            model_name="paymentorder",
            name="held_fen",
            field=FenField(
                db_default=0, default=0, validators=[MinValueValidator(0), MaxValueValidator(MAX_FEN)]
            ),
        ),
        AddConstraintNotValid(
            model_name="paymentorder",
            constraint=models.CheckConstraint(
                condition=Q(held_fen=0) | Q(state="pending", held_fen__gt=0, held_fen__lt=F("amount_fen")),
                name="payment_order_holds_less",
            ),
        ),
        migrations.AlterField(
            model_name="refund", name="cause", field=models.CharField(choices=CAUSES, max_length=16)
        ),
    ]
