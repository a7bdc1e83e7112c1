"""One set of filters for the list page, the feeds and the API, and the counts beside them."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import OrganizationKind
from accounts.models import Organization
from tendering import search
from tendering.fields import DecimalField
from tendering.lifecycle import Status
from tendering.models import Criterion, CriterionKind, LifeSituation, Lot, ProcedureType, Tender

FACET_SCOPE = 1_000
MOST_BUYERS = 20
FACETS = {
    "status": "status_now",
    "life_situation": "life_situation",
    "procedure": "procedure_type",
    "buyer": "buyer_id",
}
KINDS = [
    ("efficiency", _("promised efficiency is scored")),
    ("quality", _("quality is scored")),
    ("price_only", _("the price decides")),
    ("baseline", _("today's cost is stated")),
]


class AmountFilter(django_filters.Filter):
    """An amount as people type it; an ambiguous one ("1.250") is refused with both readings."""

    field_class = DecimalField


class TenderFilter(django_filters.FilterSet):
    """`q` searches words; all others narrow. Needs a queryset with `status_now` (TenderQuerySet.with_status).

    No filter joins a table, so that none needs DISTINCT, which would sort what an index has in order.
    """

    q = django_filters.CharFilter(label=_("Search"), method="by_words", max_length=200)
    status = django_filters.MultipleChoiceFilter(
        label=_("Status"), choices=Status.choices, field_name="status_now", distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    life_situation = django_filters.MultipleChoiceFilter(
        label=_("Life situation"), choices=LifeSituation.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )
    buyer = django_filters.ModelChoiceFilter(
        label=_("Buyer"),
        queryset=Organization.objects.exclude(kind=OrganizationKind.PROVIDER),
        to_field_name="reference",
        empty_label=_("all"),
    )
    procedure = django_filters.MultipleChoiceFilter(
        label=_("Procedure"), choices=ProcedureType.choices, distinct=False, field_name="procedure_type"
    )
    cpv = django_filters.CharFilter(label=_("CPV code"), method="by_cpv", max_length=8)
    value_from = AmountFilter(label=_("Value from"), field_name="value", lookup_expr="gte")
    value_to = AmountFilter(label=_("Value to"), field_name="value", lookup_expr="lte")
    deadline_from = django_filters.DateFilter(
        label=_("Deadline from"), field_name="tender_period_end", lookup_expr="date__gte"
    )
    deadline_to = django_filters.DateFilter(
        label=_("Deadline to"), field_name="tender_period_end", lookup_expr="date__lte"
    )
    kind = django_filters.ChoiceFilter(
        label=_("How it is judged"), choices=KINDS, method="by_kind", empty_label=_("all")
    )

    class Meta:
        model = Tender
        fields: list[str] = []

    def by_words(self, queryset: QuerySet[Tender], _name: str, value: str) -> QuerySet[Tender]:
        return search.matching(queryset, value)

    def by_cpv(self, queryset: QuerySet[Tender], _name: str, value: str) -> QuerySet[Tender]:
        """Codes that begin with the digits, on the tender or one of its lots."""
        digits = value.strip()
        if not (digits.isascii() and digits.isdecimal()):
            return queryset.none()
        lots = Lot.objects.filter(tender=OuterRef("pk"), cpv__startswith=digits)
        return queryset.filter(Q(cpv_main__startswith=digits) | Q(Exists(lots)))

    def by_kind(self, queryset: QuerySet[Tender], _name: str, value: str) -> QuerySet[Tender]:
        if value == "price_only":
            return queryset.filter(evaluation__method="price_only")
        if value == "baseline":
            return queryset.filter(
                Exists(Lot.objects.filter(tender=OuterRef("pk"), baseline_cost_per_case__isnull=False))
            )
        kinds = [CriterionKind.EFFICIENCY] if value == "efficiency" else [CriterionKind.QUALITY]
        return queryset.filter(Exists(Criterion.objects.filter(tender=OuterRef("pk"), kind__in=kinds)))


def listed(actor: Any, now: datetime) -> QuerySet[Tender]:
    """What the list shows this person: everything published that it may see, with `status_now`."""
    return Tender.objects.visible_to(actor, now).filter(published_at__lte=now).with_status(now)


def unpublished(actor: Any, now: datetime) -> QuerySet[Tender]:
    """Drafts, waiting and scheduled tenders of one's own buyers, with `status_now`."""
    waiting = Q(published_at=None) | Q(published_at__gt=now)
    return Tender.objects.visible_to(actor, now).filter(waiting).with_status(now)


def facets(queryset: QuerySet[Tender], names: Iterable[str] = tuple(FACETS)) -> dict[str, list[tuple[str, int]]]:
    """{filter: [(value, how many), …]}, most frequent first, among the newest FACET_SCOPE tenders of the queryset."""
    wanted = tuple(names)
    newest = queryset.order_by("-published_at", "-id").values_list(*(FACETS[name] for name in wanted))[:FACET_SCOPE]
    columns = list(zip(*newest, strict=True)) or [()] * len(wanted)  # read once and counted here: one query for all
    counts = {name: Counter(map(str, filter(None, values))) for name, values in zip(wanted, columns, strict=True)}
    if "buyer" in counts:
        counts["buyer"] = _by_reference(counts["buyer"])
    return {name: sorted(found.items(), key=_frequent_first)[:MOST_BUYERS] for name, found in counts.items()}


def _frequent_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _by_reference(counted: Counter[str]) -> Counter[str]:
    references = Organization.objects.filter(pk__in=[int(pk) for pk in counted]).values_list("pk", "reference")
    return Counter({reference: counted[str(pk)] for pk, reference in references})
