"""The files of a municipality: search, filters and the order of the list, the same for page and download."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import BooleanField, Case, CharField, Count, Exists, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, User
from bids.models import Bid
from evaluation.models import AbnormallyLowCheck, EvaluationRun, Exclusion
from pilots.lifecycle import Status as PilotStatus
from pilots.models import Pilot
from reports.audit import kinds
from reports.audit.kinds import OF_PILOTS, OF_TENDERS, Deviation
from tendering import search
from tendering.fields import DecimalField
from tendering.keyset import Stretch, Walk
from tendering.lifecycle import Status
from tendering.models import Amendment, Approval, Invitation, LotOutcome, Tender

ANY = "any"
MOST_PEOPLE = 20
NEWEST = ("-created_at", "-id")
NEWEST_FIRST = Walk("newest", (Stretch(NEWEST),))
PHASES_OF_PILOTS = {
    PilotStatus.DRAFT: Q(registered_at=None),
    PilotStatus.REGISTERED: Q(registered_at__isnull=False, started_at=None, analysed_at=None),
    PilotStatus.RUNNING: Q(started_at__isnull=False, analysed_at=None),
    PilotStatus.ANALYSED: Q(analysed_at__isnull=False, decided_at=None),
    PilotStatus.DECIDED: Q(decided_at__isnull=False),
}


class _AmountFilter(django_filters.Filter):
    field_class = DecimalField


class _FileFilter(django_filters.FilterSet):
    """What both lists are narrowed by. Dates are days at the place of the page; both ends are inside."""

    q = django_filters.CharFilter(label=_("Search"), method="by_words", max_length=200)
    since = django_filters.DateFilter(label=_("Acts from"), method="by_since", widget=forms.DateInput())
    until = django_filters.DateFilter(label=_("Acts until"), method="by_until", widget=forms.DateInput())
    pilots = False

    def by_deviation(self, queryset: QuerySet[Any], _name: str, value: list[str]) -> QuerySet[Any]:
        named = [kind for kind in value if kind != ANY]
        wanted = kinds.any_of(named, pilots=self.pilots)
        if ANY in value:
            wanted |= kinds.deviating(pilots=self.pilots)
        return queryset.filter(wanted) if value else queryset

    def by_since(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(Exists(self._acts().filter(at__gte=_midnight(value))))

    def by_until(self, queryset: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Together with a first day: some act lies between both."""
        acts = self._acts().filter(at__lt=_midnight(value + timedelta(days=1)))
        since = self.form.cleaned_data.get("since")
        return queryset.filter(Exists(acts.filter(at__gte=_midnight(since)) if since else acts))

    def _acts(self) -> QuerySet[AuditEvent]:
        return acts_of(self.chain_prefix)

    @property
    def chain_prefix(self) -> str:
        return "pilot:" if self.pilots else "tender:"


class TenderFiles(_FileFilter):
    """Needs a queryset with `status_now`."""

    phase = django_filters.MultipleChoiceFilter(
        label=_("Phase"), choices=Status.choices, field_name="status_now", widget=forms.CheckboxSelectMultiple
    )
    deviation = django_filters.MultipleChoiceFilter(
        label=_("Deviations"),
        choices=[(ANY, _("any deviation")), *((kind.value, kind.label) for kind in OF_TENDERS)],
        method="by_deviation",
        widget=forms.CheckboxSelectMultiple,
    )
    value_from = _AmountFilter(label=_("Value from"), field_name="value", lookup_expr="gte")
    value_to = _AmountFilter(label=_("Value to"), field_name="value", lookup_expr="lte")

    def by_words(self, queryset: QuerySet[Tender], _name: str, value: str) -> QuerySet[Tender]:
        """Number, title and words of the tender; companies once they may be known; people; reasons that were given."""
        words = value.strip()
        named = Q(pk__in=search.matching(Tender.objects.all(), words).values("pk")) | Q(reference__icontains=words)
        return queryset.filter(named | _by_company(words) | _by_person(words, "tender:") | _by_reason(words))


class PilotFiles(_FileFilter):
    pilots = True
    phase = django_filters.MultipleChoiceFilter(
        label=_("Phase"),
        choices=[(status.value, status.label) for status in PHASES_OF_PILOTS],
        method="by_phase",
        widget=forms.CheckboxSelectMultiple,
    )
    deviation = django_filters.MultipleChoiceFilter(
        label=_("Deviations"),
        choices=[(ANY, _("any deviation")), *((kind.value, kind.label) for kind in OF_PILOTS)],
        method="by_deviation",
        widget=forms.CheckboxSelectMultiple,
    )

    def by_phase(self, queryset: QuerySet[Pilot], _name: str, value: list[str]) -> QuerySet[Pilot]:
        wanted = Q(pk__in=[])
        for status in value:
            wanted |= PHASES_OF_PILOTS[PilotStatus(status)]
        return queryset.filter(wanted) if value else queryset

    def by_words(self, queryset: QuerySet[Pilot], _name: str, value: str) -> QuerySet[Pilot]:
        words = value.strip()
        texts = ("reference", "title", "description", "provider__name", "decision__reason", "decision__dissent")
        named = Q(pk__in=[])
        for text in texts:
            named |= Q(**{f"{text}__icontains": words})
        return queryset.filter(named | _by_person(words, "pilot:"))


def deviations_first() -> Walk:
    """The order of the room: files that deviate from the ordinary before the others, each newest first."""
    return Walk("deviations", (Stretch(NEWEST, Q(deviates=True)), Stretch(NEWEST, Q(deviates=False))))


def with_deviates(queryset: QuerySet[Any], *, pilots: bool = False) -> QuerySet[Any]:
    """Adds `deviates`, by which the list is walked."""
    shape = Case(When(kinds.deviating(pilots=pilots), then=Value(True)), default=Value(False),
                 output_field=BooleanField())  # fmt: skip
    return queryset.annotate(deviates=shape)


def numbers(queryset: QuerySet[Any], *, pilots: bool = False) -> list[tuple[Deviation, int]]:
    """How many files deviate in each way; one query."""
    wanted = OF_PILOTS if pilots else OF_TENDERS
    which = kinds.pilot_condition if pilots else kinds.condition
    found = queryset.order_by().aggregate(
        **{kind.value: Count("pk", filter=which(kind), distinct=True) for kind in wanted}
    )
    return [(kind, found[kind.value]) for kind in wanted]


def acts_of(prefix: str) -> QuerySet[AuditEvent]:
    """The acts of the file a surrounding query looks at."""
    return AuditEvent.objects.filter(chain=Concat(Value(prefix), Cast(OuterRef("pk"), CharField())))


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _by_company(words: str) -> Q:
    """Invited companies and winners; those that bid only once the bids were opened."""
    of = {"tender": OuterRef("pk")}
    return (
        Q(Exists(Invitation.objects.filter(**of, provider__name__icontains=words)))
        | Q(Exists(Bid.objects.filter(**of, company__name__icontains=words, tender__opened_at__isnull=False)))
        | Q(Exists(LotOutcome.objects.filter(lot__tender=OuterRef("pk"), winner__name__icontains=words)))
    )


def _by_person(words: str, prefix: str) -> Q:
    """Files in which somebody of this function did something."""
    people: Iterable[int] = User.objects.filter(function__icontains=words).values_list("pk", flat=True)[:MOST_PEOPLE]
    wanted = Q(pk__in=[])
    for person in people:
        wanted |= Q(body__contains=f'"actor":"u:{person}"')
    return Q(Exists(acts_of(prefix).filter(wanted)))


def _by_reason(words: str) -> Q:
    """Reasons people gave: for going past a rule, moving a deadline, excluding, cancelling, awarding, repeating."""
    of = {"tender": OuterRef("pk")}
    answered = Tender.objects.annotate(text=Cast("rule_findings", TextField())).filter(
        _inside("text", words), pk=OuterRef("pk"), text__contains='"override"'
    )
    approved = Approval.objects.annotate(text=Cast("data", TextField())).filter(_inside("text", words), **of)
    return (
        Q(cancellation_reason__icontains=words)
        | Q(lot_waiver_reason__icontains=words)
        | Q(Exists(answered))
        | Q(Exists(Amendment.objects.filter(**of, reason__icontains=words)))
        | Q(Exists(approved))
        | Q(Exists(Exclusion.objects.filter(bid__tender=OuterRef("pk"), reason__icontains=words)))
        | Q(Exists(AbnormallyLowCheck.objects.filter(bid__tender=OuterRef("pk"), reason__icontains=words)))
        | Q(Exists(EvaluationRun.objects.filter(**of, reason__icontains=words)))
    )


def _inside(name: str, words: str) -> Q:
    """Words in a JSON column read as text: SQLite keeps letters beyond ASCII escaped."""
    return Q(**{f"{name}__icontains": words}) | Q(**{f"{name}__icontains": json.dumps(words)[1:-1]})
