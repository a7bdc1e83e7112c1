from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bids", "0021_draft_variant")]
    operations = [
        migrations.AddField(
            model_name="bid",
            name="variant",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="0 the main bid, else the number of a variant beside it"
            ),
        ),
    ]
