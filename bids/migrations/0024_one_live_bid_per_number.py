from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bids", "0023_one_draft_per_number")]
    operations = [
        migrations.AddConstraint(
            model_name="bid",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None), ("withdrawn_at", None)),
                fields=("tender", "company", "variant", "round", "is_late"),
                name="one_live_bid_per_number",
            ),
        ),
    ]
