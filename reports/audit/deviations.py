"""What deviated from the ordinary, one line each: what, who, when, why, and the rule; computed from stored acts.

A fixed number of queries for any number of files. Nothing about bids is told before the sight of a file allows it:
everything here exists only after the opening, and single scores never occur.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AuditEvent, Membership, User
from bids.models import Bid
from evaluation.inputs import bid_name
from evaluation.lifecycle import ExclusionCode
from evaluation.models import AbnormallyLowCheck, Draw, EvaluationRun, Exclusion, FormalCheck
from evaluation.reasons import reason_text
from evaluation.scoring.inputs import Reason
from pilots.models import AnalysisRun, Measurement, Pilot
from reports.audit.kinds import BADGES, CERTAIN, DUTIES, LENT, Deviation, Duty
from reports.audit.trail import body_of
from reports.audit.words import day_text, moment_text
from tendering import facts
from tendering.models import Amendment, Tender

FORMAL_CODES = frozenset(
    {"mandatory_requirement", "documents_missing", "documents_changed", "exclusion_ground", "form"}
)
COMPUTED_CODES = frozenset({"price_cap", "price_missing", "min_score", "min_performance"})


@dataclass(frozen=True, slots=True)
class Line:
    """One deviation of one file; `at` None where no single moment belongs to it."""

    kind: Deviation
    what: str
    who: str = ""
    at: datetime | None = None
    reason: str = ""
    rule: str = ""

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def badge(self) -> str:
        return BADGES[self.kind]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a file deviates in one way."""

    kind: Deviation
    number: int

    @property
    def text(self) -> str:
        return f"{self.number} × {self.kind.label}" if self.number > 1 else str(self.kind.label)

    @property
    def badge(self) -> str:
        return BADGES[self.kind]


def counts(lines: Iterable[Line]) -> list[Tally]:
    """Numbers by kind, the weightier kinds first; acts at invented times say their own number in words."""
    found: dict[Deviation, int] = defaultdict(int)
    for line in lines:
        found[line.kind] += 1
    return [Tally(kind, found[kind]) for kind in Deviation if found[kind]]


@dataclass(slots=True)
class _Acts:
    """Everything stored about the deviations of some tenders, by tender."""

    people: dict[int, User] = field(default_factory=dict)
    extensions: dict[int, list[Amendment]] = field(default_factory=lambda: defaultdict(list))
    exclusions: dict[int, list[Exclusion]] = field(default_factory=lambda: defaultdict(list))
    checks: dict[tuple[int, str], FormalCheck] = field(default_factory=dict)
    prices: dict[tuple[int, str, str], AbnormallyLowCheck] = field(default_factory=dict)
    runs: dict[int, list[EvaluationRun]] = field(default_factory=lambda: defaultdict(list))
    results: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    draws: dict[int, list[Draw]] = field(default_factory=lambda: defaultdict(list))
    late: dict[int, list[Bid]] = field(default_factory=lambda: defaultdict(list))
    duties: dict[int, list[tuple[int, Duty, datetime]]] = field(default_factory=lambda: defaultdict(list))
    lent: list[Membership] = field(default_factory=list)
    simulated: dict[int, int] = field(default_factory=dict)

    def centre_of(self, person: int, buyer: int, duty: Duty, at: datetime) -> str:
        """The service centre on whose behalf the person did this, "" when the role was an own one."""
        for row in self.lent:
            held = (row.user_id, row.organization_id, row.role) == (person, buyer, LENT.get(duty))
            if held and (not row.starts_at or row.starts_at <= at) and (not row.ends_at or at < row.ends_at):
                return str(row.via)
        return ""

    def name(self, actor: Any) -> str:
        """ "u:12" or 12 as the function of the account."""
        text = str(actor or "").removeprefix("u:")
        user = self.people.get(int(text)) if text.isdigit() else None
        return str(user) if user else ""


def of_tenders(tenders: Sequence[Tender]) -> dict[int, list[Line]]:
    """Deviations by tender id, the weightier first; thirteen queries."""
    acts = _read(tenders)
    order = list(Deviation)
    return {tender.pk: sorted(_lines(tender, acts), key=lambda line: order.index(line.kind)) for tender in tenders}


def of_pilots(pilots: Sequence[Pilot]) -> dict[int, list[Line]]:
    """Deviations by pilot id; four queries."""
    ids = [pilot.pk for pilot in pilots]
    corrected: dict[int, list[Measurement]] = defaultdict(list)
    rows = Measurement.objects.filter(indicator__pilot__in=ids, provenance__has_key="replaces")
    for row in rows.select_related("indicator").order_by("indicator", "arm", "month"):
        corrected[row.indicator.pilot_id].append(row)
    runs: dict[int, list[AnalysisRun]] = defaultdict(list)
    for run in AnalysisRun.objects.filter(pilot__in=ids).defer("inputs", "result").select_related("created_by"):
        runs[run.pilot_id].append(run)
    simulated = _simulated({f"pilot:{pk}": pk for pk in ids})
    return {
        pilot.pk: [
            *_of_pilot(pilot, corrected[pilot.pk], runs[pilot.pk]),
            *_at_invented_times(simulated.get(pilot.pk, 0)),
        ]
        for pilot in pilots
    }


def _read(tenders: Sequence[Tender]) -> _Acts:
    acts, ids = _Acts(), [tender.pk for tender in tenders]
    wanted: set[int] = set()
    for amendment in Amendment.objects.filter(tender__in=ids, approved_at__isnull=False):
        acts.extensions[amendment.tender_id].append(amendment)
        wanted |= {amendment.by_id, amendment.approved_by_id or 0}
    confirmed = Exclusion.objects.filter(bid__tender__in=ids, confirmed_at__isnull=False)
    for exclusion in confirmed.select_related("bid__company", "lot"):
        acts.exclusions[exclusion.bid.tender_id].append(exclusion)
        wanted |= {exclusion.decided_by_id, exclusion.second_person_id or 0}
    checked = FormalCheck.objects.filter(bid__tender__in=ids, confirmed_at__isnull=False).defer("findings")
    for check in checked.select_related("bid"):
        acts.checks[check.bid.tender_id, bid_name(check.bid)] = check
        wanted |= {check.checked_by_id, check.confirmed_by_id or 0}
    explained = AbnormallyLowCheck.objects.filter(bid__tender__in=ids, second_person__isnull=False)
    for price in explained.select_related("bid", "lot"):
        acts.prices[price.bid.tender_id, bid_name(price.bid), price.lot.code] = price
        wanted |= {price.decided_by_id or 0, price.second_person_id or 0}
    for run in EvaluationRun.objects.filter(tender__in=ids).defer("inputs", "result", "robustness").order_by("pk"):
        acts.runs[run.tender_id].append(run)
        wanted.add(run.created_by_id or 0)
    newest = [runs[-1].pk for runs in acts.runs.values()]
    acts.results = dict(EvaluationRun.objects.filter(pk__in=newest).values_list("tender_id", "result"))
    for draw in Draw.objects.filter(lot__tender__in=ids).select_related("lot", "drawn").order_by("pk"):
        acts.draws[draw.lot.tender_id].append(draw)
        wanted.add(draw.recorded_by_id)
    for bid in Bid.objects.filter(tender__in=ids, late_admitted_at__isnull=False).select_related("company"):
        acts.late[bid.tender_id].append(bid)
        wanted |= {bid.late_decision.get("decided_by", 0), bid.late_decision.get("confirmed_by", 0)}
    for tender in tenders:
        wanted |= {int(found["override"]["by"].removeprefix("u:")) for found in _answered(tender)}
    chains = {tender.chain: tender.pk for tender in tenders}
    _read_duties(acts, chains)
    wanted |= {person for rows in acts.duties.values() for person, _duty, _at in rows}
    lent = Membership.objects.filter(via__isnull=False, organization__in={tender.buyer_id for tender in tenders})
    acts.lent = list(lent.select_related("via"))
    acts.people = User.objects.in_bulk(wanted - {0})
    acts.simulated = _simulated(chains)
    return acts


def _read_duties(acts: _Acts, chains: Mapping[str, int]) -> None:
    """Who did the acts that should lie with different people; of a repeated preparation only the last counts."""
    events = AuditEvent.objects.filter(chain__in=chains, verb__in=DUTIES).order_by("chain", "seq")
    last: dict[tuple[int, str], tuple[int, Duty, datetime]] = {}
    for chain, verb, body, at in events.values_list("chain", "verb", "body", "at"):
        actor = str(body_of(body).get("actor", "")).removeprefix("u:")
        if not actor.isdigit():
            continue
        tender, act = chains[chain], (int(actor), DUTIES[verb], at)
        if verb in ("tender.prepared", "tender.released"):
            last[tender, verb] = act
        else:
            acts.duties[tender].append(act)
    for (tender, _verb), act in last.items():
        acts.duties[tender].append(act)


def _simulated(chains: Mapping[str, int]) -> dict[int, int]:
    events = AuditEvent.objects.filter(chain__in=chains, body__contains='"simulated":true').order_by()
    rows = events.values_list("chain").annotate(number=Count("pk"))
    return {chains[chain]: number for chain, number in rows}


def _lines(tender: Tender, acts: _Acts) -> Iterator[Line]:
    yield from _of_rules(tender, acts)
    yield from _of_people(tender, acts)
    for bid in acts.late[tender.pk]:
        decision = bid.late_decision
        who = _both(acts.name(decision.get("decided_by")), acts.name(decision.get("confirmed_by")))
        what = _("The late bid of %(company)s was admitted.") % {"company": bid.bidder}
        rule = _("A late bid stays sealed unless two people decide that the delay was not the bidder's fault.")
        yield Line(Deviation.LATE, what, who, bid.late_admitted_at, str(decision.get("reason", "")), rule)
    yield from _of_exclusions(tender, acts)
    for amendment in acts.extensions[tender.pk]:
        change = amendment.changes.get("tender_period_end", {})
        what = _("The deadline was moved from %(before)s to %(after)s.") % {
            "before": moment_text(_at(change.get("before"))), "after": moment_text(_at(change.get("after")))
        }  # fmt: skip
        who = _both(acts.name(amendment.by_id), acts.name(amendment.approved_by_id))
        rule = _("A deadline moves to a later moment only, before it has passed, with a second person.")
        yield Line(Deviation.EXTENSION, what, who, amendment.approved_at, amendment.reason, rule)
    for run in acts.runs[tender.pk]:
        if run.supersedes_id:
            what = _("The bids were evaluated again; the earlier result is kept.")
            rule = _("Every calculation is stored with its inputs; the last one counts.")
            yield Line(Deviation.REPEATED, what, acts.name(run.created_by_id), run.created_at, run.reason, rule)
    for draw in acts.draws[tender.pk]:
        what = _("Lot %(lot)s: %(bid)s was drawn between %(all)s.") % {
            "lot": draw.lot.code, "bid": bid_name(draw.drawn), "all": ", ".join(map(str, draw.between))
        }  # fmt: skip
        present = _("%(place)s; present: %(people)s") % {
            "place": draw.place, "people": ", ".join(map(str, [*draw.persons, *draw.witnesses]))
        }  # fmt: skip
        rule = _("What the published rule leaves equal is decided by drawing lots.")
        yield Line(Deviation.DRAWN, what, acts.name(draw.recorded_by_id), draw.drawn_at, present, rule)
    yield from _at_invented_times(acts.simulated.get(tender.pk, 0))


def _answered(tender: Tender) -> list[dict[str, Any]]:
    return [finding for finding in tender.rule_findings if finding.get("override")]


def _of_rules(tender: Tender, acts: _Acts) -> Iterator[Line]:
    """Findings of the rule book the officer went past with a reason."""
    for finding in _answered(tender):
        given = finding["override"]
        kind = Deviation.OVERRIDE if finding["confidence"] == CERTAIN else Deviation.WARNING
        rule = f"{finding['check_id']}: {finding['source']}"
        at = datetime.fromisoformat(given["at"])
        yield Line(kind, facts.sentence(finding), acts.name(given["by"]), at, str(given["reason"]), rule)


def _of_people(tender: Tender, acts: _Acts) -> Iterator[Line]:
    """People who did what should lie with different people."""
    by_person: dict[int, dict[Duty, datetime]] = defaultdict(dict)
    for person, duty, at in acts.duties[tender.pk]:
        by_person[person].setdefault(duty, at)
    rule = _("R68: whoever needs, judges and approves should be different people.")
    for person, duties in by_person.items():
        if len(duties) > 1:
            did = get_text_list([str(duty.label) for duty in Duty if duty in duties], _("and"))
            what = _("One person %(acts)s.") % {"acts": did}
            yield Line(Deviation.COMBINED, what, acts.name(person), max(duties.values()), "", rule)
    rule = _("A service centre may lend openers and approvers to a member that has too few of its own.")
    for person, duty, at in acts.duties[tender.pk]:
        if centre := acts.centre_of(person, tender.buyer_id, duty, at):
            what = _("On duty from %(centre)s: one person %(acts)s.") % {"centre": centre, "acts": duty.label}
            yield Line(Deviation.ON_DUTY, what, acts.name(person), at, "", rule)


def _of_exclusions(tender: Tender, acts: _Acts) -> Iterator[Line]:
    """Bids that are out: by the latest result with its reasons, or decided by two people before any result."""
    decided = {(bid_name(row.bid), row.lot.code if row.lot else None): row for row in acts.exclusions[tender.pk]}
    named: dict[tuple[str, str, str], list[str]] = {}
    told: set[int] = set()
    for lot in acts.results.get(tender.pk, {}).get("lots", []):
        for row in lot["rows"]:
            if row["status"] != "excluded":
                continue
            found = decided.get((row["bid_id"], lot["lot_id"])) or decided.get((row["bid_id"], None))
            told |= {found.pk} if found else set()
            for reason in row["reasons"]:
                text = reason_text(Reason(reason["code"], reason["text"], reason.get("params", {})))
                named.setdefault((row["bid_id"], reason["code"], text), []).append(lot["lot_id"])
    run = acts.runs[tender.pk][-1] if acts.runs[tender.pk] else None
    for (bid, code, text), lots in named.items():
        row = next((decided[key] for key in ((bid, lots[0]), (bid, None)) if key in decided), None)
        what = _("Bid %(bid)s is out (lots: %(lots)s).") % {"bid": bid, "lots": ", ".join(lots)}
        if row is not None and row.code == code:
            yield _by_people(row, what, acts)
        elif (price := acts.prices.get((tender.pk, bid, lots[0]))) is not None and code == ExclusionCode.ABNORMALLY_LOW:
            who = _both(acts.name(price.decided_by_id), acts.name(price.second_person_id))
            yield Line(Deviation.EXCLUSION, what, who, price.decided_at, f"{text} {price.reason}", _rule_of(code))
        elif (check := acts.checks.get((tender.pk, bid))) is not None and code in FORMAL_CODES:
            who = _both(acts.name(check.checked_by_id), acts.name(check.confirmed_by_id))
            yield Line(Deviation.EXCLUSION, what, who, check.confirmed_at, text, _rule_of(code))
        elif run is not None:
            yield Line(Deviation.EXCLUSION, what, acts.name(run.created_by_id), run.created_at, text, _rule_of(code))
    for row in acts.exclusions[tender.pk]:
        if row.pk not in told:
            lots_text = row.lot.code if row.lot else _("all")
            what = _("Bid %(bid)s is out (lots: %(lots)s).") % {"bid": bid_name(row.bid), "lots": lots_text}
            yield _by_people(row, what, acts)


def _by_people(row: Exclusion, what: str, acts: _Acts) -> Line:
    who = _both(acts.name(row.decided_by_id), acts.name(row.second_person_id))
    return Line(Deviation.EXCLUSION, what, who, row.confirmed_at, row.reason, _rule_of(row.code))


def _rule_of(code: str) -> str:
    label = str(ExclusionCode(code).label) if code in ExclusionCode.values else code
    return _("%(rule)s; found by the calculation") % {"rule": label} if code in COMPUTED_CODES else label


def _of_pilot(pilot: Pilot, corrected: Sequence[Measurement], runs: Sequence[AnalysisRun]) -> Iterator[Line]:
    for row in corrected:
        former = row.provenance["replaces"]
        what = _("%(indicator)s, %(arm)s, %(month)s: %(before)s was corrected to %(after)s.") % {
            "indicator": row.indicator.code, "arm": row.get_arm_display(), "month": row.month,
            "before": former.get("value", "–"), "after": format(row.value, "f"),
        }  # fmt: skip
        rule = _("A corrected value keeps the former one; after freezing nothing is corrected.")
        yield Line(Deviation.CORRECTED, what, "", _at(row.provenance.get("imported_at")), "", rule)
    for run in runs[1:]:
        what = _("The effects were computed again.")
        rule = _("Every analysis is stored with its inputs; it counts once a second person confirmed it.")
        yield Line(Deviation.REPEATED, what, str(run.created_by), run.created_at, "", rule)
    if pilot.decided_at and pilot.gate_date and localtime(pilot.decided_at).date() > pilot.gate_date:
        what = _("The council decided after the gate date of %(day)s.") % {"day": day_text(pilot.gate_date)}
        rule = _("The day of the decision was sealed before the start.")
        yield Line(Deviation.GATE, what, "", pilot.decided_at, "", rule)


def _at_invented_times(number: int) -> Iterator[Line]:
    if number:
        text = ngettext(
            "%(count)d act was made at an invented time.", "%(count)d acts were made at invented times.", number
        )
        rule = _("Only a demonstration, practice and imported cases may do this.")
        yield Line(Deviation.SIMULATED, text % {"count": number}, rule=rule)


def _both(first: str, second: str) -> str:
    return _("%(first)s, confirmed by %(second)s") % {"first": first, "second": second} if second else first


def _at(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
