"""What deviates from the ordinary, each with its SQL condition: the same words count, filter and sort the files.

`simulated` is told but is no deviation by itself: a whole demonstration is played at invented times.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from django.db import models
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from accounts.lifecycle import Role
from accounts.models import AuditEvent, Membership
from bids.models import Bid, OpeningRelease
from evaluation.models import Draw, EvaluationRun, Exclusion, PanelLock, PanelMember
from pilots.models import AnalysisRun, Measurement
from tendering.models import Amendment, Approval


class Deviation(models.TextChoices):
    """Kinds of deviations of tenders and pilots, the weightier first."""

    OVERRIDE = "override", _("Rule overruled")
    WARNING = "warning", _("Warning answered with a reason")
    COMBINED = "combined", _("Roles combined")
    ON_DUTY = "on_duty", _("Done by a service centre on duty")
    LATE = "late", _("Late bid admitted")
    EXCLUSION = "exclusion", _("Bid excluded")
    EXTENSION = "extension", _("Deadline moved")
    REPEATED = "repeated", _("Evaluated again")
    DRAWN = "drawn", _("Lots drawn")
    CORRECTED = "corrected", _("Measured value corrected")
    GATE = "gate", _("Decided after the gate date")
    SIMULATED = "simulated", _("Acts at invented times")


BADGES = {
    Deviation.OVERRIDE: "danger",
    Deviation.WARNING: "warning",
    Deviation.COMBINED: "danger",
    Deviation.ON_DUTY: "info",
    Deviation.LATE: "danger",
    Deviation.EXCLUSION: "warning",
    Deviation.EXTENSION: "info",
    Deviation.REPEATED: "warning",
    Deviation.DRAWN: "info",
    Deviation.CORRECTED: "warning",
    Deviation.GATE: "warning",
    Deviation.SIMULATED: "neutral",
}
OF_TENDERS = (
    Deviation.OVERRIDE, Deviation.WARNING, Deviation.COMBINED, Deviation.ON_DUTY, Deviation.LATE,
    Deviation.EXCLUSION, Deviation.EXTENSION, Deviation.REPEATED, Deviation.DRAWN, Deviation.SIMULATED,
)  # fmt: skip
OF_PILOTS = (Deviation.CORRECTED, Deviation.REPEATED, Deviation.GATE, Deviation.SIMULATED)
CERTAIN = "V"
"""Confidence of a rule whose source was read: such a finding is overruled, any other is a doubt that was answered."""


class Duty(models.TextChoices):
    """What one person should not do besides another of these in the same procedure."""

    PREPARING = "preparing", _("prepared the procedure or proposed the award")
    APPROVING = "approving", _("released the procedure or decided the award")
    OPENING = "opening", _("opened the bids")
    SCORING = "scoring", _("scored the bids")
    MODERATING = "moderating", _("moderated and closed the panel")


DUTIES = {
    "tender.prepared": Duty.PREPARING,
    "award.proposed": Duty.PREPARING,
    "tender.released": Duty.APPROVING,
    "award.decided": Duty.APPROVING,
    "opening.released": Duty.OPENING,
    "scores.handed_in": Duty.SCORING,
    "panel.closed": Duty.MODERATING,
}


LENT = {Duty.APPROVING: Role.APPROVER, Duty.OPENING: Role.OPENER}
"""What people of a service centre do at a municipality while they are on duty there."""


class AnsweredFinding(Func):
    """Whether the list of findings holds one that was answered with a reason: of certain law, or else a doubt."""

    output_field = BooleanField()
    arity = 1
    compare = "="

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = (
            "EXISTS (SELECT 1 FROM json_each(%(expressions)s) AS f WHERE json_extract(f.value, '$.override') "
            "IS NOT NULL AND json_extract(f.value, '$.confidence') %(compare)s '%(certain)s')"
        )
        return self.as_sql(compiler, connection, template=template, compare=self.compare, certain=CERTAIN, **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = (
            "EXISTS (SELECT 1 FROM jsonb_array_elements(%(expressions)s) AS f WHERE f ->> 'override' "
            "IS NOT NULL AND f ->> 'confidence' %(compare)s '%(certain)s')"
        )
        return self.as_sql(compiler, connection, template=template, compare=self.compare, certain=CERTAIN, **more)


class AnsweredDoubt(AnsweredFinding):
    compare = "<>"


def condition(kind: str) -> Q:
    """Tenders that deviate in this way, for `filter` and `Count(filter=…)`."""
    return {
        Deviation.OVERRIDE: lambda: Q(AnsweredFinding("rule_findings")),
        Deviation.WARNING: lambda: Q(AnsweredDoubt("rule_findings")),
        Deviation.COMBINED: _combined,
        Deviation.ON_DUTY: _on_duty,
        Deviation.LATE: lambda: Q(Exists(_of(Bid, late_admitted_at__isnull=False))),
        Deviation.EXCLUSION: _excluded,
        Deviation.EXTENSION: lambda: Q(Exists(_of(Amendment, approved_at__isnull=False))),
        Deviation.REPEATED: lambda: Q(Exists(_of(EvaluationRun, supersedes__isnull=False))),
        Deviation.DRAWN: lambda: Q(Exists(Draw.objects.filter(lot__tender=OuterRef("pk")))),
        Deviation.SIMULATED: lambda: _simulated("tender:"),
    }[Deviation(kind)]()


def pilot_condition(kind: str) -> Q:
    """Pilots that deviate in this way."""
    corrected = Measurement.objects.filter(indicator__pilot=OuterRef("pk"), provenance__has_key="replaces")
    earlier = AnalysisRun.objects.filter(pilot=OuterRef("pilot"), pk__lt=OuterRef("pk"))
    repeated = AnalysisRun.objects.filter(Exists(earlier), pilot=OuterRef("pk"))
    return {
        Deviation.CORRECTED: lambda: Q(Exists(corrected)),
        Deviation.REPEATED: lambda: Q(Exists(repeated)),
        Deviation.GATE: lambda: Q(decided_at__date__gt=F("gate_date")),
        Deviation.SIMULATED: lambda: _simulated("pilot:"),
    }[Deviation(kind)]()


def any_of(kinds: Iterable[str], *, pilots: bool = False) -> Q:
    """Files that deviate in any of these ways."""
    found = Q(pk__in=[])
    for kind in kinds:
        found |= pilot_condition(kind) if pilots else condition(kind)
    return found


def deviating(*, pilots: bool = False) -> Q:
    """Files that deviate at all; acts at invented times alone do not count."""
    kinds = OF_PILOTS if pilots else OF_TENDERS
    return any_of((kind for kind in kinds if kind != Deviation.SIMULATED), pilots=pilots)


def _of(model: Any, **more: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.filter(tender=OuterRef("pk"), **more)
    return found


def _simulated(prefix: str) -> Q:
    chain = Concat(Value(prefix), Cast(OuterRef("pk"), TextField()))
    return Q(Exists(AuditEvent.objects.filter(chain=chain, body__contains='"simulated":true')))


def _excluded() -> Q:
    """By two people, or by the rule in the latest result. Quotation marks inside stored texts are escaped."""
    by_people = Exclusion.objects.filter(bid__tender=OuterRef("pk"), confirmed_at__isnull=False)
    later = EvaluationRun.objects.filter(tender=OuterRef("tender"), pk__gt=OuterRef("pk"))
    latest = EvaluationRun.objects.filter(~Exists(later), tender=OuterRef("pk"))
    by_rule = latest.annotate(text=Cast("result", TextField())).filter(text__contains='"status": "excluded"')
    return Q(Exists(by_people)) | Q(Exists(by_rule))


# who did what: duty, model ("" = a column of the tender itself), path to the tender, person, further conditions
_ACTS: tuple[tuple[Duty, Any, str, str, dict[str, Any]], ...] = (
    (Duty.PREPARING, None, "", "prepared_by", {}),
    (Duty.PREPARING, Approval, "tender", "requested_by", {"kind": "award"}),
    (Duty.APPROVING, None, "", "released_by", {}),
    (Duty.APPROVING, Approval, "tender", "approved_by", {"kind": "award", "approved_at__isnull": False}),
    (Duty.OPENING, OpeningRelease, "session__tender", "opener", {}),
    (Duty.SCORING, PanelMember, "tender", "user", {"submitted_at__isnull": False}),
    (Duty.MODERATING, PanelLock, "tender", "locked_by", {}),
)


def _combined() -> Q:
    """Tenders in which one person did the acts of two duties: a condition per pair of places where acts are stored."""
    found = Q(pk__in=[])
    for (duty, model, path, person, more), (other_duty, other, other_path, other_person, other_more) in combinations(
        _ACTS, 2
    ):
        if duty == other_duty or other is None:  # two columns of the tender differ by a constraint
            continue
        if model is None:
            same = other.objects.filter(**{other_path: OuterRef("pk"), other_person: OuterRef(person)}, **other_more)
        else:
            others = other.objects.filter(**{other_path: OuterRef(OuterRef("pk"))}, **other_more).values(other_person)
            same = model.objects.filter(**{path: OuterRef("pk"), f"{person}__in": others}, **more)
        found |= Q(Exists(same))
    return found


def _on_duty() -> Q:
    """Tenders that somebody on duty from a service centre released, opened or awarded."""
    awards = Approval.objects.filter(tender=OuterRef("pk"), kind="award", approved_at__isnull=False)
    openings = OpeningRelease.objects.filter(session__tender=OuterRef("pk"))
    approver, opener = LENT[Duty.APPROVING], LENT[Duty.OPENING]
    return (
        Q(Exists(_lent(approver, "released_by", "released_at", "buyer")))
        | Q(Exists(awards.filter(Exists(_lent(approver, "approved_by", "approved_at", "tender__buyer")))))
        | Q(Exists(openings.filter(Exists(_lent(opener, "opener", "released_at", "session__tender__buyer")))))
    )


def _lent(role: Role, person: str, moment: str, buyer: str) -> QuerySet[Membership]:
    """The role as it is lent to the person of an act at its moment."""
    then: Any = OuterRef(moment)
    rows = Membership.objects.active(then).filter(via__isnull=False, role=role)
    return rows.filter(user=OuterRef(person), organization=OuterRef(buyer))
