"""Staff are found by the other reading of a surname and by simplified signs, too."""

from typing import Any

from django.db import migrations


def spell(apps: Any, schema_editor: Any) -> None:
    """The key of every name anew: some thousand rows."""
    from kernel.text import name_key, name_spellings

    staff = apps.get_model("identity", "StaffMember")
    changed = []
    for row in staff.objects.only("name", "pinyin").iterator():
        key = name_key(row.name)
        parts = [*name_spellings(row.name), key if key not in row.name.casefold() else ""]
        spelling = " ".join(filter(None, parts))[:255]
        if spelling != row.pinyin:
            row.pinyin = spelling
            changed.append(row)
    staff.objects.bulk_update(changed, ["pinyin"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_money_per_minute")]
    operations = [migrations.RunPython(spell, migrations.RunPython.noop)]
