from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bids", "0024_one_live_bid_per_number")]
    operations = [
        migrations.RemoveConstraint(model_name="draft", name="one_draft_per_company"),
    ]
