"""What office, panel and bidders have to do between opening and award, on their desk."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import desk
from accounts.desk import MOST, Task, end_of, role_held
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from evaluation.models import AbnormallyLowCheck, BidClarification, PanelMember, Score, SupplementRequest
from evaluation.stages import Stage, stages
from tendering import overview
from tendering.desk import SECOND, of_office, second_person, under_way
from tendering.lifecycle import Status
from tendering.models import ConflictDeclaration, Tender

BINDING_SOON = timedelta(days=30)
EVALUATION, MY_BIDS = gettext_lazy("Evaluation"), gettext_lazy("My bids")
MAY_DECLARE = frozenset({Status.OPEN, Status.CLOSED, Status.EVALUATION})


def register() -> None:
    """Put the panels on the desk, each once."""
    for panel in (evaluation, seats, asked):
        if panel not in desk.panels:
            desk.panels.append(panel)
    if steps not in overview.step_words:
        overview.step_words.append(steps)


def evaluation(user: User, now: datetime) -> Iterator[Task]:
    """Tenders past their deadline, for officers, second persons and chairs. Twelve queries."""
    buyers = user.organizations_with(Role.OFFICER, Role.APPROVER, Role.PANEL_CHAIR)
    if not buyers:
        return
    past = under_way(buyers, now).filter(released_at__isnull=False, published_at__lte=now, tender_period_end__lte=now)
    tenders = list(past.order_by("tender_period_end")[:MOST])
    declared = set(
        ConflictDeclaration.objects.filter(user=user, tender__in=[tender.pk for tender in tenders]).values_list(
            "tender", flat=True
        )
    )
    opened_ids = [tender.pk for tender in tenders if tender.status(now) == Status.EVALUATION]
    found = stages(opened_ids, now)
    for tender in tenders:
        roles, stage = user.roles_in(tender.buyer_id), found.get(tender.pk, Stage())
        opened = tender.pk in found
        if Role.OFFICER in roles:
            office = [*(_office(tender, stage) if opened else ()), *_binding(tender, now)]
            yield from (of_office(task, tender) for task in office)
        if opened and not roles.isdisjoint({Role.OFFICER, Role.APPROVER}):
            yield from (second_person(user, tender, task) for task in _second(tender, stage, user))
        if opened and Role.PANEL_CHAIR in roles:
            yield from _chair(tender, stage, tender.pk in declared)


def _task(words: str, tender: Tender, page: str, why: str = "", **more: Any) -> Task:
    url = reverse(page, args=[tender.pk])
    return Task(words % {"tender": tender.title}, url, group=EVALUATION, note=tender.reference, why=why, **more)


def _office(tender: Tender, stage: Stage) -> Iterator[Task]:
    """Everything the office can do now; when that is nothing, what it waits for."""
    tasks = [*_panel_and_checks(tender, stage), *_prices(tender, stage), *_result(tender, stage)]
    yield from tasks
    if any(not task.waits for task in tasks) or stage.proposal or stage.selection:
        return
    yield _task(_("The evaluation goes on: %(tender)s"), tender, "evaluation", stage.sentence(), waits=True)


def _panel_and_checks(tender: Tender, stage: Stage) -> Iterator[Task]:
    if stage.scored and not stage.seats:
        why = _("Nobody can score before the evaluators are named.")
        yield _task(_("Appoint the panel: %(tender)s"), tender, "panel", why)
    if stage.unchecked:
        words = ngettext(
            "Check %(n)s bid formally: %(tender)s", "Check %(n)s bids formally: %(tender)s", stage.unchecked
        )
        title = words % {"n": stage.unchecked, "tender": tender.title}
        yield replace(_task("", tender, "checks", _("A second person confirms the checks.")), title=title)
    if stage.documents_missing and not stage.run:
        why = _("Documents that were asked for did not come in time.")
        yield _task(_("Decide on missing documents: %(tender)s"), tender, "checks", why)


def _prices(tender: Tender, stage: Stage) -> Iterator[Task]:
    for bid in sorted(stage.to_judge, key=str):
        why = _("The bidder has handed in documents you asked for.")
        title = _("Look at documents that were handed in: %(tender)s")
        yield replace(_task(title, tender, "checks", why), url=reverse("check_bid", args=[tender.pk, bid]))
    for check in stage.prices:
        url = reverse("check_price", args=[tender.pk, check.pk])
        why = _("The bidder has answered.") if check.answered_at else _("The bidder did not answer in time.")
        yield replace(_task(_("Decide on a surprisingly low price: %(tender)s"), tender, "checks", why), url=url)
    if until := stage.prices_until:
        why = _("The bidder may explain its price until then.")
        yield _task(_("A price is being explained: %(tender)s"), tender, "checks", why, due=until, waits=True)
    if until := stage.documents_until:
        why = _("Missing documents may come until then.")
        yield _task(_("A bidder hands in documents: %(tender)s"), tender, "checks", why, due=until, waits=True)


def _result(tender: Tender, stage: Stage) -> Iterator[Task]:
    if not stage.ready or stage.proposal or stage.selection:
        return
    if stage.is_call:
        why = _("The requests are checked; a second person decides on your proposal.")
        yield _task(_("Select candidates: %(tender)s"), tender, "candidates", why)
        return
    if not stage.run:
        why = _("Checks and panel are complete; the published rule gives the result.")
        yield _task(_("Compute the result: %(tender)s"), tender, "evaluation", why)
    elif not stage.prices and stage.prices_until is None:
        why = _("The result is there; a second person decides on your proposal.")
        yield _task(_("Propose the award: %(tender)s"), tender, "evaluation_award", why)


def _binding(tender: Tender, now: datetime) -> Iterator[Task]:
    """The days until which bidders are bound run out, or have."""
    if tender.bid_validity_end is None:
        return
    end = end_of(tender.bid_validity_end, tender.buyer.time_zone)
    if end - now > BINDING_SOON:
        return
    words = {"day": date_format(tender.bid_validity_end, "DATE_FORMAT")}
    why = _("Bidders are bound until %(day)s. Award before, or ask all of them to stay bound longer.") % words
    if end <= now:
        why = _("Bidders were bound until %(day)s only. Ask all of them whether their bids still stand.") % words
    yield _task(_("Award before the bids lapse: %(tender)s"), tender, "evaluation", why, due=end)


def _second(tender: Tender, stage: Stage, user: User) -> Iterator[Task]:
    """What another person decided and this one may confirm."""
    if stage.unconfirmed - {user.pk}:
        why = _("Checks, exclusions and decisions on prices count when a second person has confirmed them.")
        yield replace(_task(_("Confirm checks of the bids: %(tender)s"), tender, "checks_confirm", why), group=SECOND)
    if stage.selection and stage.selection.proposed_by_id != user.pk:
        why = _("A colleague has proposed whom to invite; the selection needs two people.")
        yield replace(_task(_("Decide on the candidates: %(tender)s"), tender, "candidates", why), group=SECOND)
    if stage.proposal and stage.proposal.requested_by_id != user.pk:
        why = _("A colleague has proposed it; the award needs two people.")
        yield replace(_task(_("Decide on the award: %(tender)s"), tender, "evaluation_award", why), group=SECOND)


def _chair(tender: Tender, stage: Stage, declared: bool) -> Iterator[Task]:
    """Scores that wait for moderation, for the chair; the declaration as soon as there is a panel."""
    if not stage.seats or stage.locked:
        return
    counted = {"done": stage.handed_in, "seats": stage.seats}
    progress = _("%(done)s of %(seats)s evaluators have handed in") % counted
    task = _task(_("Moderate the scores and close the panel: %(tender)s"), tender, "moderation", progress)
    if not stage.complete:
        task = replace(task, waits=True)
        if not declared:
            why = _("Without it nobody sees a bid.")
            task = _task(
                _("Declare whether you have a conflict of interest: %(tender)s"), tender, "scoring_declare", why
            )
    yield replace(task, role=Role.PANEL_CHAIR, organization=tender.buyer_id)


def seats(user: User, now: datetime) -> Iterator[Task]:
    """Own seats on panels, from the appointment until the scores are handed in. Two queries."""
    if not user.organizations_with(Role.EVALUATOR):
        return
    own = PanelMember.objects.filter(user=user, submitted_at=None, tender__awarded_at=None, tender__cancelled_at=None)
    own = own.filter(tender__buyer__in=list(user.role_table), tender__panel_lock=None)
    said = ConflictDeclaration.objects.filter(tender=OuterRef("tender"), user=user).values("conflict")
    found = list(own.annotate(conflict=Subquery(said[:1])).select_related("tender")[:MOST])
    given = dict(
        Score.objects.filter(evaluator=user, bid__tender__in=[seat.tender_id for seat in found])
        .order_by()
        .values_list("bid__tender")
        .annotate(n=Count("pk"))
    )
    for seat in found:
        if seat.conflict is not True:
            task = _seat(seat, given.get(seat.tender_id, 0), now)
            yield replace(task, role=Role.EVALUATOR, organization=seat.tender.buyer_id)


def _seat(seat: Any, given: int, now: datetime) -> Task:
    tender, status = seat.tender, seat.tender.status(now)
    if seat.conflict is None:
        waits = status not in MAY_DECLARE
        why = _("You are on the panel. Without your declaration you see no bid.")
        if waits:
            why = _("You are on the panel; you declare as soon as the tender is published.")
        words = _("Declare whether you have a conflict of interest: %(tender)s")
        return _task(words, tender, "tender_detail" if waits else "scoring_declare", why, waits=waits)
    if status != Status.EVALUATION:
        why = _("The bids come to you when they have been opened.")
        return _task(_("Score the bids: %(tender)s"), tender, "tender_detail", why, waits=True)
    why = ngettext("%(n)s score given so far; hand in when all are there.",
                   "%(n)s scores given so far; hand in when all are there.", given) % {"n": given}  # fmt: skip
    if not given:
        why = _("One bid by one criterion at a time, prices hidden, each with a reason.")
    return _task(_("Score the bids and hand in: %(tender)s"), tender, "scoring", why)


def asked(user: User, now: datetime) -> Iterator[Task]:
    """Questions of buyers about own bids, for the bidder. Four queries."""
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        return
    prices = AbnormallyLowCheck.objects.filter(bid__company__in=companies, answered_at=None, decided_at=None)
    documents = SupplementRequest.objects.filter(bid__company__in=companies, received_at=None, due_at__gt=now)
    why = _("Without an explanation the bid may have to be excluded.")
    yield from _requests(user, prices, _("Explain your price: %(tender)s"), why)
    aid = AbnormallyLowCheck.objects.filter(
        bid__company__in=companies, aid_asked_at__isnull=False, aid_answered_at=None, decided_at=None
    )
    why = _("Without the proof the bid has to be excluded.")
    yield from _requests(user, aid, _("Show that State aid was lawful: %(tender)s"), why, due="aid_due_at")
    why = _("What comes later is marked as late, and may lead to exclusion.")
    yield from _requests(user, documents, _("Send missing documents: %(tender)s"), why)
    questions = BidClarification.objects.filter(bid__company__in=companies, answered_at=None, due_at__gt=now)
    why = _("The buyer asks what an entry means; your bid itself stays as it is.")
    yield from _requests(user, questions, _("Answer a question about your bid: %(tender)s"), why)


def _requests(user: User, rows: QuerySet[Any], words: str, why: str, due: str = "due_at") -> Iterator[Task]:
    """One task per bid, whatever the number of requests."""
    alive = rows.filter(bid__tender__awarded_at=None, bid__tender__cancelled_at=None).select_related("bid__tender")
    for row in _first_of_each_bid(alive.order_by(due)[:MOST]):
        tender, company = row.bid.tender, row.bid.company_id
        role = role_held(user, company, Role.BIDDER, Role.BIDDER_ADMIN)
        task = _task(words, tender, "bid_requests", why, due=getattr(row, due), role=role, organization=company)
        yield replace(task, group=MY_BIDS)


def _first_of_each_bid(rows: Iterable[Any]) -> Iterator[Any]:
    seen = set()
    for row in rows:
        if row.bid_id not in seen:
            seen.add(row.bid_id)
            yield row


def steps(tenders: Iterable[Tender], now: datetime) -> dict[int, str]:
    """{tender: what is next} for those in evaluation, for the overview of the office. Ten queries."""
    running = [tender.pk for tender in tenders if tender.status(now) == Status.EVALUATION]
    return {pk: stage.sentence() for pk, stage in stages(running, now).items()}
