"""Am I eligible? What a tender asks for, held against a company's profile or a visitor's own answers. Nothing is kept.

Proofs are judged on the day of the deadline, because a paper that has run out by then does not count.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.decision import RefusedError
from accounts.models import Organization, User
from bids import grounds, proofs
from bids.actions.access import require_may_bid
from bids.actions.declaration import declared
from bids.actions.drafts import content_of
from bids.models import Draft, Proof
from tendering.models import Authority, Criterion, CriterionKind, Tender
from tendering.zones import zone_of

State = Literal["met", "missing", "unknown"]
Kind = Literal["requirement", "proof"]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing the tender asks for and how it stands. `key` names its question; `by` who answered it."""

    key: str
    kind: Kind
    name: str
    state: State
    note: str = ""
    hint: str = ""
    by: Literal["", "profile", "draft", "answer"] = ""

    @property
    def is_asked(self) -> bool:
        """Whether the person may answer it: neither the profile nor the draft has settled it."""
        return self.by in {"", "answer"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the tender asks for: requirements, papers about the company, papers written for this bid; its two days."""

    requirements: Sequence[Criterion]
    papers: Sequence[str]
    others: Sequence[str]
    needs_authority: bool
    deadline: date
    binding_until: date | None


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of the company: its proofs, what its draft declares, who may act, and what bars it from bidding."""

    proofs: Sequence[Proof]
    declared: Mapping[str, bool]
    may_act: bool
    bar: str = ""
    self_declared: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in one sentence; `kind` is that of an alert, the numbers are those of the points."""

    kind: Literal["success", "info", "warning", "danger"]
    sentence: str
    more: str
    proofs: int
    missing_proofs: int
    unmet: int
    unknown: int


def asked_by(tender: Tender, now: datetime) -> Asked:
    """What counts before bidding; two queries."""
    end = tender.tender_period_end or now
    documents = list(tender.required_documents.all())
    return Asked(
        requirements=list(tender.criteria.filter(kind=CriterionKind.MANDATORY)),
        papers=[row.name for row in documents if row.category == proofs.ABOUT_THE_COMPANY],
        others=[row.name for row in documents if row.category != proofs.ABOUT_THE_COMPANY],
        needs_authority=tender.authority == Authority.DOCUMENT,
        deadline=end.astimezone(zone_of(tender.buyer)).date(),
        binding_until=tender.bid_validity_end,
    )


def own_side(actor: User, company: Organization, tender: Tender, asked: Asked, now: datetime) -> Own:
    """The company as it stands now, for one of its people."""
    draft = Draft.objects.filter(tender=tender, company=company).order_by("variant").first()
    authority = proofs.authority_of(actor, company, asked.deadline) if asked.needs_authority else None
    return Own(
        proofs=list(proofs.kept(company)),
        declared=content_of(draft).mandatory if draft else {},
        may_act=authority is not None,
        bar=_bar(actor, company, tender, now),
        self_declared=_declared_on(company),
    )


def _declared_on(company: Organization) -> date | None:
    found = declared(company)
    return found.declared_on if found else None


def points(asked: Asked, own: Own | None, answers: Mapping[str, bool]) -> list[Point]:
    """Every point in the order of the tender; `answers` count where neither profile nor draft has the answer."""
    return [_answered(point, answers) for point in _points(asked, own)]


def verdict(found: Sequence[Point], own: Own | None = None) -> Verdict:
    """The one sentence; the worst news first."""
    asked_proofs = [point for point in found if point.kind == "proof"]
    missing = sum(point.state == "missing" for point in asked_proofs)
    unmet = sum(point.state == "missing" and point.kind == "requirement" for point in found)
    unknown = sum(point.state == "unknown" for point in found)
    kind, sentence = _sentence(found, len(asked_proofs), missing, unmet, unknown)
    if own is not None and own.bar:
        kind, sentence = "danger", own.bar
    more = []
    if unmet and missing:
        more.append(_missing(missing, len(asked_proofs)))
    if unknown and (unmet or missing):
        more.append(ngettext("One point only you can judge.", "%(n)s points only you can judge.", unknown)
                    % {"n": unknown})  # fmt: skip
    return Verdict(kind, sentence, " ".join(more), len(asked_proofs), missing, unmet, unknown)


def _sentence(
    found: Sequence[Point], asked_proofs: int, missing: int, unmet: int, unknown: int
) -> tuple[Literal["success", "info", "warning", "danger"], str]:
    if unmet:
        words = ngettext(
            "You do not meet one requirement. That would exclude your bid.",
            "You do not meet %(n)s requirements. That would exclude your bid.",
            unmet,
        )
        return "danger", words % {"n": unmet}
    if missing:
        return "warning", _missing(missing, asked_proofs)
    if unknown:
        words = ngettext(
            "Nothing speaks against it so far; one point only you can judge.",
            "Nothing speaks against it so far; %(n)s points only you can judge.",
            unknown,
        )
        return "info", words % {"n": unknown}
    if not found:
        return "success", _("You can bid: this tender asks for no proofs and has no requirements.")
    words = ngettext("You can bid: the one point is met.", "You can bid: all %(n)s points are met.", len(found))
    return "success", words % {"n": len(found)}


def _missing(missing: int, asked_proofs: int) -> str:
    if asked_proofs == 1:
        return _("You miss the one proof that is asked for.")
    words = ngettext("You miss one of %(all)s proofs.", "You miss %(n)s of %(all)s proofs.", missing)
    return words % {"n": missing, "all": asked_proofs}


def _points(asked: Asked, own: Own | None) -> Iterator[Point]:
    for number, criterion in enumerate(asked.requirements):
        yield _requirement(f"requirement_{number}", criterion, own)
    for number, name in enumerate(asked.papers):
        yield _paper(f"proof_{number}", name, asked, own)
    if asked.needs_authority:
        yield _authority(own)


def _requirement(key: str, criterion: Criterion, own: Own | None) -> Point:
    point = Point(key, "requirement", str(criterion), "unknown", hint=criterion.description or criterion.proof)
    met = own.declared.get(criterion.code) if own else None
    if met is not None:
        return replace(point, state="met" if met else "missing", by="draft", note=_("As your draft says."))
    fits = proofs.best_fit(criterion.proof, own.proofs) if own and criterion.proof else None
    note = _("“%(title)s” in your profile may show it.") % {"title": fits.title} if fits else ""
    return replace(point, note=note)


def _paper(key: str, name: str, asked: Asked, own: Own | None) -> Point:
    point = Point(key, "proof", name, "unknown")
    if own is None:
        return point
    if own.self_declared and grounds.is_about(name):
        note = _("Your self-declaration of %(day)s; the bid takes it over with one click.")
        return replace(point, state="met", by="profile", note=note % {"day": _day(own.self_declared)})
    begun = [proof for proof in own.proofs if proof.valid_from is None or proof.valid_from <= asked.deadline]
    if lasting := proofs.best_fit(name, [proof for proof in begun if _lasts(proof, asked.deadline)]):
        return replace(point, state="met", by="profile", note=_lasting(lasting, asked))
    if ended := proofs.best_fit(name, begun):
        words = _("“%(title)s” in your profile ends on %(day)s, before the deadline. Get a newer one.")
        return replace(point, state="missing", note=words % {"title": ended.title, "day": _day(ended.valid_until)})
    return replace(point, state="missing", note=_("Not in your profile yet."))


def _lasts(proof: Proof, day: date) -> bool:
    return proof.valid_until is None or proof.valid_until >= day


def _lasting(proof: Proof, asked: Asked) -> str:
    if asked.binding_until is None or _lasts(proof, asked.binding_until):
        return _("“%(title)s” in your profile fits.") % {"title": proof.title}
    words = _("“%(title)s” in your profile fits; it ends on %(day)s, while bids are still binding. Renew it in time.")
    return words % {"title": proof.title, "day": _day(proof.valid_until)}


def _authority(own: Own | None) -> Point:
    point = Point("authority", "proof", _("Authority to act for the company"), "unknown")
    if own is None:
        return point
    if own.may_act:
        return replace(point, state="met", by="profile", note=_("In your profile, valid on the day of the deadline."))
    note = _("An administrator of your company adds it to the profile and names you.")
    return replace(point, state="missing", by="profile", note=note)


def _answered(point: Point, answers: Mapping[str, bool]) -> Point:
    if not point.is_asked or point.key not in answers:
        return point
    note = _("Add it to your profile or upload it into the bid.") if point.kind == "proof" else point.note
    has = answers[point.key]
    return replace(point, state="met" if has else "missing", by="answer", note=note if has else point.note)


def _bar(actor: User, company: Organization, tender: Tender, now: datetime) -> str:
    """Why this company or person cannot bid here at all; "" if nothing bars it."""
    try:
        require_may_bid(actor, company, tender, now)
    except Http404:
        return _("Only companies the buyer has invited can bid for this tender.")
    except RefusedError as error:
        return str(error.refused.sentence)
    return ""


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def in_state(found: Collection[Point], state: State) -> list[Point]:
    """The points that stand so."""
    return [point for point in found if point.state == state]
