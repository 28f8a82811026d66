"""Lets the newest hours be counted from an index: those by ranges of pages knew nothing of what was new."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0006_position_in_mailbox")]

    operations = [
        migrations.RemoveIndex("transmission", "exchange_transmission_time"),
        migrations.RemoveIndex("deliveryevent", "exchange_event_time"),
        migrations.AddIndex(
            "transmission",
            models.Index(fields=["accepted_at"], include=["submitter"], name="exchange_transmission_at"),
        ),
        migrations.AddIndex(
            "deliveryevent",
            models.Index(
                condition=models.Q(
                    ("after__in", ["delivered", "confirmed", "dead", "rejected"]), ("plane", "mailbox")
                ),
                fields=["at"],
                include=["after"],
                name="exchange_event_flow",
            ),
        ),
    ]
