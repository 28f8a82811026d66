"""Keeps the document's date beside each delivery: a search by date finds the days of one mailbox in an index."""

from django.db import migrations, models

FILL = """
    UPDATE exchange_delivery d SET promulgated_on = p.promulgated_on
    FROM exchange_packet p WHERE p.id = d.packet_id AND p.promulgated_on IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0009_given_again")]

    operations = [
        migrations.AddField(
            "delivery",
            "promulgated_on",
            models.DateField(null=True, help_text="the packet's, so that an index knows it"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        # Pending trigger events of the rows just written would forbid the index in the same transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex(
            "delivery",
            models.Index(
                fields=["recipient", "kind", "promulgated_on"],
                include=["position", "state", "packet", "id"],
                name="exchange_delivery_dated",
            ),
        ),
        migrations.AddIndex(
            "packet",
            models.Index(
                fields=["sender", "kind", "promulgated_on"], include=["id"], name="exchange_packet_dated"
            ),
        ),
    ]
