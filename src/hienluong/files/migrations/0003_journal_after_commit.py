"""Lets a destruction be written into the journal beside the files once it has committed; those of before stand there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0002_leaner_rows")]

    operations = [
        migrations.AddField(
            "destruction",
            "journaled",
            models.BooleanField(
                default=True, help_text="whether it stands in the journal beside the files as well"
            ),
        ),
        migrations.AlterField(
            "destruction",
            "journaled",
            models.BooleanField(
                default=False, help_text="whether it stands in the journal beside the files as well"
            ),
        ),
        migrations.AddIndex(
            "destruction",
            models.Index(
                condition=models.Q(("journaled", False)), fields=["id"], name="files_destruction_unwritten"
            ),
        ),
    ]
