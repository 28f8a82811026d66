"""An index of what is unread: every page counts it, however much a person was told before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_ways_and_browsers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("read_at", None)), fields=["reader", "-id"], name="notices_unread"
            ),
        ),
    ]
