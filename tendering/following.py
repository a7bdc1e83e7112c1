"""What those who follow a search or a tender are told: looked up when due, from what stands in the tables.

A run looks at what became public in (last look, a minute ago]: every act of that time is committed by then, so nothing
is lost and nothing told twice, however late or often it runs.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Min, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import OutboxMessage
from tendering.actions.watching import served, tell_follower
from tendering.filters import TenderFilter, listed
from tendering.models import Amendment, Question, Subscription, Tender
from tendering.zones import Moment

SETTLED = timedelta(seconds=60)  # longer than an act's transaction may take
EVERY = {"now": timedelta(0), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
MOST_IN_MAIL = 50
LONGEST = 1_000


def send(now: datetime) -> int:
    """Write to everybody who is due; returns the number of letters. Two queries while nothing new is public."""
    until = now - SETTLED
    return _send_hits(until) + _send_changes(until)


def _due(until: datetime) -> QuerySet[Subscription]:
    """Confirmed, not ended, and the last look is as long ago as the person chose."""
    wanted = Q()
    for word, pause in EVERY.items():
        wanted |= Q(frequency=word, last_sent_at__lt=until - pause)
    running = Subscription.objects.filter(wanted, confirmed_at__isnull=False, stopped_at=None)
    return running.select_related("user", "tender__buyer").order_by("created_at", "pk")


def _send_hits(until: datetime) -> int:
    due = _due(until).filter(tender=None)
    earliest = due.order_by().aggregate(at=Min("last_sent_at"))["at"]
    if earliest is None or not _published(earliest, until).exists():
        return 0
    return sum(_send_found(subscription, until) for subscription in list(due))


def _published(since: datetime, until: datetime) -> QuerySet[Tender]:
    return listed(AnonymousUser(), until).filter(published_at__gt=since, published_at__lte=until)


def _send_found(subscription: Subscription, until: datetime) -> int:
    since = subscription.last_sent_at
    assert since is not None
    with translation.override(subscription.language):
        chosen = TenderFilter(QueryDict(subscription.query), _published(since, until))
        found = list(chosen.qs.select_related("buyer").order_by("published_at", "pk")[: MOST_IN_MAIL + 1])
        letters = _letters(subscription, found if chosen.form.is_valid() else [], until)
        return tell_follower(subscription_id=subscription.pk, since=since, until=until, letters=letters)


def _letters(subscription: Subscription, found: list[Tender], until: datetime) -> list[dict[str, Any]]:
    """One per tender for those who want to know at once, one for all otherwise."""
    if subscription.frequency == "now":
        return [
            _letter(f"t{tender.pk}", _("New tender: %(title)s") % {"title": tender.title}, _about(tender), tender)
            for tender in found[:MOST_IN_MAIL]
        ]
    if not found:
        return []
    address = f"{reverse('tender_list')}?{subscription.query}".rstrip("?")
    shown, number = found[:MOST_IN_MAIL], len(found)
    lines = [f"{_about(tender)}\n{settings.BASE_URL}{_page(tender)}" for tender in shown]
    if number > MOST_IN_MAIL:
        lines.append(_("There are more; the list shows them all."))
    title = ngettext("%(n)s new tender: %(search)s", "%(n)s new tenders: %(search)s", len(shown))
    words = {"n": len(shown), "search": subscription.name or _("all")}
    body = "\n\n".join(lines)
    return [{"key": _moment(until), "subject": title % words, "body": body, "url": address[:300], "chain": ""}]


def _letter(key: str, subject: str, body: str, tender: Tender) -> dict[str, Any]:
    body = f"{body}\n{settings.BASE_URL}{_page(tender)}"
    return {"key": key, "subject": subject, "body": body, "url": _page(tender), "chain": tender.chain}


def _about(tender: Tender) -> str:
    """Title, buyer and deadline."""
    lines = [tender.title, tender.buyer.name]
    if tender.tender_period_end:
        lines.append(_("Deadline: %(end)s") % {"end": Moment(tender.tender_period_end, tender.buyer)})
    return "\n".join(lines)


def _page(tender: Tender) -> str:
    return reverse("tender_detail", args=[tender.pk])


def _moment(at: datetime) -> str:
    return f"{at.timestamp():.6f}"


def _send_changes(until: datetime) -> int:
    due = _due(until).filter(tender__isnull=False)
    earliest = due.order_by().aggregate(at=Min("last_sent_at"))["at"]
    if earliest is None:
        return 0
    changed = _changed(earliest, until)
    if not changed:
        return 0
    idle = list(due.exclude(tender__in=changed).values_list("pk", flat=True))
    count = sum(_send_changed(subscription, until) for subscription in list(due.filter(tender__in=changed)))
    served(idle, until)
    return count


def _changed(since: datetime, until: datetime) -> set[int]:
    """Tenders with anything new for their readers."""
    found: set[int] = set()
    for rows, column in (
        (Amendment.objects.values_list("tender_id", flat=True), "approved_at"),
        (Question.objects.values_list("tender_id", flat=True), "answered_at"),
        (Tender.objects.values_list("pk", flat=True), "cancelled_at"),
        (Tender.objects.values_list("pk", flat=True), "awarded_at"),
    ):
        found.update(rows.filter(**{f"{column}__gt": since, f"{column}__lte": until}))
    return found


def _send_changed(subscription: Subscription, until: datetime) -> int:
    since, tender = subscription.last_sent_at, subscription.tender
    assert since is not None
    assert tender is not None
    with translation.override(subscription.language):
        told = _told(subscription, since, until)
        news = [words for kind, words in _news(tender, since, until) if kind not in told]
        letters = []
        if news and Tender.objects.visible_to(AnonymousUser(), until).filter(pk=tender.pk).exists():
            subject = _("Changed: %(title)s") % {"title": tender.title}
            letters = [_letter(_moment(until), subject, "\n".join([tender.title, "", *news, ""]), tender)]
        return tell_follower(subscription_id=subscription.pk, since=since, until=until, letters=letters)


def _news(tender: Tender, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
    """(kind of the notice to those who take part, sentence) per change, in the active language."""
    within = {"gt": since, "lte": until}
    for amendment in tender.amendments.filter(**_between("approved_at", within)):
        if end := amendment.changes.get("tender_period_end", {}).get("after"):
            moment = Moment(datetime.fromisoformat(end), tender.buyer)
            yield "deadline_moved", _("Later deadline: %(end)s") % {"end": moment}
        if amendment.kind == Amendment.Kind.CORRECTION:
            yield "amended", _("Text or documents have been corrected.")
    if number := tender.questions.filter(**_between("answered_at", within)).count():
        words = ngettext("%(n)s question has been answered.", "%(n)s questions have been answered.", number)
        yield "question_answered", words % {"n": number}
    if tender.cancelled_at and since < tender.cancelled_at <= until:
        yield "cancelled", _("The procedure has been cancelled.")
    if tender.awarded_at and since < tender.awarded_at <= until:
        yield "award_letter", _("The award has been decided.")


def _between(column: str, within: dict[str, datetime]) -> dict[str, datetime]:
    return {f"{column}__{word}": moment for word, moment in within.items()}


def _told(subscription: Subscription, since: datetime, until: datetime) -> set[str]:
    """Kinds this address was mailed about as one that takes part: nobody gets the same news twice."""
    assert subscription.tender is not None
    mails = OutboxMessage.objects.filter(recipient__iexact=subscription.email, created_at__gt=since)
    mails = mails.filter(message__chain=subscription.tender.chain, created_at__lte=until)
    return set(mails.values_list("kind", flat=True))


def clean_query(given: QueryDict) -> str | None:
    """The filter of a list's address, without page and order; None when it is not a valid one or too long."""
    kept = QueryDict(mutable=True)
    for name in sorted(set(given) & set(TenderFilter.base_filters)):
        if values := [value for value in given.getlist(name) if value.strip()]:
            kept.setlist(name, values)
    query = kept.urlencode()
    valid = TenderFilter(kept, Tender.objects.none()).form.is_valid()
    return query if valid and len(query) <= LONGEST else None


def in_words(query: str) -> str:
    """What a filter says, in the active language: "Search: letters; Status: open"; "" for all tenders."""
    given = QueryDict(query)
    form = TenderFilter(given, Tender.objects.none()).form
    known = [name for name in given if name in form.fields]
    return "; ".join(f"{form.fields[name].label}: {_values(form, name, given)}" for name in known)


def _values(form: Any, name: str, given: MultiValueDict[str, str]) -> str:
    choices: Iterable[Any] = getattr(form.fields[name], "choices", ())
    labels = {str(value): str(label) for value, label in choices}
    return ", ".join(labels.get(value, value) for value in given.getlist(name))
