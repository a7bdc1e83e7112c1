"""What there is to do with pilots and council papers of the own municipality, what is new, dates for the calendar."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import desk
from accounts.desk import MOST, MOST_NEWS, Date, News, Task, Text, end_of, role_held
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import User
from pilots import completeness
from pilots.lifecycle import SECOND_PEOPLE
from pilots.models import AnalysisRun, CouncilPaper, PaperComment, Pilot
from pilots.next_step import next_step

GROUP, PAPERS = _("Pilots"), _("Council")
STAFF = tuple(role for role in Role.values if role not in PROVIDER_ROLES)
HEAVY = ("sealed_registration", "funding", "council", "costs", "description", "control_description")
MOMENTS = {
    "registered_at": _("Pilot registered: %(pilot)s"),
    "analysed_at": _("Pilot evaluated: %(pilot)s"),
    "decided_at": _("Pilot decided: %(pilot)s"),
}


def register() -> None:
    """Put panels, news and dates on the desk, each once."""
    for panel in (tasks, papers, questions):
        if panel not in desk.panels:
            desk.panels.append(panel)
    if news not in desk.news:
        desk.news.append(news)
    if dates not in desk.dates:
        desk.dates.append(dates)


def tasks(user: User, now: datetime) -> Iterator[Task]:
    """The next step of each undecided pilot where it is this person's turn. Two queries."""
    if own := user.organizations_with(*SECOND_PEOPLE, Role.COUNCIL_MEMBER):
        yield from _tasks_at(user, own, now)
    if user.organizations_with(Role.OFFICER, Role.REQUESTER):
        yield Task(_("Prepare a new pilot"), reverse("pilot_new"), group=GROUP, offer=True)


def _tasks_at(user: User, own: list[int], now: datetime) -> Iterator[Task]:
    found = (
        Pilot.objects.filter(municipality__in=own, decided_at=None)
        .select_related("municipality")
        .defer(*HEAVY)
        .annotate(
            indicator_count=Count("indicators", distinct=True), values=Count("indicators__measurements", distinct=True)
        )
        .order_by(F("gate_date").asc(nulls_last=True), "pk")[:MOST]
    )
    runs = AnalysisRun.objects.filter(pilot__in=[pilot.pk for pilot in found], confirmed_at=None)
    open_runs = {run.pilot_id: run for run in runs.defer("inputs", "result").order_by("id")}
    for pilot in found:
        yield from _of_pilot(user, pilot, open_runs.get(pilot.pk), now)


def _of_pilot(user: User, pilot: Any, open_run: AnalysisRun | None, now: datetime) -> Iterator[Task]:
    roles = user.roles_in(pilot.municipality_id)
    complete = pilot.values >= completeness.needed(pilot, pilot.indicator_count) > 0
    step = next_step(pilot, now, roles, user.pk, open_run=open_run, complete=complete)
    due, place, late = _gate(pilot), pilot.municipality_id, _overdue(pilot, now)
    if step:
        title = f"{step.button}: {pilot.title}"
        role = role_held(user, place, Role.OFFICER, Role.REQUESTER, Role.APPROVER, Role.AUDITOR)
        why = f"{step.sentence} {late}".strip()
        url = _address(step.page, step.is_post, pilot)
        yield Task(title, url, due, GROUP, pilot.reference, why=why, role=role, organization=place)
    elif Role.COUNCIL_MEMBER in roles and (pilot.analysed_at or late):
        title = gettext("Decide on the pilot: %(pilot)s") % {"pilot": pilot.title}
        why = late or gettext("The result is there: adopt, extend, adapt or stop.")
        if not pilot.analysed_at:
            why = f"{late} {gettext('The result is not there yet.')}"
        yield Task(
            title, reverse("pilot_detail", args=[pilot.pk]), due, GROUP, pilot.reference, why=why,
            role=Role.COUNCIL_MEMBER, organization=place, waits=not pilot.analysed_at,
        )  # fmt: skip


def _overdue(pilot: Pilot, now: datetime) -> str:
    """How long ago the decision was due, in words; "" before."""
    gate = _gate(pilot)
    if gate is None or gate > now:
        return ""
    days = max(1, (localtime(now, gate.tzinfo).date() - gate.date()).days)
    words = ngettext("The decision was due %(n)s day ago.", "The decision was due %(n)s days ago.", days)
    return words % {"n": days}


def _address(page: str, is_post: bool, pilot: Pilot) -> str:
    """Steps that are one click stand on the pilot's own page."""
    return reverse("pilot_detail" if is_post else page, args=[pilot.pk])


def _gate(pilot: Pilot) -> datetime | None:
    """The end of the gate day at the municipality."""
    return end_of(pilot.gate_date, pilot.municipality.time_zone) if pilot.gate_date else None


def papers(user: User, now: datetime) -> Iterator[Task]:
    """Papers to read before the session, for the council; to issue and to record, for the office. One query."""
    own = user.organizations_with(Role.COUNCIL_MEMBER, Role.OFFICER)
    if not own:
        return
    waiting = _papers(own, now).filter(vote=None).order_by("session_at")
    for paper in waiting[:MOST]:
        roles = user.roles_in(paper.municipality_id)
        if Role.COUNCIL_MEMBER in roles and paper.issued_at and paper.issued_at <= now < paper.session_at:
            why = _("%(body)s meets on %(day)s.") % {
                "body": paper.body, "day": date_format(localtime(paper.session_at), "DATE_FORMAT"),
            }  # fmt: skip
            yield _paper(_("Read the paper: %(subject)s"), paper, Role.COUNCIL_MEMBER, why)
        if Role.OFFICER in roles:
            yield from _paper_of_office(paper, now)


def _papers(own: list[int], now: datetime) -> QuerySet[CouncilPaper]:
    found = CouncilPaper.objects.filter(municipality__in=own, withdrawn_at=None)
    found = found.exclude(tender__cancelled_at__lte=now).select_related("tender", "pilot", "vote")
    return found.only(
        "body", "session_at", "issued_at", "municipality", "agenda_item", "tender__title", "pilot__title", "vote__id"
    )


def _paper_of_office(paper: CouncilPaper, now: datetime) -> Iterator[Task]:
    if paper.issued_at is None:
        why = _("The council needs it before the session.")
        yield _paper(_("Finish and issue the council paper: %(subject)s"), paper, Role.OFFICER, why)
    elif paper.session_at <= now:
        why = _("The session is over; the decision is not recorded yet.")
        yield _paper(_("Record what the council decided: %(subject)s"), paper, Role.OFFICER, why)


def _paper(words: Text, paper: CouncilPaper, role: str, why: Text) -> Task:
    title = str(words) % {"subject": _subject(paper)}
    return Task(
        title, _paper_address(paper), paper.session_at, PAPERS, paper.agenda_item, why=why, role=role,
        organization=paper.municipality_id,
    )  # fmt: skip


def _subject(paper: CouncilPaper) -> str:
    subject = paper.tender or paper.pilot
    return subject.title if subject else paper.body


def _paper_address(paper: CouncilPaper) -> str:
    """The paper's own page; its subject's where papers have none."""
    try:
        return reverse("paper", args=[paper.pk])
    except NoReverseMatch:
        name, pk = ("tender_detail", paper.tender_id) if paper.tender_id else ("pilot_detail", paper.pilot_id)
        return reverse(name, args=[pk])


def questions(user: User, now: datetime) -> Iterator[Task]:
    """Questions of the council without an answer, for the office: one task per paper. One query."""
    own = user.organizations_with(Role.OFFICER)
    if not own:
        return
    asked = PaperComment.objects.filter(
        paper__municipality__in=own, paper__withdrawn_at=None, paper__vote=None, is_question=True, answered_at=None
    ).values("paper", "paper__tender__title", "paper__pilot__title", "paper__session_at", "paper__municipality",
             "paper__tender", "paper__pilot")  # fmt: skip
    for row in asked.annotate(n=Count("pk")).order_by("paper__session_at")[:MOST]:
        words = ngettext(
            "Answer %(n)s question of the council: %(subject)s", "Answer %(n)s questions of the council: %(subject)s",
            row["n"],
        )  # fmt: skip
        paper = CouncilPaper(pk=row["paper"], tender_id=row["paper__tender"], pilot_id=row["paper__pilot"])
        title = words % {"n": row["n"], "subject": row["paper__tender__title"] or row["paper__pilot__title"]}
        why = _("Members read the answer before they vote.")
        yield Task(
            title, _paper_address(paper), row["paper__session_at"], PAPERS, why=why, role=Role.OFFICER,
            organization=row["paper__municipality"],
        )  # fmt: skip


def news(user: User, since: datetime, now: datetime) -> Iterator[News]:
    """Pilots of the own municipality registered, evaluated, decided; papers issued. Two queries."""
    own = user.organizations_with(*STAFF)
    if not own:
        return
    recent = Q()
    for name in MOMENTS:
        recent |= Q(**{f"{name}__gt": since, f"{name}__lte": now})
    for pilot in Pilot.objects.filter(recent, municipality__in=own).only("reference", "title", *MOMENTS)[:MOST]:
        for name, words in MOMENTS.items():
            moment = getattr(pilot, name)
            if moment and since < moment <= now:
                url = reverse("pilot_detail", args=[pilot.pk])
                yield News(str(words) % {"pilot": pilot.title}, url, moment, pilot.reference)
    inside = user.organizations_with(Role.COUNCIL_MEMBER, Role.OFFICER, Role.APPROVER, Role.AUDITOR)
    issued = _papers(inside, now).filter(issued_at__gt=since, issued_at__lte=now).order_by("-issued_at")
    for paper in issued[:MOST_NEWS]:
        assert paper.issued_at is not None
        text = gettext("Council paper issued: %(subject)s") % {"subject": _subject(paper)}
        yield News(text, _paper_address(paper), paper.issued_at, paper.body)


def dates(user: User, now: datetime) -> Iterator[Date]:
    """Days on which pilots are decided, and sessions with papers. Two queries."""
    own = user.organizations_with(*STAFF)
    if not own:
        return
    pilots = Pilot.objects.filter(municipality__in=own, decided_at=None, gate_date__gte=now.date())
    for pilot in pilots.select_related("municipality").only(
        "reference", "title", "gate_date", "municipality__time_zone"
    ):
        gate = _gate(pilot)
        if gate:
            title = gettext("Decision on the pilot: %(pilot)s") % {"pilot": pilot.title}
            yield Date(f"pilot-{pilot.pk}-gate", title, gate, reverse("pilot_detail", args=[pilot.pk]), pilot.reference)
    inside = user.organizations_with(Role.COUNCIL_MEMBER, Role.OFFICER)
    for paper in _papers(inside, now).filter(session_at__gt=now, issued_at__lte=now).order_by("session_at")[:MOST]:
        title = gettext("Session: %(subject)s") % {"subject": _subject(paper)}
        yield Date(f"paper-{paper.pk}", title, paper.session_at, _paper_address(paper), paper.body)
