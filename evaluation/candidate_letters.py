"""What a candidate reads about the selection: the decision, its own reasons and points, never another company's."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import User
from evaluation.candidates import Candidate, Field, why
from evaluation.figures import number, shortest
from evaluation.lifecycle import FILE_READERS
from evaluation.models import CandidateLetter


def candidate_letter_for(user: Any, letter_id: UUID) -> CandidateLetter:
    """A letter of the person's own company, or of the own municipality's call for office and audit; else Http404."""
    found = CandidateLetter.objects.select_related("bid__tender__buyer", "bid__tender__contact_unit", "company")
    letter = found.filter(pk=letter_id).first()
    if letter is None or not isinstance(user, User):
        raise Http404
    is_own = user.has_role(letter.company_id, *PROVIDER_ROLES)
    if not (is_own or user.has_role(letter.bid.tender.buyer_id, *FILE_READERS)):
        raise Http404
    return letter


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
