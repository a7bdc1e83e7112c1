"""Filters of the list of pilots, for the page and the API alike."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import OrganizationKind
from accounts.models import Organization
from pilots.lifecycle import Status
from pilots.models import Indicator, Pilot
from tendering.models import LifeSituation

PUBLIC = [status for status in Status if status != Status.DRAFT]
DECISIONS = [("adopt", _("adopted")), ("extend", _("extended")), ("adapt", _("adapted")), ("stop", _("stopped"))]


class PilotFilter(django_filters.FilterSet):
    """`q` searches words everywhere; the others narrow. `now` decides about the status."""

    q = django_filters.CharFilter(
        label=_("Has anybody tried this?"),
        help_text=_("A word: what, where or how, for example kiosk or fee"),
        method="by_words",
        max_length=200,
    )
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"),
        choices=[(status.value, status.label) for status in PUBLIC],
        method="by_status",
        widget=forms.CheckboxSelectMultiple,
    )
    decision = django_filters.MultipleChoiceFilter(
        label=_("Decision"), choices=DECISIONS, field_name="decision__verdict", widget=forms.CheckboxSelectMultiple
    )
    life_situation = django_filters.MultipleChoiceFilter(
        label=_("Life situation"), choices=LifeSituation.choices, widget=forms.CheckboxSelectMultiple
    )
    municipality = django_filters.ModelChoiceFilter(
        label=_("Municipality"),
        queryset=Organization.objects.exclude(kind=OrganizationKind.PROVIDER),
        to_field_name="reference",
        empty_label=_("all"),
    )

    class Meta:
        model = Pilot
        fields: list[str] = []

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now  # and: offer only what occurs, whatever is asked for stays choosable
        present = set(self.queryset.order_by().values_list("life_situation", flat=True).distinct())
        chosen = set(self.data.getlist("life_situation")) if hasattr(self.data, "getlist") else set()
        self.form.fields["life_situation"].choices = [
            (value, label) for value, label in LifeSituation.choices if value in present | chosen
        ]
        if not self.form.fields["life_situation"].choices:
            del self.form.fields["life_situation"]

    def by_words(self, queryset: QuerySet[Pilot], _name: str, value: str) -> QuerySet[Pilot]:
        """Every word must occur somewhere: in title, text, comparison, an indicator, the town or the provider."""
        for word in value.split()[:10]:
            found = Q(title__icontains=word) | Q(description__icontains=word) | Q(reference__iexact=word)
            found |= Q(control_description__icontains=word) | Q(provider__name__icontains=word)
            measured = Q(name_de__icontains=word) | Q(name_en__icontains=word)
            indicators = Indicator.objects.filter(measured, pilot=OuterRef("pk"))
            queryset = queryset.filter(found | Q(municipality__name__icontains=word) | Q(Exists(indicators)))
        return queryset

    def by_status(self, queryset: QuerySet[Pilot], _name: str, value: list[str]) -> QuerySet[Pilot]:
        wanted = Q()
        for status in value:
            wanted |= in_status(Status(status), self.now)
        return queryset.filter(wanted)


def in_status(status: Status, now: datetime) -> Q:
    """The SQL of lifecycle.status; the first matching line decides."""
    decided = Q(decided_at__isnull=False, decided_at__lte=now)
    analysed = Q(analysed_at__isnull=False, analysed_at__lte=now)
    gate_due = Q(gate_date__isnull=False, gate_date__lt=now.date())
    running = Q(started_at__isnull=False, started_at__lte=now)
    rest = ~decided & ~analysed & ~gate_due
    return {
        Status.DECIDED: decided,
        Status.ANALYSED: analysed & ~decided,
        Status.GATE_DUE: gate_due & ~decided & ~analysed,
        Status.RUNNING: running & rest,
        Status.REGISTERED: Q(registered_at__isnull=False) & ~running & rest,
        Status.DRAFT: Q(registered_at__isnull=True) & ~running & rest,
    }[status]


def listed(actor: Any, now: datetime) -> QuerySet[Pilot]:
    """What the list shows this person: every registered pilot, failed and stopped ones too."""
    return Pilot.objects.visible_to(actor, now).filter(registered_at__lte=now)
