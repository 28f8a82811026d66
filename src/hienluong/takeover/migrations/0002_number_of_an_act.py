"""Lets an act take its number once: the same key again gives the same number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("takeover", "0001_initial")]

    operations = [
        migrations.AddField(
            "givennumber",
            "key",
            models.CharField(
                max_length=100,
                null=True,
                help_text="of the act it was taken for; the same again gives it again",
            ),
        ),
        migrations.AddConstraint(
            "givennumber",
            models.UniqueConstraint(fields=["book", "key"], name="takeover_number_key_once"),
        ),
    ]
