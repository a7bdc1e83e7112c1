"""What buyers' people have to do with tenders, what has happened to them, and their dates for the calendar."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeAlias

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import desk
from accounts.desk import MOST, MOST_NEWS, Date, News, Task, end_of, role_held
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from tendering.lifecycle import RELEASERS, Status
from tendering.models import (
    Amendment,
    Approval,
    Bookmark,
    ExtensionProposal,
    Invitation,
    Question,
    Subscription,
    Tender,
)
from tendering.rules import answer_day, rule_book
from tendering.zones import zone_of

MOST_FOLLOWED = 500
PREPARING, SECOND, OPEN = gettext_lazy("In preparation"), gettext_lazy("Second person"), gettext_lazy("Open for bids")
STAFF = tuple(role for role in Role.values if role not in PROVIDER_ROLES)
FIELDS = (
    "reference", "title", "profile", "prepared_at", "released_at", "published_at", "enquiry_period_end",
    "tender_period_end", "opening_planned_at", "bid_validity_end", "opened_at", "candidates_decided_at", "awarded_at",
    "cancelled_at", "stage",
    "buyer__name", "buyer__time_zone",
)  # fmt: skip

CARER = ("responsible__function", "responsible__email", "prepared_by")

# ids of tenders a person has to do with beyond its own buyers': upper apps add those it bids in
Ids: TypeAlias = QuerySet[Any, Any]
involved: list[Callable[[User], Iterable[Ids]]] = []


def register() -> None:
    """Put panels, news and dates on the desk, each once."""
    for panel in (office, requested, release, outages, extensions, reminders):
        if panel not in desk.panels:
            desk.panels.append(panel)
    if news not in desk.news:
        desk.news.append(news)
    if dates not in desk.dates:
        desk.dates.append(dates)


def office(user: User, now: datetime) -> Iterator[Task]:
    """Drafts and unanswered questions of own buyers, for officers. One query."""
    buyers = user.organizations_with(Role.OFFICER)
    if not buyers:
        return
    unanswered = Question.objects.filter(tender=OuterRef("pk"), answered_at=None).order_by()
    counted = Subquery(unanswered.values("tender").annotate(n=Count("pk")).values("n"))
    sent_back = Approval.objects.filter(tender=OuterRef("pk"), kind="send_back")
    found = under_way(buyers, now).annotate(unanswered=Coalesce(counted, 0), sent_back=Exists(sent_back))
    found = found.filter(Q(prepared_at=None) | Q(tender_period_end__gt=now, unanswered__gt=0))
    for tender in found.order_by(F("tender_period_end").asc(nulls_last=True), "pk")[:MOST]:
        status = tender.status(now)
        if status == Status.DRAFT:
            yield of_office(_draft(tender, now), tender)
        elif status == Status.OPEN and tender.unanswered:
            yield of_office(_unanswered(tender, now), tender)


def under_way(buyers: Iterable[int], now: datetime) -> QuerySet[Tender]:
    """Tenders of these buyers that have not ended (award, cancellation, decided call), with what the desk says."""
    alive = (
        Q(awarded_at=None) | Q(awarded_at__gt=now), Q(cancelled_at=None) | Q(cancelled_at__gt=now),
        Q(candidates_decided_at=None) | Q(candidates_decided_at__gt=now),
    )  # fmt: skip
    return Tender.objects.filter(*alive, buyer__in=buyers).select_related("buyer", "responsible").only(*FIELDS, *CARER)


def of_office(task: Task, tender: Tender) -> Task:
    """The task as an officer's: by number, for whoever takes care of the procedure."""
    carer = str(tender.responsible) if tender.responsible else ""
    return replace(
        task, note=tender.reference, role=Role.OFFICER, organization=tender.buyer_id,
        responsible=tender.responsible_id, carer=carer,
    )  # fmt: skip


def _draft(tender: Any, now: datetime) -> Task:
    title, why = _("Finish preparing: %(tender)s"), ""
    if tender.sent_back:
        why = _("It was sent back; the reason is among your messages.")
    if tender.tender_period_end and tender.tender_period_end <= now:
        why = _("The planned deadline has passed; set new dates.")
    url = reverse("tender_edit_what", args=[tender.pk])
    return Task(title % {"tender": tender.title}, url, None, PREPARING, why=why)


def _unanswered(tender: Any, now: datetime) -> Task:
    title = ngettext("Answer %(n)s question: %(tender)s", "Answer %(n)s questions: %(tender)s", tender.unanswered)
    due, why = answer_until(tender, now)
    url = reverse("tender_questions", args=[tender.pk])
    return Task(title % {"n": tender.unanswered, "tender": tender.title}, url, due, OPEN, why=why)


def answer_until(tender: Tender, now: datetime) -> tuple[datetime | None, str]:
    """Until when answers have to be out by the tender's rules, and the sentence that says why."""
    end = tender.tender_period_end
    rules = rule_book().profiles.get(tender.profile)
    if end is None:
        return None, ""
    local = end.astimezone(zone_of(tender.buyer)).replace(tzinfo=None)
    day = answer_day(rules, local) if rules else None
    if rules is None or day is None:
        return end, _("Your rules name no day; bidders need the answer well before the deadline.")
    due = end_of(day, tender.buyer.time_zone)
    return due, _answer_reason(rules.key, rules.answer_days or 0, rules.source, day, is_late=due <= now)


def _answer_reason(profile: str, days: int, source: str, day: date, *, is_late: bool) -> str:
    urgent = rule_book().check_period("any_eu", "answers", "urgency", day) if profile == "eu_vgv" else None
    row = rule_book().check_period("any_eu", "answers", "default", day) if profile == "eu_vgv" else None
    words = {"days": days, "source": row.source if row else source, "urgent": urgent.days if urgent else ""}
    if is_late:
        return (
            _("Less than %(days)s whole days are left before the deadline: answer now and move it (%(source)s).")
            % words
        )
    if urgent:
        text = _(
            "Answers have to be out %(days)s whole days before the deadline, %(urgent)s in urgent cases (%(source)s)."
        )
        return text % words
    return _("Answers have to be out %(days)s whole days before the deadline (%(source)s).") % words


def requested(user: User, now: datetime) -> Iterator[Task]:
    """Own drafts of the requesting department, until they are handed over."""
    buyers = [key for key in user.organizations_with(Role.REQUESTER) if not user.has_role(key, Role.OFFICER)]
    if not buyers:
        return
    for tender in under_way(buyers, now).filter(responsible=user, prepared_at=None).order_by("-created_at")[:MOST]:
        title = _("Describe the need and hand it over: %(tender)s") % {"tender": tender.title}
        why = _("The procurement office goes on from there and publishes it.")
        yield Task(
            title, reverse("tender_edit_what", args=[tender.pk]), None, PREPARING, tender.reference, why=why,
            role=Role.REQUESTER, organization=tender.buyer_id, responsible=user.pk,
        )  # fmt: skip


def release(user: User, now: datetime) -> Iterator[Task]:
    """What waits for a second person, who must not be the one that asked. One query."""
    buyers = user.organizations_with(*RELEASERS)
    if not buyers:
        return
    waiting = under_way(buyers, now).filter(prepared_at__isnull=False, released_at=None).exclude(prepared_by=user)
    for tender in waiting.order_by("prepared_at")[:MOST]:
        title = _("Check and release: %(tender)s") % {"tender": tender.title}
        why = _("A colleague has prepared it; a second person publishes it.")
        if tender.tender_period_end and tender.tender_period_end <= now:
            why = _("The planned deadline has passed: send it back for new dates.")
        yield second_person(
            user, tender, Task(title, reverse("tender_release", args=[tender.pk]), None, SECOND, why=why)
        )


def second_person(user: User, tender: Tender, task: Task) -> Task:
    """The task as a second person's: whoever of them comes first does it."""
    role = role_held(user, tender.buyer_id, Role.APPROVER, Role.OFFICER)
    return replace(task, note=tender.reference, role=role, organization=tender.buyer_id)


def outages(user: User, now: datetime) -> Iterator[Task]:
    """Later deadlines the platform proposes after a disturbance of its own. One query."""
    buyers = user.organizations_with(Role.OFFICER)
    if not buyers:
        return
    waiting = ExtensionProposal.objects.filter(
        decision="", tender__buyer__in=buyers, deadline__gt=now, deadline=F("tender__tender_period_end"),
        tender__cancelled_at=None,
    )  # fmt: skip
    for proposal in waiting.select_related("tender__responsible").order_by("deadline")[:MOST]:
        tender = proposal.tender
        title = _("Disturbed before the deadline: %(tender)s") % {"tender": tender.title}
        why = _("The platform proposes one later deadline for everybody; the evidence is with it.")
        url = reverse("tender_proposal", args=[tender.pk, proposal.pk])
        yield of_office(Task(title, url, proposal.deadline, OPEN, why=why), tender)


def extensions(user: User, now: datetime) -> Iterator[Task]:
    """Later deadlines and corrections asked for by somebody else. One query."""
    buyers = user.organizations_with(*RELEASERS)
    if not buyers:
        return
    waiting = Amendment.objects.filter(
        tender__buyer__in=buyers, approved_at=None, tender__tender_period_end__gt=now, tender__cancelled_at=None
    )
    waiting = waiting.exclude(by=user).select_related("tender").order_by("tender__tender_period_end")
    for amendment in waiting[:MOST]:
        tender = amendment.tender
        title, name = _("Release the new deadline: %(tender)s"), "tender_extension"
        why = _("It can be moved only before the present deadline.")
        if amendment.kind == Amendment.Kind.CORRECTION:
            title, name = _("Publish the correction: %(tender)s"), "tender_correction"
            why = _("Text and documents can be corrected only before the deadline.")
        url = reverse(name, args=[tender.pk, amendment.pk])
        words = title % {"tender": tender.title}
        yield second_person(user, tender, Task(words, url, tender.tender_period_end, SECOND, why=why))


def reminders(user: User, now: datetime) -> Iterator[Task]:
    """Bookmarked tenders of which the person wanted to be reminded today. One query."""
    today = localtime(now).date()
    marked = Bookmark.objects.filter(user=user, remind_on__lte=today).select_related("tender__buyer")
    for bookmark in marked.order_by("remind_on")[:MOST]:
        tender = bookmark.tender
        title = _("You wanted to be reminded: %(tender)s") % {"tender": tender.title}
        due = end_of(bookmark.remind_on, tender.buyer.time_zone) if bookmark.remind_on else None
        yield Task(
            title, reverse("tender_detail", args=[tender.pk]), due, _("Bookmarks"), tender.reference, why=bookmark.note
        )


def followed(user: User, now: datetime) -> QuerySet[Tender]:
    """Tenders the person has to do with: own buyers', watched ones, invitations, and what upper apps add.

    The watched are read as ids first (one query), so that the list is found by its indexes and not by a scan.
    """
    watched = Subscription.objects.filter(user=user, tender__isnull=False, confirmed_at__isnull=False, stopped_at=None)
    parts: list[Ids] = [watched.order_by().values_list("tender_id")]
    if companies := user.organizations_with(*PROVIDER_ROLES):
        parts.append(Invitation.objects.filter(provider__in=companies).values_list("tender_id"))
    parts += [part for source in involved for part in source(user)]
    ids = Bookmark.objects.filter(user=user).values_list("tender_id").union(*parts)
    wanted = Q(pk__in=[row[0] for row in ids[:MOST_FOLLOWED]])
    if buyers := user.organizations_with(*STAFF):
        wanted |= Q(buyer__in=buyers)
    return Tender.objects.visible_to(user, now).filter(wanted)


# what a moment of a tender is called
MOMENTS: dict[str, Any] = {
    "released_at": gettext_lazy("Released: %(tender)s"),
    "published_at": gettext_lazy("Published: %(tender)s"),
    "opened_at": gettext_lazy("Opened: %(tender)s"),
    "candidates_decided_at": gettext_lazy("Candidates selected: %(tender)s"),
    "awarded_at": gettext_lazy("Awarded: %(tender)s"),
    "cancelled_at": gettext_lazy("Cancelled: %(tender)s"),
}


def news(user: User, since: datetime, now: datetime) -> Iterator[News]:
    """Moments, amendments and answers of followed tenders in (since, now]; of no bid. Four queries."""
    tenders = followed(user, now)
    yield from _moments(user, tenders, since, now)
    window = {"tender__in": tenders.order_by().values("pk")}
    changed = Amendment.objects.filter(**window, approved_at__gt=since, approved_at__lte=now).select_related("tender")
    for amendment in changed.order_by("-approved_at")[:MOST_NEWS]:
        assert amendment.approved_at is not None
        is_correction = amendment.kind == Amendment.Kind.CORRECTION
        text = _("Corrected: %(tender)s") if is_correction else _("Later deadline: %(tender)s")
        text = text % {"tender": amendment.tender.title}
        yield _news(amendment.tender, text, amendment.approved_at)
    answered = Question.objects.filter(**window, answered_at__gt=since, answered_at__lte=now).select_related("tender")
    for question in answered.order_by("-answered_at").defer("text", "answer")[:MOST_NEWS]:
        assert question.answered_at is not None
        text = _("A question was answered: %(tender)s") % {"tender": question.tender.title}
        yield _news(question.tender, text, question.answered_at)


def _moments(user: User, tenders: QuerySet[Tender], since: datetime, now: datetime) -> Iterator[News]:
    recent = Q()
    for name in MOMENTS:
        recent |= Q(**{f"{name}__gt": since, f"{name}__lte": now})
    staff = set(user.organizations_with(*STAFF))
    found = tenders.filter(recent).only("reference", "title", "buyer", *MOMENTS).order_by("-pk")
    for tender in found[: MOST_NEWS * 5]:
        for name, words in MOMENTS.items():
            moment = getattr(tender, name)
            is_inner = name == "released_at" and (tender.buyer_id not in staff or tender.published_at == moment)
            if moment and since < moment <= now and not is_inner:
                yield _news(tender, str(words) % {"tender": tender.title}, moment)


def _news(tender: Tender, text: str, at: datetime) -> News:
    return News(text, reverse("tender_detail", args=[tender.pk]), at, tender.reference)


def dates(user: User, now: datetime) -> Iterator[Date]:
    """Deadlines, planned openings and days until which bids bind, of own buyers' and followed tenders. One query."""
    staff = set(user.organizations_with(*STAFF))
    coming = (
        Q(tender_period_end__gt=now) | Q(enquiry_period_end__gt=now) | Q(opened_at=None, opening_planned_at__gt=now)
    )
    coming |= Q(buyer__in=staff, awarded_at=None, bid_validity_end__gte=now.date())
    found = followed(user, now).filter(coming, cancelled_at=None).select_related("buyer").only(*FIELDS)
    for tender in found.order_by("tender_period_end")[: MOST * 2]:
        yield from _dates_of(tender, tender.buyer_id in staff, now)


def _dates_of(tender: Tender, is_staff: bool, now: datetime) -> Iterator[Date]:
    rows: list[tuple[str, str, datetime | None]] = [
        ("questions", _("Questions until: %(tender)s"), tender.enquiry_period_end),
        ("end", _("Deadline for bids: %(tender)s"), tender.tender_period_end),
    ]
    if tender.is_call:
        rows[-1] = ("end", _("Deadline for requests to participate: %(tender)s"), tender.tender_period_end)
    if is_staff:
        bound = end_of(tender.bid_validity_end, tender.buyer.time_zone) if tender.bid_validity_end else None
        rows.append(
            ("opening", _("Opening of bids: %(tender)s"), tender.opening_planned_at if not tender.opened_at else None)
        )
        rows.append(("bound", _("Bids are binding until: %(tender)s"), bound))
    url = reverse("tender_detail", args=[tender.pk])
    for key, words, at in rows:
        if at and at > now:
            yield Date(f"tender-{tender.pk}-{key}", words % {"tender": tender.title}, at, url, tender.reference)
