"""Who acted, and for which agency, stand beside an entry; indexes for reading the log by time, subject, actor, act, agency."""

from django.db import migrations, models

# What the entries themselves say; entries from before agencies were named in them have none.
SAID = """
UPDATE {table} SET
    actor = left((said.actor ->> 'kind') || ':' || (said.actor ->> 'id'), 80),
    agency = (said.actor ->> 'agency')::uuid
FROM (SELECT id, convert_from(entry, 'UTF8')::json -> 'actor' AS actor FROM {table}) said
WHERE said.id = {table}.id
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_witnesses_stamps_and_key_changes")]

    operations = [
        *(
            operation
            for model in ("entry", "queuedentry")
            for operation in (
                migrations.AddField(
                    model,
                    "actor",
                    models.CharField(db_default="", help_text="who acted, as kind:id", max_length=80),
                ),
                migrations.AddField(
                    model,
                    "agency",
                    models.UUIDField(help_text="the agency acted for, as the entry says", null=True),
                ),
                migrations.RunSQL(SAID.format(table=f"ledger_{model}"), migrations.RunSQL.noop),
            )
        ),
        migrations.RemoveIndex("entry", "ledger_entry_subject"),
        *(
            migrations.AddIndex("entry", models.Index(fields=[*first, "queued_at", "index"], name=f"ledger_entry_{name}"))
            for name, first in (
                ("time", []),
                ("subject", ["subject"]),
                ("actor", ["actor"]),
                ("action", ["action"]),
                ("agency", ["agency"]),
            )
        ),
        migrations.AlterField("signedcheckpoint", "signed_at", models.DateTimeField(db_index=True)),
    ]
