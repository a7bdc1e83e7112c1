"""What an award needs besides the result: register query, the competent body's vote, the days before the contract."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from accounts.decision import ALLOWED, Decision, Refused
from evaluation.models import Complaint, CouncilResolution, RegisterQuery, StandstillNotice
from evaluation.scoring import TenderResult
from tendering.facts import calendar_of
from tendering.models import Lot, LotOutcome, Tender
from tendering.rules import profile, rule_book
from tendering.rules.days import earliest_contract_date, months_before
from tendering.rules.regime import duty
from tendering.rules.rows import Profile, Threshold
from tendering.zones import zone_of

Body = Literal["mayor", "committee", "council"]
REGISTER_MONTHS = 2
FEW_WORKING_DAYS = 6
EXTENDED_SOURCE = "buyer"


@dataclass(frozen=True, slots=True)
class Competence:
    """Which body decides on an award of `value` (net, all lots of the procedure): the lowest whose limit holds it."""

    body: Body
    value: Decimal
    limit: Decimal | None

    @property
    def needs_vote(self) -> bool:
        return self.body != "mayor"


@dataclass(frozen=True, slots=True)
class Wait:
    """The days between letters and contract: `ends_at` in UTC; `is_short` when few working days lie inside."""

    days: int
    earliest: date
    ends_at: datetime
    working_days: int
    source: str

    @property
    def is_short(self) -> bool:
        return self.days > 0 and self.working_days < FEW_WORKING_DAYS


def profile_of(tender: Tender) -> Profile | None:
    """The tender's rule profile; None for one that is no longer known."""
    return profile(tender.profile) if tender.profile in rule_book().profiles else None


def has_statutes(tender: Tender) -> bool:
    """Whether the tender's profile rests on statutes; a generic one does not."""
    rules = profile_of(tender)
    return rules is not None and rules.statutes


def register_duty(tender: Tender, now: datetime) -> Threshold | None:
    """The row by which the register has to be asked before the award (R44); None = not in this procedure.

    The estimate decides, by the limit on the day the procedure began (§ 187 (2) GWB); unknown estimate: no duty known.
    """
    rules = profile_of(tender)
    if rules is None or not rules.statutes or "R44" in rules.off or tender.value is None:
        return None
    began = tender.published_at if tender.published_at and tender.published_at <= now else now
    return duty("wettbewerbsregister_query", tender.value, began.astimezone(zone_of(tender.buyer)).date())


def fresh_queries(tender: Tender, now: datetime) -> dict[int, RegisterQuery]:
    """{company: newest answer that is at most two months old}."""
    rows = RegisterQuery.objects.filter(tender=tender, answered_at__gte=months_before(now, REGISTER_MONTHS))
    return {row.company_id: row for row in rows.order_by("answered_at", "pk")}


def decide_register(tender: Tender, companies: Iterable[int], now: datetime) -> Decision:
    """Whether every intended winner was asked about in the register."""
    wanted = set(companies)
    if not wanted or register_duty(tender, now) is None or wanted <= fresh_queries(tender, now).keys():
        return ALLOWED
    return Refused(
        "register_missing",
        _("Ask the register about the winner before the award; the answer must not be older than two months."),
    )


def competence(tender: Tender, value: Decimal) -> Competence | None:
    """Mayor, committee or council by the municipality's own limits, else its profile's; None where none is known."""
    limits = tender.buyer.details.get("award_competence") or {}
    steps: list[tuple[Body, Decimal | None]] = []
    if limits.get("mayor_up_to") is not None:
        steps = [("mayor", Decimal(str(limits["mayor_up_to"])))]
        if limits.get("committee_up_to") is not None:
            steps += [("committee", Decimal(str(limits["committee_up_to"])))]
        steps += [("council", None)]
    elif (rules := profile_of(tender)) is not None:
        for row in rules.approval_limits:
            row_limit = row["up_to"]
            body: Body = "council" if row["role"] == "council_member" else "mayor"
            steps += [(body, None if row_limit is None else Decimal(row_limit))]
    below: Decimal | None = None
    for name, up_to in steps:
        if up_to is None or value <= up_to:
            return Competence(name, value, below if up_to is None else up_to)
        below = up_to
    return None


def award_value(tender: Tender, result: TenderResult, chosen: Mapping[str, str | None]) -> Decimal:
    """Net value of the proposed lots {code: bid number or None} and of those awarded before."""
    nets = [result.lot(code).row(bid).net for code, bid in chosen.items() if bid]
    before = LotOutcome.objects.filter(lot__tender=tender, kind="awarded").exclude(lot__code__in=list(chosen))
    return sum([net for net in [*nets, *before.values_list("value", flat=True)] if net is not None], Decimal(0))


def newest_resolution(tender: Tender) -> CouncilResolution | None:
    """The vote that counts."""
    return CouncilResolution.objects.filter(tender=tender).order_by("-recorded_at", "-pk").first()


def decide_vote(
    needed: Competence | None, vote: CouncilResolution | None, chosen: Mapping[str, str | None]
) -> Decision:
    """Whether the competent body has confirmed this award. A "no" or a return always blocks."""
    if vote is not None and vote.outcome != "accepted":
        return Refused(
            "not_confirmed", _("The competent body has not confirmed this award; its vote stands against it.")
        )
    if needed is None or not needed.needs_vote:
        return ALLOWED
    if vote is None:
        return Refused(
            "vote_missing",
            _("An award of this value is decided by the committee or the council. Record its vote on the paper first."),
        )
    voted = {code: set(names) for code, names in vote.awards.items()}
    if any(bid and bid not in voted.get(code, set()) for code, bid in chosen.items()):
        return Refused("vote_outdated", _("The result has changed since the vote. The body has to vote again."))
    return ALLOWED


def wait_of(tender: Tender, sent_at: datetime) -> Wait:
    """The days before the contract when the letters leave at `sent_at` (R56, R58): R56's rows, or the buyer's own.

    Calendar days from the day after dispatch at the buyer's place; nothing moves them.
    """
    zone = zone_of(tender.buyer)
    sent = sent_at.astimezone(zone).date()
    days, source = _days(tender, sent)
    earliest = earliest_contract_date(sent, days)
    ends_at = datetime.combine(earliest, time(), zone).astimezone(UTC) if days else sent_at
    inside = calendar_of(tender.buyer).working_days(sent, sent + timedelta(days=days))
    return Wait(days, earliest, ends_at, inside, source)


def _days(tender: Tender, sent: date) -> tuple[int, str]:
    """How many days, and by which source; a buyer may give its bidders more than the profile, never less."""
    rules = profile_of(tender)
    by_profile = (rules.standstill_days or 0) if rules else 0
    own = tender.buyer.details.get("pre_information_days") or 0
    if isinstance(own, int) and own > by_profile:
        return own, EXTENDED_SOURCE
    row = rule_book().check_period("any_eu", "standstill", "electronic", sent) if rules and rules.statutes else None
    return by_profile, row.source if row and by_profile else ""


def notice_of_lot(lot: Lot) -> StandstillNotice | None:
    """The dispatch of letters a contract on this lot waits for."""
    return StandstillNotice.objects.filter(lots=lot).order_by("-sent_at", "-pk").first()


def decide_contract(notice: StandstillNotice | None, now: datetime) -> Decision:
    """Whether the contract may be signed now (R56, R57): never before the letters, never before the days are over."""
    if notice is None:
        return Refused("letters_missing", _("Send the letters to the bidders first; the contract comes after them."))
    if now < notice.ends_at:
        return Refused("standstill", _("The days between letters and contract are not over yet."))
    return ALLOWED


def open_complaints(tender: Tender) -> list[Complaint]:
    """Complaints that nobody has answered."""
    return list(Complaint.objects.filter(tender=tender, answered_at=None).select_related("company"))


def lots_without_letters(tender: Tender) -> list[Lot]:
    """Lots with an award about which no letters have been sent."""
    decided = LotOutcome.objects.filter(lot__tender=tender, kind="awarded").values("lot")
    rows: Any = tender.lots.filter(pk__in=decided).exclude(standstills__isnull=False)
    return list(rows.order_by("position", "id"))
