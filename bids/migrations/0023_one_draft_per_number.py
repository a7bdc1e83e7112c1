from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bids", "0022_bid_variant")]
    operations = [
        migrations.AddConstraint(model_name="draft", constraint=models.UniqueConstraint(fields=("tender", "company", "variant"), name="one_draft_per_number")),
    ]
