"""What a candidate reads about the selection: the decision, its own reasons and points, never another company's."""

from django.utils.translation import gettext as _

from evaluation.candidates import Candidate, Field, why
from evaluation.figures import number, shortest


def parts(field: Field, one: Candidate) -> list[str]:
    """Sentences of the letter in the active language."""
    words = {"title": field.call.title, "reference": field.call.reference, "buyer": field.call.buyer.name}
    found = [_("Call for candidates %(reference)s “%(title)s” of %(buyer)s.") % words]
    if one.selected:
        found.append(_("You are selected. You are invited to bid as soon as the documents of the bids are released."))
    else:
        found.append(_("You are not selected and are not invited to bid."))
        found += [_("Reasons:"), *why(field, one)]
    if one.is_suitable and one.total is not None and field.is_limited:
        found += [_points(code.code, code.name, one) for code in field.criteria]
    return found


def _points(code: str, name: str, one: Candidate) -> str:
    score = one.scores[code]
    words = {"code": code, "name": name, "points": number(shortest(score.value)), "reason": score.reason}
    return _("%(code)s %(name)s: %(points)s of 10 points. %(reason)s") % words
