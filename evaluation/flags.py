"""Hints about a tender for its officer and the audit: facts read from stored results, words, what was said to them.

Never for bidders, councils or the public; a hint warns and never stops anything.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django.db.models import Count, Max, Q
from django.db.models.fields.json import KeyTransform
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.alike import own_domain
from accounts.lifecycle import OrganizationKind
from accounts.models import Membership, Organization
from bids.models import Bid, ItemPrice, OpenedDocument
from evaluation.benchmark.flags import (
    BidFacts,
    Hint,
    LotFacts,
    State,
    disqualified,
    first_digits,
    hints,
    while_drafting,
)
from evaluation.contact_signs import KINDS, Sign, signs
from evaluation.figures import number
from evaluation.inputs import bid_name
from evaluation.models import Contract, EvaluationRun, FlagNote, PanelMember
from evaluation.scoring.exact import as_decimal
from tendering.models import INVITED_ONLY, LotOutcome, ProcedureType, Tender
from tendering.rules import rule_book

REPEATED: Final = 2  # changes of one contract from which they are pointed out
MOST_PAST: Final = 300  # tenders a fence looks back at
COMPETITIVE = frozenset(ProcedureType) - INVITED_ONLY
PERCENT = frozenset({"R024", "R058", "R025", "R038", "H01", "DIFFP", "SPD"})
SAME: Final = 2  # places shown of a figure


@dataclass(frozen=True, slots=True)
class Words:
    """What an indicator is called, what it may mean, and harmless explanations."""

    title: str | Promise
    meaning: str | Promise
    harmless: str | Promise


def _w(title: Any, meaning: Any, harmless: Any) -> Words:
    return Words(title, meaning, harmless)


WORDS: Final[Mapping[str, Words]] = {
    "R003": _w(
        gettext_lazy("Short period for bids"),
        gettext_lazy("Companies without foreknowledge may not manage to bid in time."),
        gettext_lazy("The service is simple, or an urgent need was stated."),
    ),
    "R018": _w(
        gettext_lazy("A single bid"),
        gettext_lazy("Requirements may fit one company only, or others did not hear of the tender."),
        gettext_lazy("Few companies offer the service, or the season is busy."),
    ),
    "R024": _w(
        gettext_lazy("First and second price very close together"),
        gettext_lazy("Prices may have been arranged around a known limit."),
        gettext_lazy("Standard services with known market prices lie close together."),
    ),
    "R058": _w(
        gettext_lazy("Second price very far above the first"),
        gettext_lazy("Other bids may have been made for show, or the first price is not sound."),
        gettext_lazy("One company has an advantage of place or size."),
    ),
    "R025": _w(
        gettext_lazy("A company bids often and hardly ever wins"),
        gettext_lazy("It may bid to make competition look real."),
        gettext_lazy("It is new in the market or dear everywhere."),
    ),
    "R028": _w(
        gettext_lazy("Same price from different companies"),
        gettext_lazy("Bids may have been written together."),
        gettext_lazy("Prices are fixed by law or by a common list."),
    ),
    "R030": _w(
        gettext_lazy("A late bid won"),
        gettext_lazy("Somebody may have known other prices."),
        gettext_lazy("The lateness was the platform's fault and two people admitted the bid."),
    ),
    "R035": _w(
        gettext_lazy("All bids but the winner's were excluded"),
        gettext_lazy("Requirements may have been used against the others."),
        gettext_lazy("The documents asked for something many misread."),
    ),
    "R036": _w(
        gettext_lazy("The lowest price was excluded although only the price counts"),
        gettext_lazy("The exclusion decided the award."),
        gettext_lazy("A necessary paper was really missing."),
    ),
    "R038": _w(
        gettext_lazy("Unusually many bids excluded"),
        gettext_lazy("Requirements may be too strict, or exclusions one-sided."),
        gettext_lazy("The documents were hard to understand; better ones help next time."),
    ),
    "R048": _w(
        gettext_lazy("A company bids for very different services"),
        gettext_lazy("It may lend its name."),
        gettext_lazy("Large groups and staffing companies offer many services."),
    ),
    "H01": _w(
        gettext_lazy("Price above the estimate"),
        gettext_lazy("The estimate may be old, or prices were arranged."),
        gettext_lazy("Wages and prices have risen since the estimate."),
    ),
    "H02": _w(
        gettext_lazy("Companies share a person or an e-mail domain, phone, address or bank account"),
        gettext_lazy("Bids may not be independent of one another."),
        gettext_lazy("Companies of one group may bid if each works out its own bid."),
    ),
    "H03": _w(
        gettext_lazy("The same file in bids of different companies"),
        gettext_lazy("Bids may have been written together."),
        gettext_lazy("Forms of the buyer and public certificates are the same for all."),
    ),
    "H05": _w(
        gettext_lazy("Different files with the same author and time of creation in bids of different companies"),
        gettext_lazy("The files may have been made on one computer. It is a hint, never proof."),
        gettext_lazy(
            "A form of the buyer or of an association keeps its author and date in every bid; so do files made by one "
            "tax adviser or service provider."
        ),
    ),
    "H04": _w(
        gettext_lazy("Contracts of this buyer with a bidder were changed repeatedly"),
        gettext_lazy("A low bid may have been made up for by later changes."),
        gettext_lazy("The need changed, or a clause of the contract provided for it."),
    ),
    "CV": _w(
        gettext_lazy("Prices vary little"),
        gettext_lazy("Arranged prices tend to lie close together."),
        gettext_lazy("Wages make up most of the price, or prices are well known."),
    ),
    "RD": _w(
        gettext_lazy("The winner stands alone, the others close together"),
        gettext_lazy("A pattern seen where cover bids were made."),
        gettext_lazy("One company has an advantage of place or size."),
    ),
    "BENFORD": _w(
        gettext_lazy("Unusual first digits of the unit prices of this buyer"),
        gettext_lazy("Invented numbers follow other patterns than grown ones."),
        gettext_lazy("Price lists with few values do not follow the law either."),
    ),
}
FIGURES: Final[Mapping[str, str | Promise]] = {
    "SKEW": gettext_lazy("Skewness of the prices"), "KURTO": gettext_lazy("Excess kurtosis of the prices"),
    "DIFFP": gettext_lazy("Second price above the first"), "SPD": gettext_lazy("Highest price above the lowest"),
    "RDNOR": gettext_lazy("First gap against the mean gap"),
    "RDALT": gettext_lazy("First gap against the mean gap of the losers"),
    "CV": gettext_lazy("Variation of the prices (CV)"), "RD": gettext_lazy("Relative distance (RD)"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A hint in words, with what was said to it."""

    hint: Hint
    title: str
    subject: str
    value: str
    fence: str
    meaning: str
    harmless: str
    note: FlagNote | None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.hint.code}|{self.hint.subject}"

    @property
    def is_open(self) -> bool:
        return self.hint.state == "flag" and self.note is None


@dataclass(frozen=True, slots=True)
class Board:
    """All hints of a tender: to look at, too few data to say, nothing found, and the plain figures of the screens.

    `bound` is how many earlier tenders were looked at if there are more than that.
    """

    raised: list[Shown]
    few: list[Shown]
    fine: list[Shown]
    figures: list[Shown]
    bound: int | None = None

    @property
    def open(self) -> int:
        return sum(one.is_open for one in self.raised)


def _latest(ids: Any) -> dict[int, list[Mapping[str, Any]]]:
    """{tender: lots of the stored result of its latest run}. Two queries; nothing else of a result is loaded."""
    newest = EvaluationRun.objects.filter(tender__in=ids).order_by().values("tender").annotate(last=Max("pk"))
    rows = EvaluationRun.objects.filter(pk__in=[row["last"] for row in newest])
    return dict(rows.order_by().values_list("tender", KeyTransform("lots", "result")))


def lot_facts(tenders: list[Tender]) -> dict[int, list[LotFacts]]:
    """{tender: facts of each lot} from the stored results, in a fixed number of queries (5)."""
    ids = [tender.pk for tender in tenders]
    results, companies, late = _latest(ids), {}, set()
    rows = Bid.objects.filter(tender__in=ids, superseded_at=None).select_related("company")
    for bid in rows:
        companies[bid.tender_id, bid_name(bid)] = bid.company.name
        if bid.is_late:
            late.add((bid.tender_id, bid_name(bid)))
    winners = {
        (row.lot.tender_id, row.lot.code): row
        for row in LotOutcome.objects.filter(lot__tender__in=ids, kind="awarded").select_related("lot", "winner")
    }
    lots: dict[int, dict[str, Any]] = defaultdict(dict)
    for tender in tenders:
        for lot in tender.lots.all():
            lots[tender.pk][lot.code] = lot
    found = {}
    for tender in tenders:
        stored = {row["lot_id"]: row for row in results.get(tender.pk) or []}
        found[tender.pk] = [
            _facts(tender, lot, stored.get(code, {}), companies, late, winners.get((tender.pk, code)))
            for code, lot in lots[tender.pk].items()
        ]
    return found


def _facts(
    tender: Tender, lot: Any, stored: Mapping[str, Any], companies: Mapping[Any, str], late: set[Any], outcome: Any
) -> LotFacts:
    bids = tuple(
        BidFacts(
            row["bid_id"], companies.get((tender.pk, row["bid_id"]), row["bid_id"]),
            Fraction(row["evaluation_price"]) if row.get("evaluation_price") else None,
            row["status"] == "valid", (tender.pk, row["bid_id"]) in late,
        )
        for row in stored.get("rows", []) if row["status"] != "withdrawn"
    )  # fmt: skip
    leading = outcome.winner.name if outcome is not None and outcome.winner else ""
    ahead = stored.get("winner") or []
    if not leading and len(ahead) == 1:
        leading = companies.get((tender.pk, ahead[0]), "")
    net = {row["bid_id"]: row.get("net") for row in stored.get("rows", [])}
    first = sorted(bids, key=lambda bid: bid.bid not in ahead)  # of several bids of the winner the one put first
    value = next((net.get(bid.bid) for bid in first if bid.company == leading and bid.valid), None)
    days = None
    if tender.published_at and tender.tender_period_end:
        days = (tender.tender_period_end - tender.published_at).days
    return LotFacts(
        lot=lot.code, procedure=str(tender.pk), buyer=str(tender.buyer_id),
        competitive=tender.procedure_type in COMPETITIVE,
        price_only=tender.evaluation.get("method") == "price_only", days=days, bids=bids, winner=leading,
        group=(lot.cpv or tender.cpv_main)[:2],
        estimate=Fraction(lot.value) if lot.value else None, value=Fraction(value) if value else None,
    )  # fmt: skip


def past_of(tender: Tender, now: datetime) -> list[LotFacts]:
    """Lots of the last awarded tenders that can be compared, without this one: of the same kind, or of this buyer."""
    return _past(tender, now)[0]


def _past(tender: Tender, now: datetime) -> tuple[list[LotFacts], bool]:
    """The lots, and whether there are earlier tenders beyond the bound."""
    groups = {(lot.cpv or tender.cpv_main)[:2] for lot in tender.lots.all()} | {tender.cpv_main[:2]}
    alike = Q(buyer=tender.buyer_id)
    for group in filter(None, groups):
        alike |= Q(cpv_main__startswith=group) | Q(lots__cpv__startswith=group)
    found = Tender.objects.filter(alike, awarded_at__lte=now).exclude(pk=tender.pk).values("pk")
    rows = Tender.objects.filter(pk__in=found).order_by("-awarded_at")[: MOST_PAST + 1]
    tenders = list(rows.prefetch_related("lots"))
    lots = lot_facts(tenders[:MOST_PAST])
    return [facts for rows_of_one in lots.values() for facts in rows_of_one], len(tenders) > MOST_PAST


def board(tender: Tender, now: datetime) -> Board:
    """Everything about one tender; about twenty queries whatever the number of bids."""
    said = FlagNote.objects.filter(tender=tender).select_related("noted_by")
    notes = {(note.code, note.subject): note for note in said}
    past, is_bounded = _past(tender, now)
    found: dict[tuple[str, str], Hint] = {}
    lots = lot_facts([tender])[tender.pk]
    for lot in lots:
        for hint in hints(lot, past, minimum_days(tender)):
            found.setdefault(hint.key, hint)
    for hint in (
        *disqualified(lots, past),
        *_connected(tender),
        *_same_files(tender),
        *_same_marks(tender),
        *_changed(tender, now),
        _digits(tender),
    ):
        found.setdefault(hint.key, hint)
    shown = [_shown(hint, notes.get(hint.key)) for hint in found.values()]
    words = [one for one in shown if one.hint.code in WORDS]
    return Board(
        raised=[one for one in words if one.hint.state == "flag"],
        few=[one for one in words if one.hint.state == "few"],
        fine=[one for one in words if one.hint.state == "fine"],
        figures=[one for one in shown if one.hint.code in FIGURES],
        bound=MOST_PAST if is_bounded else None,
    )


def _connected(tender: Tender) -> Iterator[Hint]:
    """H02: bidders with a common member, own e-mail domain, phone, address or bank account; also with a company of
    somebody on the panel. It names the companies and what they share, never the value. Four queries.
    """
    opened = Bid.objects.live().filter(tender=tender, opened_at__isnull=False).order_by().values("company")
    bidders = {company.pk: company for company in Organization.objects.filter(pk__in=opened)}
    found: dict[Sign, set[int]] = defaultdict(set)
    rows = Membership.objects.filter(organization__in=bidders).values_list("organization", "user", "user__email")
    for company, user, email in rows:
        found["person", str(user)].add(company)
        if domain := own_domain(email):
            found["domain", domain].add(company)
    for organization in bidders.values():
        for sign in signs(organization):
            found[sign].add(organization.pk)
    shared: dict[int, set[str]] = defaultdict(set)
    of_panel = _signs_of_panel(tender, bidders)
    for sign, companies in found.items():
        if len(companies) > 1 or sign in of_panel:
            for pk in companies:
                shared[pk].add(sign[0])
    words = {"person": _("person"), "domain": _("e-mail domain"), **KINDS}
    close = sorted(
        f"{bidders[pk].name} ({', '.join(str(words[kind]) for kind in words if kind in kinds)})"
        for pk, kinds in shared.items()
    )
    if len(bidders) > 1 or close:
        yield Hint("H02", "", "flag" if close else "fine", Fraction(len(close)), Fraction(2), names=tuple(close))


def _signs_of_panel(tender: Tender, bidders: Collection[int]) -> set[Sign]:
    """Phone, address and bank account of other companies that people of the panel belong to."""
    people = PanelMember.objects.filter(tender=tender).values("user")
    theirs = Membership.objects.filter(user__in=people).values("organization")
    rows = Organization.objects.filter(pk__in=theirs, kind=OrganizationKind.PROVIDER).exclude(pk__in=bidders)
    return {sign for company in rows for sign in signs(company)}


def _same_files(tender: Tender) -> Iterator[Hint]:
    """H03: one digest in bids of different companies; names of files are never shown."""
    owners: dict[str, set[str]] = defaultdict(set)
    rows = OpenedDocument.objects.filter(bid__tender=tender, bid__superseded_at=None, bid__withdrawn_at=None)
    for digest, name in rows.values_list("sha256", "bid__company__name"):
        owners[digest].add(name)
    same = sorted({name for names in owners.values() if len(names) > 1 for name in names})
    if owners:
        yield Hint("H03", "", "flag" if same else "fine", Fraction(len(same)), Fraction(2), names=tuple(same))


def _same_marks(tender: Tender) -> Iterator[Hint]:
    """H05: documents with equal author and time of creation in bids of different companies, but not the same file.

    Too few data where fewer than two companies have documents that say both. Neither value nor file name is shown.
    """
    made: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))  # marks: {file: companies}
    rows = OpenedDocument.objects.filter(bid__tender=tender, bid__superseded_at=None, bid__withdrawn_at=None)
    companies = set()
    for marks, sha256, name in rows.exclude(marks="").values_list("marks", "sha256", "bid__company__name"):
        made[marks][sha256].add(name)
        companies.add(name)
    if not companies:
        return
    alike = [set().union(*files.values()) for files in made.values() if len(files) > 1]
    same = sorted({name for names in alike if len(names) > 1 for name in names})
    state: State = "flag" if same else "fine" if len(companies) > 1 else "few"
    yield Hint("H05", "", state, Fraction(len(same)), Fraction(2), len(companies), tuple(same))


def _changed(tender: Tender, now: datetime) -> Iterator[Hint]:
    """H04: bidders with a contract of this buyer that was changed at least twice; nothing where there is none yet."""
    bidders = Bid.objects.live().filter(tender=tender, opened_at__isnull=False).order_by().values("company")
    contracts = Contract.objects.filter(tender__buyer=tender.buyer_id, company__in=bidders, recorded_at__lte=now)
    rows = list(contracts.order_by().annotate(n=Count("changes")).values_list("pk", "company__name", "n"))
    if not rows:
        return
    names = tuple(sorted({name for _pk, name, changes in rows if changes >= REPEATED}))
    most = max(changes for _pk, _name, changes in rows)
    yield Hint("H04", "", "flag" if names else "fine", Fraction(most), Fraction(REPEATED), n=len(rows), names=names)


def _digits(tender: Tender) -> Hint:
    rows = ItemPrice.objects.filter(bid_lot__bid__tender__buyer=tender.buyer_id, unit_price__gt=0).order_by()
    return first_digits(Fraction(price) for price in rows.values_list("unit_price", flat=True)[:20_000])


def _shown(hint: Hint, note: FlagNote | None) -> Shown:
    words = WORDS.get(hint.code)
    title = str(FIGURES[hint.code]) if words is None else str(words.title)
    subject = hint.subject if not hint.names else ", ".join((*hint.subject.split()[:1], *hint.names))
    return Shown(
        hint, title, subject, _figure(hint.code, hint.value), _figure(hint.code, hint.fence),
        str(words.meaning) if words else "", str(words.harmless) if words else "", note,
    )  # fmt: skip


def _figure(code: str, value: Fraction | float | None) -> str:
    if value is None:
        return "–"
    exact = value if isinstance(value, Fraction) else Fraction(Decimal(str(value)))
    if code in PERCENT:
        return f"{number(as_decimal(exact * 100, 1))}\u00a0%"
    return number(as_decimal(exact, 0 if exact.denominator == 1 else SAME))


def minimum_days(tender: Tender) -> int:
    """The least period of the tender's rule profile for its procedure, 0 where the profile sets none."""
    profile = rule_book().profiles.get(tender.profile)
    return profile.minimum_days.get(tender.procedure_type, 0) if profile is not None else 0


def drafting_hints(tender: Tender, now: datetime) -> list[Shown]:
    """For the officer while drafting: the planned period, and how often comparable tenders drew a single bid."""
    start = tender.published_at or now
    days = (tender.tender_period_end - start).days if tender.tender_period_end else None
    group = tender.cpv_main[:2]
    past = [lot for lot in past_of(tender, now) if lot.group == group and lot.bids and lot.competitive]
    here = LotFacts("", str(tender.buyer_id), tender.procedure_type in COMPETITIVE, False, days, (), group=group)
    found = [hint for hint in while_drafting(here, minimum_days(tender), past) if hint.state == "flag"]
    return [_shown(hint, None) for hint in found]


def single_bid_words(one: Shown) -> str:
    """R018 while drafting says something about the past, not about this tender."""
    return _("%(share)s of %(number)d comparable lots drew a single bid.") % {"share": one.value, "number": one.hint.n}
