"""Why a bid got its points, in one text per criterion: what the panel agreed on, else what its members wrote.

No name, no single score.
"""

from evaluation.models import Consensus, Score
from tendering.models import Tender


def reasons_of(tender: Tender, lot: str, bid: str) -> dict[str, str]:
    """{criterion code: reason} of one bid in one lot; two queries."""
    where = {"lot__tender": tender, "lot__code": lot, "bid__reference": bid}
    found: dict[str, list[str]] = {}
    scores = Score.objects.filter(**where).order_by("criterion", "at", "pk")
    for code, comment in scores.values_list("criterion__code", "comment"):
        text = " ".join(comment.split())
        if text and text not in found.setdefault(code, []):
            found[code].append(text)
    agreed = dict(Consensus.objects.filter(**where).values_list("criterion__code", "reason"))
    return {code: " / ".join(texts) for code, texts in found.items()} | agreed
