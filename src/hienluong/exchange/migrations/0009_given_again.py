"""Lets operators put what was fetched into its mailbox once more (docs/decisions/0026)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0008_search")]

    operations = [
        migrations.AddField(
            "delivery",
            "given_again_at",
            models.DateTimeField(null=True, help_text="when an operator last put it there again"),
        ),
        migrations.AlterField(
            "deliveryevent",
            "plane",
            models.CharField(
                max_length=8,
                choices=[
                    ("mailbox", "mailbox"),
                    ("again", "mailbox, given again"),
                    ("business", "business"),
                    ("standing", "standing"),
                ],
            ),
        ),
    ]
