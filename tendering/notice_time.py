"""How long everybody may read of an award: without a call, some months (R23); in all other procedures for good."""

from datetime import datetime

from django.db.models import Q

from tendering.rules.days import months_before
from tendering.rules.rows import rule_book

WITHOUT_CALL = ("NATIONAL_RESTRICTED_WITHOUT_CALL", "NATIONAL_NEGOTIATED_WITHOUT_CALL")
MONTHS = "ex_post_notice_months"


def over(now: datetime) -> Q:
    """Condition on tenders: the time of the notice has passed. Asked when something is read; no job takes it away.

    For procedures without a call under profiles with statutes, by the row of the rule book that is valid today.
    """
    book = rule_book()
    row = book.threshold(MONTHS, now.date())
    bound = [name for name, profile in book.profiles.items() if profile.statutes]
    if row is None or not bound:
        return Q(pk__in=[])
    since = months_before(now, int(row.value))
    return Q(procedure_type__in=WITHOUT_CALL, profile__in=bound, awarded_at__lte=since)
