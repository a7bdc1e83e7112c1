"""Until when a notice of an award is due, and what is missing in it or does not fit. Nothing here blocks.

A finding names the datum by its business term of the eForms where it has one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from evaluation.award_notice import LotFacts, NoticeFacts, local_day
from evaluation.award_rules import has_statutes
from evaluation.models import ChangeGround
from tendering.notice_time import MONTHS, WITHOUT_CALL
from tendering.rules.regime import duty
from tendering.rules.rows import rule_book

EX_POST: Final = "ex_post_notice_uvgo30"
# changes that the EU wants to be told of: § 132 (5) GWB, § 39 (5) VgV
TOLD: Final = frozenset({ChangeGround.ADDITIONAL, ChangeGround.UNFORESEEN})
CHANGE_SOURCE: Final = "§ 132 (5) GWB, § 39 (5) VgV"


@dataclass(frozen=True, slots=True)
class Due:
    """The duty to publish: until which day (None: no day is set), by which source; `months` how long it stays public.

    `is_duty` False: nobody has to publish, but may. `day` counts from the decision, the earliest moment there is.
    """

    is_duty: bool
    day: date | None = None
    days: int | None = None
    months: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is missing ("missing") or contradicts itself ("inconsistent"), in words."""

    code: str
    kind: str
    sentence: str
    term: str = ""
    lot: str = ""


def due_of(facts: NoticeFacts, now: datetime) -> Due:
    """For the first award that no notice has told of yet, else for the first one of all."""
    tender = facts.tender
    awards = sorted(one.award.at for one in facts.lots if one.award)
    if not awards or not has_statutes(tender):
        return Due(False)
    untold = sorted(one.award.at for one in facts.lots if one.award and one.lot.code not in told_lots(facts))
    first = local_day((untold or awards)[0], tender)
    if facts.is_eu:
        row = rule_book().check_period("any_eu", "award_notice", "default", first)
        if row is None or row.days is None:
            return Due(True)
        return Due(True, first + timedelta(days=row.days), row.days, source=row.source)
    limit = duty(EX_POST, tender.value, first) if tender.value is not None else None
    if tender.procedure_type not in WITHOUT_CALL or limit is None:
        return Due(False)
    months = rule_book().threshold(MONTHS, first)
    return Due(True, months=int(months.value) if months else None, source=limit.source)


def told_lots(facts: NoticeFacts) -> set[str]:
    """Lots whose award stands in a published notice."""
    return {lot["lot"] for edition in facts.editions for lot in _lots(edition.content) if lot["result"] == "selec-w"}


def _lots(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(content.get("lots", ()))


def untold_changes(facts: NoticeFacts) -> list[int]:
    """Ids of confirmed changes that have to be told of and are not."""
    if not facts.is_eu:
        return []
    told = {int(row["number"]) for edition in facts.editions for row in edition.content.get("changes", ())}  # type: ignore[attr-defined]  # JSON
    return [row.pk for row in facts.changes if row.ground in TOLD and row.pk not in told]


def findings_of(facts: NoticeFacts, now: datetime) -> list[Finding]:
    """All of them, those of the procedure first, then lot by lot."""
    found = list(_of_procedure(facts, now))
    for one in facts.lots:
        found += _of_lot(facts, one)
    return found


def _missing(code: str, sentence: str, term: str = "", lot: str = "") -> Finding:
    return Finding(code, "missing", sentence, term, lot)


def _inconsistent(code: str, sentence: str, term: str = "", lot: str = "") -> Finding:
    return Finding(code, "inconsistent", sentence, term, lot)


def _of_procedure(facts: NoticeFacts, now: datetime) -> Iterator[Finding]:
    tender = facts.tender
    if not tender.cpv_main:
        yield _missing("cpv", _("The CPV code of the procedure is missing."), "BT-262")
    if facts.is_eu and not tender.buyer.vat_number:
        yield _missing("buyer_number", _("The registration number of the buyer is missing."), "BT-501")
    if facts.is_eu and not tender.legal_basis:
        yield _missing("legal_basis", _("The legal basis is missing."), "BT-01")
    if not tender.summary:
        yield _missing("summary", _("What was bought is not described in plain words."), "BT-24")
    if tender.withholds_award_value and not (facts.setting and facts.setting.withhold_ground):
        yield _missing("ground", _("The value is withheld, but no ground is chosen."), "BT-197")
    due = due_of(facts, now)
    if due.day and not told_lots(facts) and local_day(now, tender) > due.day:
        yield _inconsistent("late", _("The last day for this notice has passed."), "BT-05")
    if facts.lots and not any(one.is_settled for one in facts.lots):
        yield _missing("no_outcome", _("No lot has ended yet."), "BT-142")


def _of_lot(facts: NoticeFacts, one: LotFacts) -> Iterator[Finding]:
    code = one.lot.code
    words = {"lot": code}
    if not one.is_settled:
        if any(other.is_settled for other in facts.lots):
            yield _missing("lot_open", _("Lot %(lot)s has not been decided yet.") % words, "BT-142", code)
        return
    if not one.award:
        if one.cancellation is None and facts.tender.cancelled_at is None and one.companies and not one.out:
            text = _("Lot %(lot)s ended without award although no bid is recorded as excluded.") % words
            yield _inconsistent("no_reason", text, "BT-144", code)
        return
    yield from _of_award(facts, one)
    yield from _of_contract(facts, one)


def _of_award(facts: NoticeFacts, one: LotFacts) -> Iterator[Finding]:
    award, code, words = one.award, one.lot.code, {"lot": one.lot.code}
    assert award is not None
    if award.value is None:
        yield _missing("value", _("The value of the award of lot %(lot)s is missing.") % words, "BT-720", code)
    if award.winner is not None and not award.winner.scale:
        yield _missing("size", _("The size of the winner of lot %(lot)s is not known.") % words, "BT-165", code)
    if not one.companies:
        yield _inconsistent(
            "no_bids", _("Lot %(lot)s was awarded, but no opened bid is recorded.") % words, "BT-759", code
        )
    elif award.winner is not None and award.winner not in one.companies:
        text = _("The winner of lot %(lot)s is not among the companies that bid.") % words
        yield _inconsistent("winner_unknown", text, "BT-759", code)
    elif unsized := sum(not company.scale for company in one.companies):
        text = _("Companies of unknown size that bid for lot %(lot)s, not counted as small or medium: %(number)d.")
        yield _missing("sizes", text % {**words, "number": unsized}, "BT-760", code)
    if one.letters is None:
        text = _("The bidders of lot %(lot)s have not been told yet; the public should not learn it before them.")
        yield _missing("letters", text % words, "", code)


def _of_contract(facts: NoticeFacts, one: LotFacts) -> Iterator[Finding]:
    award, contract, code, words = one.award, one.contract, one.lot.code, {"lot": one.lot.code}
    assert award is not None
    if contract is None:
        text = _("The contract on lot %(lot)s has not been recorded: number and day of conclusion are missing.")
        yield _missing("contract", text % words, "BT-145", code)
        return
    if not contract.number:
        yield _missing("number", _("The contract on lot %(lot)s has no number.") % words, "BT-150", code)
    if contract.company_id != award.winner_id:
        text = _("The contract on lot %(lot)s names another company than the award.") % words
        yield _inconsistent("partner", text, "BT-3202", code)
    if award.value is not None and contract.value_at_start != award.value:
        text = _("The contract on lot %(lot)s has another value than the award.") % words
        yield _inconsistent("contract_value", text, "BT-720", code)
    if contract.signed_on < local_day(award.at, facts.tender):
        text = _("The contract on lot %(lot)s was signed before the award was decided.") % words
        yield _inconsistent("signed_early", text, "BT-145", code)
    elif one.letters is not None and contract.signed_on < one.letters.earliest_contract_date:
        text = _("The contract on lot %(lot)s was signed before the waiting time was over.") % words
        yield _inconsistent("signed_early", text, "BT-145", code)
    if contract.changes.filter(confirmed_at=None).exists():
        text = _("A change of the contract on lot %(lot)s waits for a second person and is not in the notice.") % words
        yield _missing("change_open", text, "BT-202", code)
