"""Whether systems of an agency may have a key of this installation sign: no, unless it is said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the column, and that a device never has it."""

    dependencies = [("signing", "0002_certificates")]

    operations = [
        migrations.AddField(
            model_name="signingcertificate",
            name="for_systems",
            field=models.BooleanField(
                default=False,
                help_text="whether systems of the agency may have the key of this installation sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="signingcertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(place="module") | models.Q(for_systems=False),
                name="signing_certificate_for_systems",
            ),
        ),
    ]
