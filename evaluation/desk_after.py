"""What the office has to do after the award, on its desk: letters, contract, answers, contracts that end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import desk
from accounts.desk import MOST, Task
from accounts.lifecycle import Role
from accounts.models import User
from evaluation.award_notice import EU_REGIME
from evaluation.award_notice_checks import EX_POST
from evaluation.models import AwardNoticeEdition, Complaint, Contract, DebriefRequest, EvaluationRun, StandstillNotice
from tendering.desk import of_office
from tendering.models import LotOutcome, Tender
from tendering.notice_time import WITHOUT_CALL
from tendering.rules.days import add_months
from tendering.rules.rows import rule_book

GROUP = gettext_lazy("After the award")


def register() -> None:
    """Once."""
    if after_award not in desk.panels:
        desk.panels.append(after_award)


def after_award(user: User, now: datetime) -> Iterator[Task]:
    """For officers, whatever the number of procedures. Five queries."""
    buyers = user.organizations_with(Role.OFFICER)
    if not buyers:
        return
    yield from (of_office(task, tender) for task, tender in _tasks(buyers, now))


def _tasks(buyers: list[int], now: datetime) -> Iterator[tuple[Task, Tender]]:
    yield from _to_tell(buyers, now)
    yield from _waiting(buyers, now)
    questions = DebriefRequest.objects.filter(letter__tender__buyer__in=buyers, answered_at=None)
    for row in questions.select_related("letter__tender__responsible").order_by("due_at")[:MOST]:
        why = _("A bidder asked for them after its letter.")
        words = _("Give a bidder the reasons: %(tender)s")
        yield _task(words, row.letter.tender, "award_complaints", why, due=row.due_at), row.letter.tender
    complaints = Complaint.objects.filter(tender__buyer__in=buyers, answered_at=None)
    for complaint in complaints.select_related("tender__responsible").order_by("filed_at")[:MOST]:
        why = _("A bidder says that a rule was broken.")
        yield _task(_("Answer a complaint: %(tender)s"), complaint.tender, "award_complaints", why), complaint.tender
    yield from _ending(buyers, now)


def _task(words: str, tender: Tender, page: str, why: str, **more: Any) -> Task:
    url = more.pop("url", "") or reverse(page, args=[tender.pk])
    return Task(words % {"tender": tender.title}, url, group=GROUP, note=tender.reference, why=why, **more)


def _to_tell(buyers: list[int], now: datetime) -> Iterator[tuple[Task, Tender]]:
    """Awards that the bidders have not been told of, where a result says what there is to tell; then the public.

    The notice has its last day where the rule sets one (R23, R24). One query for both.
    """
    told = Exists(StandstillNotice.objects.filter(lots=OuterRef("lot")))
    result = Exists(EvaluationRun.objects.filter(tender=OuterRef("lot__tender")))
    published = AwardNoticeEdition.objects.filter(tender=OuterRef("lot__tender"), published_at__gte=OuterRef("at"))
    awards = LotOutcome.objects.filter(lot__tender__buyer__in=buyers, kind="awarded", at__lte=now)
    rows = awards.annotate(is_told=told).filter(
        Q(result, is_told=False) | (Q(is_told=True) & ~Exists(published) & _must_be_published(now))
    )
    seen: set[tuple[bool, int]] = set()
    for row in rows.select_related("lot__tender__responsible").order_by("-at")[: 2 * MOST]:
        tender = row.lot.tender
        if (row.is_told, tender.pk) in seen:
            continue
        seen.add((row.is_told, tender.pk))
        if row.is_told:
            words, why = _("Publish the notice of the award: %(tender)s"), _("The public has to learn of this award.")
            yield _task(words, tender, "award_publication", why, due=_last_day(row)), tender
        else:
            why = _("All bidders are told at once; the waiting time begins with the letters.")
            yield _task(_("Send the letters about the award: %(tender)s"), tender, "award_letters", why), tender


def _european() -> list[str]:
    return [key for key, one in rule_book().profiles.items() if one.regime == EU_REGIME]


def _must_be_published(now: datetime) -> Q:
    """Condition on awards: there is a duty to tell the public."""
    book, european = rule_book(), _european()
    bound, limit = Q(lot__tender__profile__in=european), book.threshold(EX_POST, now.date())
    if limit is None:
        return bound
    national = [key for key, one in book.profiles.items() if one.statutes and key not in european]
    return bound | Q(
        lot__tender__profile__in=national, lot__tender__procedure_type__in=WITHOUT_CALL,
        lot__tender__value__gte=limit.value,
    )  # fmt: skip


def _last_day(award: LotOutcome) -> datetime | None:
    """When the notice has to be out, None where no day is set."""
    row = rule_book().check_period("any_eu", "award_notice", "default", award.at.date())
    if row is None or row.days is None or award.lot.tender.profile not in _european():
        return None
    return award.at + timedelta(days=row.days)


def _waiting(buyers: list[int], now: datetime) -> Iterator[tuple[Task, Tender]]:
    """Lots whose contract waits, or may be signed now."""
    signed = Contract.objects.filter(lot=OuterRef("lots"))
    rows = StandstillNotice.objects.filter(tender__buyer__in=buyers).exclude(Exists(signed))
    for row in rows.select_related("tender__responsible").order_by("ends_at").distinct()[:MOST]:
        if row.ends_at > now:
            why = _("Until then no contract may be signed.")
            words = _("The waiting time runs: %(tender)s")
            yield _task(words, row.tender, "award_letters", why, due=row.ends_at, waits=True), row.tender
        else:
            why = _("The waiting time is over; the contract may be signed.")
            yield _task(_("Record the contract: %(tender)s"), row.tender, "award_letters", why), row.tender


def _ending(buyers: list[int], now: datetime) -> Iterator[tuple[Task, Tender]]:
    rows = Contract.objects.filter(tender__buyer__in=buyers, ends_on__gte=now.date())
    for row in rows.select_related("tender__responsible").order_by("ends_on")[:MOST]:
        if add_months(row.ends_on, -row.remind_months) <= now.date():
            url = reverse("contract", args=[row.pk])
            why = _("Renew it, or begin the next tender in time.")
            yield _task(_("A contract ends soon: %(tender)s"), row.tender, "", why, url=url), row.tender
