"""The hash of each change's line is kept beside it: it says which line of a batch was altered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_reading")]

    operations = [
        migrations.AddField(
            "change",
            "leaf",
            models.BinaryField(
                help_text="hash of its line, a leaf of the batch; null: placed before these were kept",
                max_length=32,
                null=True,
            ),
        ),
    ]
