"""The key of a request is the agency's own: it is no id any more, which another agency could have taken."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the column, and that an agency's key names one document."""

    dependencies = [("issuing", "0001_documents")]

    operations = [
        migrations.AddField(
            model_name="document",
            name="key",
            field=models.UUIDField(
                null=True, help_text="of the request that handed it in, the agency's own; null: none was given"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=["agency", "key"], name="issuing_key_once"),
        ),
    ]
