"""What openers, office and bidders have to do about bids, on their desk; before the opening nothing here counts any.

Panels of the proofs that run out are registered beside these by whoever keeps the proofs.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import desk, practice
from accounts.desk import MOST, MOST_NEWS, News, Task, role_held
from accounts.holders import groups_of
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import OpenerKey, User
from bids.actions.late import DECIDERS
from bids.actions.recovery_use import USE_LIFE, WITNESSES
from bids.group_rehearsals import rehearsed
from bids.models import MENDABLE, Bid, BidQuerySet, Draft, Receipt, RecoveryUse, SealPiece
from bids.naming import variant_name
from bids.nouns import said
from bids.trials import SMALL, limit_for, shown
from tendering import desk as of_tenders
from tendering.models import Amendment, ConflictDeclaration, Invitation, Question, Tender

COMING = timedelta(days=7)
OPENING, MY_BIDS = gettext_lazy("Opening"), gettext_lazy("My bids")


def register() -> None:
    """Put panels and news on the desk, each once."""
    panels = (
        missing_key,
        rehearsal,
        recovery,
        envelopes,
        opening,
        office,
        late_bids,
        admitted_bids,
        drafts,
        invited,
        changed,
    )
    for panel in panels:
        if panel not in desk.panels:
            desk.panels.append(panel)
    if received not in desk.news:
        desk.news.append(received)
    if bidding not in of_tenders.involved:
        of_tenders.involved.append(bidding)


def missing_key(user: User, now: datetime) -> Iterator[Task]:
    """A member of an opening group needs a key, and should not have forgotten its pass sentence. Two queries."""
    limit = limit_for(user)
    if limit is None:
        return
    key, url = shown(OpenerKey.objects.own().filter(user=user)).first(), reverse("opener_keys")
    if key is None:
        why = _("Without it no tender of your group can be published.")
        yield Task(_("Make your opening key"), url, None, OPENING, why=why, role=Role.OPENER)
    elif (due := key.shown_at + limit) < now:  # type: ignore[attr-defined]  # annotated
        why = _("Your key has not been tried for %(days)s days. Somebody who has forgotten the sentence cannot open.")
        why = why % {"days": limit.days}
        yield Task(_("Try your pass sentence"), url, due, OPENING, why=why, role=Role.OPENER)


def rehearsal(user: User, now: datetime) -> Iterator[Task]:
    """Groups of the person that have not opened a test bid together, with the keys they have now. One query."""
    if practice.current_run_id() is not None or not user.organizations_with(Role.OPENER):
        return
    whys = {
        "never": _("Your group has never rehearsed an opening. A forgotten sentence is noticed now, not on the day."),
        "changed": _("Somebody has a new key, or another number of people opens together. Open a test bid again."),
        "old": _("Your group has not opened a test bid together for %(days)s days."),
    }
    for one in rehearsed(groups_of(user), now):
        if one.state == "good" or not one.ready:
            continue
        place, url = one.group.organization, reverse("group_rehearsal", args=[one.group.organization_id])
        yield Task(
            _("Rehearse an opening with your group"), url, one.until, OPENING, place.name,
            why=whys[one.state] % {"days": one.days}, role=Role.OPENER, organization=place.pk,
        )  # fmt: skip


def recovery(user: User, now: datetime) -> Iterator[Task]:
    """A recovery key that was used has to be made anew, and one in its envelope tried: for administrators and whoever
    has made it. One query for them, none for others.
    """
    admin = user.organizations_with(Role.ORG_ADMIN)
    if not admin and not user.organizations_with(Role.OPENER):
        return
    found = OpenerKey.objects.recovery().filter(
        Q(user=user) | Q(recovery_for__organization__in=admin), replaced_at=None
    )
    for key in found.select_related("recovery_for__organization").order_by("pk")[:MOST]:
        group = key.recovery_for
        assert group is not None
        url, place = reverse("recovery_key", args=[group.organization_id]), group.organization
        role = Role.ORG_ADMIN if place.pk in admin else Role.OPENER
        task = Task("", url, None, OPENING, place.name, role=role, organization=place.pk)
        last = key.tried_at or key.created_at
        if key.used_at is not None:
            why = _("The envelope was opened. Until there is a new one, new seals have a key less.")
            yield replace(task, title=_("Make a new recovery key"), why=why)
        elif key.user_id == user.pk and last + SMALL < now:
            why = _("The sheet in the envelope has not been tried for %(days)s days.") % {"days": SMALL.days}
            yield replace(task, title=_("Try the recovery key"), why=why, due=last + SMALL)


def envelopes(user: User, now: datetime) -> Iterator[Task]:
    """Envelope logs that the person is asked to confirm. One query."""
    if not user.organizations_with(*WITNESSES):
        return
    asked = RecoveryUse.objects.filter(witness=user, confirmed_at=None, ended_at=None, started_at__gt=now - USE_LIFE)
    for use in asked.select_related("tender")[:MOST]:
        title = _("Confirm the envelope log: %(tender)s") % {"tender": use.tender.title}
        why = _("The recovery key is taken out of its envelope for an opening; you are named as the second person.")
        url = reverse("bid_opening_recovery", args=[use.tender_id])
        yield Task(title, url, None, OPENING, use.tender.reference, why=why, organization=use.tender.buyer_id)


def opening(user: User, now: datetime) -> Iterator[Task]:
    """Tenders whose seal holds a piece of this opener: to be opened now, or within a week. One query."""
    piece = SealPiece.objects.filter(seal__tender=OuterRef("pk"), seal__generation=OuterRef("round"), opener=user)
    piece = piece.filter(key__recovery_for=None)
    declared = ConflictDeclaration.objects.filter(tender=OuterRef("pk"), user=user)
    mine = Tender.objects.visible_to(user, now).filter(
        Exists(piece), _to_open(now), cancelled_at=None, awarded_at=None, released_at__isnull=False,
        published_at__lte=now, tender_period_end__lte=now + COMING, buyer__opening_group__in=groups_of(user),
    )  # fmt: skip
    mine = mine.select_related("buyer").only(*of_tenders.FIELDS)
    for tender in mine.annotate(declared=Exists(declared)).order_by("tender_period_end")[:MOST]:
        yield _opening_task(tender, now)


def _to_open(now: datetime) -> Q:
    """Bids that nobody has opened, and price envelopes whose scores are closed."""
    prices = Q(evaluation__two_envelopes=True, scores_closed_at__lte=now, prices_opened_at=None)
    return Q(opened_at=None) | prices


def _opening_task(tender: Any, now: datetime) -> Task:
    title = said(tender, "Open the bids together: %(tender)s") % {"tender": tender.title}
    if tender.opened_at is not None:
        title = _("Open the price envelopes together: %(tender)s") % {"tender": tender.title}
    why, waits = _("Two openers release their parts within a quarter of an hour."), tender.tender_period_end > now
    if not tender.declared:
        why = _("Declare first that you have no conflict of interest; then two openers release their parts.")
    if waits:
        why = _("Possible from the deadline on. Have your pass sentence ready.")
    return Task(
        title, reverse("bid_opening", args=[tender.pk]), tender.opening_planned_at or tender.tender_period_end,
        OPENING, tender.reference, why=why, role=Role.OPENER, organization=tender.buyer_id, waits=waits,
    )  # fmt: skip


def office(user: User, now: datetime) -> Iterator[Task]:
    """Planned and missed openings, for officers. One query."""
    buyers = user.organizations_with(Role.OFFICER)
    if not buyers:
        return
    found = of_tenders.under_way(buyers, now).filter(
        opened_at=None, released_at__isnull=False, published_at__lte=now, tender_period_end__lte=now + COMING
    )
    for tender in found.order_by("tender_period_end")[:MOST]:
        due = tender.opening_planned_at or tender.tender_period_end
        closed = tender.tender_period_end is not None and tender.tender_period_end <= now
        words = _("Have the openers ready: %(tender)s")
        if closed:
            words = said(tender, "See that the bids are opened: %(tender)s")
        why = _("The deadline has passed; two openers open together.")
        if not closed:
            why = said(tender, "Two people open right after the deadline; until then all bids stay sealed.")
        url = reverse("bid_opening", args=[tender.pk])
        yield of_tenders.of_office(Task(words % {"tender": tender.title}, url, due, OPENING, why=why), tender)


def late_bids(user: User, now: datetime) -> Iterator[Task]:
    """Late bids about which two people have to decide, and bids to be restored or decided about. One query."""
    buyers = user.organizations_with(*DECIDERS)
    mine = _waiting(now).filter(Q(damaged_at=None) | Q(restored_at=None), tender__buyer__in=buyers)
    for bid in mine[:MOST] if buyers else []:
        if bid.damaged_at:
            if bid.damage_decision.get("decided_by") != user.pk:
                yield _damaged_task(bid, role_held(user, bid.tender.buyer_id, *DECIDERS))
            continue
        decision = bid.late_decision
        if decision.get("confirmed_by") or decision.get("decided_by") == user.pk:
            continue
        if decision and decision.get("asked") not in (None, user.pk):
            continue
        words = said(bid.tender, "Decide about a late bid: %(tender)s")
        why = said(bid.tender, "It stays sealed unless two people find that the delay was not the bidder's fault.")
        if decision:
            words = said(bid.tender, "Confirm the decision about a late bid: %(tender)s")
        role = role_held(user, bid.tender.buyer_id, *DECIDERS)
        yield replace(_late_task(words, bid, why), role=role, organization=bid.tender.buyer_id)


def admitted_bids(user: User, now: datetime) -> Iterator[Task]:
    """Admitted late bids and restored ones, for the openers. One query."""
    ready = Q(damaged_at=None, late_admitted_at__isnull=False) | Q(damaged_at__isnull=False, restored_at__isnull=False)
    for bid in _waiting(now).filter(ready, tender__buyer__opening_group__in=groups_of(user))[:MOST]:
        if bid.damaged_at:
            yield _damaged_task(bid, Role.OPENER)
            continue
        why = _("Two people have decided that it counts; two openers open it.")
        task = _late_task(said(bid.tender, "Open an admitted late bid: %(tender)s"), bid, why)
        yield replace(task, role=Role.OPENER, organization=bid.tender.buyer_id)


def _damaged_task(bid: Bid, role: str) -> Task:
    words = said(bid.tender, "Have a bid restored that could not be opened: %(tender)s")
    why = _("Its key is kept and the evaluation waits. The page says what to do.")
    if bid.restored_at:
        words = said(bid.tender, "Open a restored bid: %(tender)s")
        why = _("Its files are whole again; two openers open it.")
    url = reverse("bid_damaged", args=[bid.tender_id, bid.pk])
    title = words % {"tender": bid.tender.title}
    place = bid.tender.buyer_id
    return Task(title, url, None, OPENING, bid.tender.reference, why=why, role=role, organization=place)


def _waiting(now: datetime) -> BidQuerySet:
    """Opened tenders' bids about which something is still to be done: late ones, and those that could not be opened."""
    late = Q(is_late=True, opened_at=None, damaged_at=None)
    waiting = Bid.objects.live().filter(late | MENDABLE, tender__opened_at__lte=now)
    return waiting.filter(
        tender__awarded_at=None, tender__cancelled_at=None, tender__candidates_decided_at=None
    ).select_related("tender")


def _late_task(words: str, bid: Bid, why: str) -> Task:
    url = reverse("bid_late", args=[bid.tender_id, bid.pk])
    return Task(words % {"tender": bid.tender.title}, url, None, OPENING, bid.tender.reference, why=why)


def drafts(user: User, now: datetime) -> Iterator[Task]:
    """Drafts of own companies that can still become a bid, by deadline. One query."""
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        return
    for draft in _drafts(companies, now).order_by("tender__tender_period_end")[:MOST]:
        title = said(draft.tender, "Finish and hand in the bid: %(tender)s") % {"tender": draft.tender.title}
        why = _("In time is what has reached us completely before this moment.")
        url = reverse("bid_draft", args=[draft.pk])
        yield _of_bidder(user, draft, Task(title, url, draft.tender.tender_period_end, MY_BIDS, why=why))


def _drafts(companies: list[int], now: datetime) -> QuerySet[Draft]:
    open_now = Draft.objects.filter(
        company__in=companies,
        tender__tender_period_end__gt=now,
        tender__cancelled_at=None,
        tender__released_at__isnull=False,
    )
    return open_now.defer("content").select_related("tender")


def _of_bidder(user: User, own: Draft | Bid, task: Task) -> Task:
    variant = variant_name(own.variant)
    note = f"{own.tender.reference} · {variant}" if variant else own.tender.reference
    return _of_company(user, own.company_id, replace(task, note=note))


def _of_company(user: User, company_id: int, task: Task) -> Task:
    role = role_held(user, company_id, Role.BIDDER, Role.BIDDER_ADMIN)
    return replace(task, role=role, organization=company_id)


def invited(user: User, now: datetime) -> Iterator[Task]:
    """Invitations to which the company has not answered with a draft or a bid. One query."""
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        return
    own = {"tender": OuterRef("tender"), "company": OuterRef("provider")}
    waiting = Invitation.objects.filter(
        ~Exists(Draft.objects.filter(**own)), ~Exists(Bid.objects.live().filter(**own)), provider__in=companies,
        tender__published_at__lte=now, tender__released_at__isnull=False, tender__tender_period_end__gt=now,
        tender__cancelled_at=None,
    )  # fmt: skip
    for invitation in waiting.select_related("tender").order_by("tender__tender_period_end")[:MOST]:
        tender = invitation.tender
        title = _("You are invited to bid: %(tender)s") % {"tender": tender.title}
        url = reverse("tender_detail", args=[tender.pk])
        task = Task(title, url, tender.tender_period_end, MY_BIDS, why=_("Only invited companies can bid."))
        yield _of_company(user, invitation.provider_id, replace(task, note=tender.reference))


def changed(user: User, now: datetime) -> Iterator[Task]:
    """Open tenders that were changed or explained after the own draft or bid was last written. Two queries."""
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        return
    for draft in _news_since(_drafts(companies, now), "updated_at")[:MOST]:
        title = _("Read what has changed: %(tender)s") % {"tender": draft.tender.title}
        why = _("The tender was changed or a question was answered since your draft was last saved.")
        task = Task(
            title, reverse("tender_detail", args=[draft.tender_id]), draft.tender.tender_period_end, MY_BIDS, why=why
        )
        yield _of_bidder(user, draft, task)
    sent = Bid.objects.live().filter(
        company__in=companies, is_late=False, tender__tender_period_end__gt=now, tender__cancelled_at=None
    )
    for bid in _news_since(sent.select_related("tender"), "received_at").order_by("tender__tender_period_end")[:MOST]:
        title = said(bid.tender, "Check whether your bid still fits: %(tender)s") % {"tender": bid.tender.title}
        why = said(
            bid.tender,
            "The tender was changed or a question was answered after you handed in; you can replace your bid.",
        )
        task = Task(
            title, reverse("tender_detail", args=[bid.tender_id]), bid.tender.tender_period_end, MY_BIDS, why=why
        )
        yield _of_bidder(user, bid, task)


def _news_since(rows: QuerySet[Any], column: str) -> QuerySet[Any]:
    moment = OuterRef(column)
    amended = Amendment.objects.filter(tender=OuterRef("tender"), approved_at__gt=moment)
    answered = Question.objects.filter(tender=OuterRef("tender"), answered_at__gt=moment)
    return rows.filter(Exists(amended) | Exists(answered))


def bidding(user: User) -> Iterator[QuerySet[Any, Any]]:
    """Ids of the tenders for which the person's companies prepare a bid or have handed one in: its own matter."""
    if companies := user.organizations_with(*PROVIDER_ROLES):
        yield Draft.objects.filter(company__in=companies).values_list("tender_id")
        yield Bid.objects.live().filter(company__in=companies).order_by().values_list("tender_id")


def received(user: User, since: datetime, now: datetime) -> Iterator[News]:
    """Own receipts: what somebody of the company handed in, replaced or withdrew. One query."""
    companies = user.organizations_with(*PROVIDER_ROLES)
    if not companies:
        return
    words = {
        "submit": "Your bid has been received: %(tender)s",
        "replace": "Your bid has been replaced: %(tender)s",
        "withdraw": "Your bid has been withdrawn: %(tender)s",
    }
    found = Receipt.objects.filter(bid__company__in=companies, at__gt=since, at__lte=now).defer("note")
    for receipt in found.select_related("bid__tender").order_by("-at")[:MOST_NEWS]:
        tender = receipt.bid.tender
        text = said(tender, words[receipt.act]) % {"tender": tender.title}
        yield News(text, reverse("bid_receipt", args=[receipt.pk]), receipt.at, tender.reference)
