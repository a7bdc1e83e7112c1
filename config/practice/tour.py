"""Guided tours by role: what, why, and the page itself. Links are looked up among what the visitor may see now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from bids.models import Draft, Receipt
from evaluation.models import PanelMember
from pilots.models import Pilot
from tendering.lifecycle import Status
from tendering.models import Tender

Text = str | Promise
Link = Callable[[Any, datetime], str]


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: what one sees there, why it is so, and where it is ("" when there is nothing of the kind yet)."""

    what: Text
    why: Text
    link: Link


@dataclass(frozen=True, slots=True)
class Tour:
    """`role`: whose eyes one looks through, None for everybody's; `practice`: the part to practise afterwards."""

    key: str
    title: Text
    text: Text
    role: Role | None
    stops: tuple[Stop, ...]
    practice: str = ""


def page(name: str) -> Link:
    """A page without an object."""
    return lambda _actor, _now: address(name)


def address(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def own(name: str, role: Role, *statuses: Status, otherwise: str = "tender_list") -> Link:
    """A page of the newest tender in one of the statuses of a buyer for whom the visitor holds the role."""

    def link(actor: Any, now: datetime) -> str:
        tenders: Any = Tender.objects.filter(buyer__in=_places(actor, role)).with_status(now)
        found = tenders.filter(status_now__in=statuses).order_by("-pk").first()
        return address(name, found.pk) if found else address(otherwise)

    return link


def public(name: str, *statuses: Status) -> Link:
    """A page of a published tender in one of the statuses."""

    def link(actor: Any, now: datetime) -> str:
        tenders: Any = Tender.objects.visible_to(actor, now).filter(published_at__lte=now).with_status(now)
        found = tenders.filter(status_now__in=statuses).order_by("tender_period_end", "pk").first()
        return address(name, found.pk) if found else address("tender_list")

    return link


def _places(actor: Any, *roles: str) -> list[int]:
    return actor.organizations_with(*roles) if isinstance(actor, User) else []


def _draft(actor: Any, _now: datetime) -> str:
    found = Draft.objects.filter(company__in=_places(actor, *PROVIDER_ROLES)).order_by("-updated_at").first()
    return address("bid_draft", found.pk) if found else address("bid_list")


def _receipt(actor: Any, _now: datetime) -> str:
    found = Receipt.objects.filter(bid__company__in=_places(actor, *PROVIDER_ROLES)).order_by("-at").first()
    return address("bid_receipt", found.pk) if found else address("bid_list")


def _seat(name: str) -> Link:
    """A page of a tender on whose panel the visitor sits, one that is still judged before others."""

    def link(actor: Any, _now: datetime) -> str:
        seats = PanelMember.objects.filter(user=actor.pk if isinstance(actor, User) else None)
        found = seats.order_by("tender__awarded_at", "-tender_id").values_list("tender_id", flat=True)
        waiting = found.filter(tender__awarded_at=None).first() or found.first()
        return address(name, waiting) if waiting else address("desk")

    return link


def _pilot(actor: Any, now: datetime) -> str:
    pilots = Pilot.objects.visible_to(actor, now).filter(registered_at__lte=now)
    found = pilots.order_by("-decided_at", "-analysed_at", "-pk").first() or pilots.first()
    return address("pilot_detail", found.pk) if found else address("pilot_list")


PUBLISHED = (Status.OPEN, Status.CLOSED, Status.EVALUATION, Status.AWARDED)
JUDGED = (Status.AWARDED, Status.EVALUATION)

TOURS: tuple[Tour, ...] = (
    Tour(
        "public",
        _("For citizens and journalists"),
        _("Everything that is public, without an account."),
        None,
        (
            Stop(
                _("All tenders, with filters"),
                _("Everything can be read, subscribed to and downloaded without an account."),
                page("tender_list"),
            ),
            Stop(
                _("One tender with its formula"),
                _("How bids are judged is published before anybody bids, and cannot be changed afterwards."),
                public("tender_detail", Status.OPEN),
            ),
            Stop(_("Results"), _("Who won, for how much, and what it saves against today."), page("results")),
            Stop(_("A pilot"), _("What was promised before the trial began stands beside what was measured."), _pilot),
            Stop(
                _("How bids are protected"),
                _("In plain words: who can see what, from when on, and how you check it."),
                page("security"),
            ),
        ),
    ),
    Tour(
        "bidder",
        _("For companies"),
        _("From the first look to the receipt."),
        Role.BIDDER,
        (
            Stop(
                _("Find a tender"),
                _("Search by words, place or service; the address of a search can be kept and subscribed to."),
                page("tender_list"),
            ),
            Stop(
                _("Read it and ask"),
                _("Questions are answered for all, and nobody learns who asked."),
                public("tender_detail", Status.OPEN),
            ),
            Stop(_("Your bid as a task list"), _("Any order, saved as you go, encrypted from the first file."), _draft),
            Stop(_("Your bids"), _("Every version stays; one counts."), page("bid_list")),
            Stop(
                _("The receipt"),
                _("The exact moment and a signed note anybody can check. You can stop worrying."),
                _receipt,
            ),
            Stop(_("Results"), _("You learn how your bid did, against whom, and why."), page("results")),
        ),
        "bidder",
    ),
    Tour(
        "officer",
        _("For procurement officers"),
        _("From the draft to the workbook."),
        Role.OFFICER,
        (
            Stop(_("What is to do"), _("One list over all procurements, the most urgent first."), page("desk")),
            Stop(
                _("A new tender in four steps"),
                _("Lawful defaults stand there already; everything else is folded away."),
                page("tender_new"),
            ),
            Stop(
                _("A draft with its rules"),
                _("What the law asks is said where you write, with its source."),
                own("tender_edit_publish", Role.OFFICER, Status.DRAFT, otherwise="tender_new"),
            ),
            Stop(
                _("A running tender"),
                _("Nobody sees a bid, and nobody sees how many there are."),
                own("tender_detail", Role.OFFICER, *PUBLISHED),
            ),
            Stop(
                _("From opening to award"),
                _("The steps, whose turn it is, and what is still missing."),
                own("evaluation", Role.OFFICER, Status.EVALUATION, Status.AWARDED),
            ),
            Stop(
                _("The result"),
                _("A sentence, a picture, a table, and how firmly the first place stands."),
                own("evaluation_result", Role.OFFICER, Status.AWARDED),
            ),
            Stop(
                _("The award"),
                _("You propose, a second person decides."),
                own("evaluation_award", Role.OFFICER, Status.AWARDED),
            ),
        ),
        "officer",
    ),
    Tour(
        "approver",
        _("For the second person"),
        _("Read, release, decide."),
        Role.APPROVER,
        (
            Stop(
                _("What waits for you"),
                _("Releases, confirmations and awards that somebody else has prepared."),
                page("desk"),
            ),
            Stop(
                _("Release a tender"),
                _("You see what the public will see, and publish it or send it back."),
                own("tender_release", Role.APPROVER, Status.PREPARED, otherwise="desk"),
            ),
            Stop(
                _("Decide on an award"),
                _("Nobody decides what the same person has proposed."),
                own("evaluation_award", Role.APPROVER, Status.AWARDED, otherwise="desk"),
            ),
        ),
    ),
    Tour(
        "opener",
        _("For openers"),
        _("Two keys, one opening."),
        Role.OPENER,
        (
            Stop(
                _("Your key"),
                _("Locked under your pass sentence: without the sentence it opens nothing."),
                page("opener_keys"),
            ),
            Stop(
                _("An opening"),
                _("Possible only after the deadline, and only with a second person."),
                own("bid_opening", Role.OPENER, Status.CLOSED, Status.EVALUATION, Status.AWARDED),
            ),
            Stop(
                _("The record"),
                _("Who bid what, who opened when, with a fingerprint in the trail."),
                own("bid_opening_record", Role.OPENER, *JUDGED),
            ),
        ),
        "opener",
    ),
    Tour(
        "evaluator",
        _("For evaluators"),
        _("Score without seeing prices."),
        Role.EVALUATOR,
        (
            Stop(_("What waits for you"), _("Panels you sit on, and what is still to score."), page("desk")),
            Stop(
                _("Your score sheet"),
                _("0 to 10 points with a reason for each; nobody sees them before you hand in."),
                _seat("scoring"),
            ),
            Stop(
                _("Where the procedure stands"),
                _("After the panel has closed you see prices and the ranking."),
                _seat("evaluation"),
            ),
        ),
        "evaluator",
    ),
    Tour(
        "panel_chair",
        _("For the chair of a panel"),
        _("Compare, agree, close."),
        Role.PANEL_CHAIR,
        (
            Stop(_("What waits for you"), _("Panels whose scores have all come in."), page("desk")),
            Stop(
                _("The scores side by side"),
                _("Where they lie far apart the panel agrees on one and says why."),
                own("moderation", Role.PANEL_CHAIR, *JUDGED),
            ),
        ),
    ),
    Tour(
        "council_member",
        _("For council members"),
        _("One page to vote on."),
        Role.COUNCIL_MEMBER,
        (
            Stop(
                _("Papers of the next session"),
                _("The proposal, the figures, your own notes and questions."),
                page("papers"),
            ),
            Stop(_("A pilot before its decision"), _("Promise, measurement and money on one page."), _pilot),
            Stop(
                _("A result in detail"),
                _("The same figures the office sees, with how firmly they stand."),
                own("evaluation_result", Role.COUNCIL_MEMBER, *JUDGED),
            ),
        ),
        "council_member",
    ),
    Tour(
        "auditor",
        _("For auditors"),
        _("Nothing is deleted, everything can be recalculated."),
        Role.AUDITOR,
        (
            Stop(_("The audit room"), _("Procedures, combined roles, findings, the trail."), page("audit_room")),
            Stop(
                _("The way of a procedure"),
                _("Each step with who did it and who confirmed it."),
                own("evaluation", Role.AUDITOR, *JUDGED),
            ),
            Stop(
                _("The result and its workbook"),
                _("Live formulas: change an input and see whether it is still official."),
                own("evaluation_result", Role.AUDITOR, *JUDGED),
            ),
            Stop(
                _("The record of the opening"),
                _("Who released a key when, and the fingerprint of the record."),
                own("bid_opening_record", Role.AUDITOR, *JUDGED),
            ),
        ),
    ),
)


def tour(key: str) -> Tour | None:
    return next((one for one in TOURS if one.key == key), None)


def stops(chosen: Tour, actor: Any, now: datetime) -> list[tuple[Stop, str]]:
    """The stops that exist here, each with its address for this visitor ("" without the role)."""
    may = chosen.role is None or (isinstance(actor, User) and bool(actor.organizations_with(chosen.role)))
    found = [(stop, stop.link(actor, now)) for stop in chosen.stops]
    return [(stop, link if may else "") for stop, link in found if link]
