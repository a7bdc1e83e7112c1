from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bids", "0025_drafts_of_one_company")]
    operations = [
        migrations.RemoveConstraint(model_name="bid", name="one_live_bid_per_company"),
    ]
