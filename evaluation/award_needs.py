"""What an award waits for besides the result, as tasks on the page where it is decided."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bids.models import Bid
from evaluation import award_rules
from evaluation.figures import money
from evaluation.lifecycle import decide
from evaluation.readers import Reader
from evaluation.results import ResultView

Need = dict[str, Any]


def award_needs(who: Reader, shown: Mapping[str, str | None], view: ResultView) -> list[Need]:
    """Register, vote and complaints for the lots shown {code: bid number or None}. Five queries."""
    return [*_register(who, shown), *_vote(who, shown, view), *_complaints(who)]


def _register(who: Reader, shown: Mapping[str, str | None]) -> Iterator[Need]:
    """One line for each intended winner where the register has to be asked; the answer for officers only."""
    row = award_rules.register_duty(who.tender, who.now)
    if row is None:
        return
    known = award_rules.fresh_queries(who.tender, who.now)
    may_ask = decide("ask_register", who.tender.status(who.now), who.roles)
    numbers = [name for name in shown.values() if name]
    for bid in Bid.objects.filter(tender=who.tender, reference__in=numbers).select_related("company"):
        query = known.get(bid.company_id)
        note = _("Needed before the award; an answer counts for two months.")
        if query is not None:
            words = {"day": date_format(query.answered_at, "DATE_FORMAT"), "result": query.get_result_display()}
            note = _("Answered on %(day)s.") % words
            if may_ask:
                note = f"{_('Answered on %(day)s: %(result)s.') % words} {query.note}"
        yield {
            "title": _("Register: %(company)s") % {"company": bid.company}, "note": note, "done": query is not None,
            "url": reverse("award_register", args=[who.tender.pk, bid.pk]) if may_ask else "",
            "link": _("Note the answer"),
        }  # fmt: skip


def _vote(who: Reader, shown: Mapping[str, str | None], view: ResultView) -> Iterator[Need]:
    value = award_rules.award_value(who.tender, view.result, shown)
    needed, vote = award_rules.competence(who.tender, value), award_rules.newest_resolution(who.tender)
    if (needed is None or not needed.needs_vote) and vote is None:
        return
    decision = award_rules.decide_vote(needed, vote, shown)
    title = _("Vote of the committee") if needed and needed.body == "committee" else _("Vote of the council")
    note = _("Confirmed.") if decision else str(getattr(decision, "sentence", ""))
    net = _("Net value %(value)s.") % {"value": money(value, who.tender.currency)}
    yield {"title": title, "note": f"{net} {note}", "done": bool(decision), "url": ""}


def _complaints(who: Reader) -> Iterator[Need]:
    for row in award_rules.open_complaints(who.tender):
        yield {
            "title": _("Complaint of %(company)s") % {"company": row.company}, "done": False,
            "note": _("It has not been answered. Think before you decide; it does not stop the award."),
            "url": reverse("award_complaints", args=[who.tender.pk]), "link": _("Read it"),
        }  # fmt: skip
