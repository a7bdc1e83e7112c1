"""What comes after the decision, played for the pages that show it: letters, questions, a contract and its year.

Also what stands beside a procedure: own costs, a rule tried before it is published, a data set, a rehearsal.
`play()` gives the pages, some twice: as the office and as a company sees them, before an act and after it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.models import Organization
from evaluation import actions
from evaluation.models import Contract, Letter
from tests import factories
from tests.evaluation import builders
from tests.screens.samples import Shot

DAY = timedelta(days=1)
NAMES = {"B01": "Eilpost Nord GmbH", "B02": "Briefwerk eG", "B03": "Kurier Süd KG"}
SHEET = """unit;year;input: Arbeitsstunden;output: Fälle
Adorf;2024;100;1000
Bstadt;2024;200;1000
Cburg;2024;300;4000
Dheim;2024;50;100
Adorf;2025;90;1000
Bstadt;2025;150;1000
Cburg;2025;300;4500
Dheim;2025;40;100
"""


def play() -> list[Shot]:
    """All of it, with the addresses of what was made."""
    with translation.override("de"):
        with clock.simulated(clock.now() - 70 * DAY):
            town = factories.make_town(name="Stadt Danach", keys=True)
        parts = (_proposed, _ready, _contract, _tried, _compared, _rehearsed)
        return [shot for part in parts for shot in part(town)]


def _case(town: factories.Town, title: str, **fields: Any) -> builders.Case:
    """Three bids with a promised number of days: B02 is first, B01 second, B03 excluded."""
    tender = factories.opened_tender(town, title=title, criteria=factories.efficiency_criteria(), **fields)
    case = builders.Case(town, tender)
    for name, letters, year, days in (
        ("B01", "2.00", "400.00", "12"), ("B02", "2.20", "500.00", "5"), ("B03", "2.10", "500.00", "9")
    ):  # fmt: skip
        builders.add_bid(case, name, {"1.1": letters, "1.2": year}, promised={"E1": days})
        Organization.objects.filter(pk=case.companies[name].organization.pk).update(name=NAMES[name])
    builders.check_all(case)
    exclusion = actions.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B03"].pk, lot_code=None, code="not_eligible",
        reason="Die Lizenz der Bundesnetzagentur fehlt.",
    )  # fmt: skip
    actions.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    builders.score_and_close(case, {"B01": {"B1": "6"}, "B02": {"B1": "9"}, "B03": {"B1": "6"}})
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    return case


def _propose(case: builders.Case) -> Any:
    lots = {"L1": case.bids["B02"].pk}
    return actions.propose_award(
        actor=case.town.officer, tender_id=case.tender.pk, lots=lots, reason="Die meisten Punkte."
    )


def _awarded(town: factories.Town, title: str) -> builders.Case:
    case = _case(town, title, value="60000")
    actions.record_register_query(actor=case.town.officer, bid_id=case.bids["B02"].pk, result="clear")
    actions.decide_award(actor=case.town.second, approval_id=_propose(case).pk)
    return case


def _proposed(town: factories.Town) -> Iterator[Shot]:
    """An award that waits for the register and for the second person; own costs beside the bids."""
    case = _case(town, "Druck und Versand der Bescheide", value="60000")
    tender = case.tender.pk
    _own_costs(case)
    actions.evaluate_tender(actor=town.officer, tender_id=tender)
    _propose(case)
    yield Shot("evaluation_award", reverse("evaluation_award", args=[tender]), town.officer.pk)
    yield Shot("award_register", reverse("award_register", args=[tender, case.bids["B02"].pk]), town.officer.pk)
    yield Shot("provision", reverse("provision", args=[tender]), town.officer.pk)
    yield Shot("provision_lot", reverse("provision_lot", args=[tender, "L1"]), town.officer.pk)


def _own_costs(case: builders.Case) -> None:
    case.tender.lots.update(reference_quantity=Decimal(5000), reference_unit="Briefe")
    actions.add_discount_rate(
        actor=case.town.officer, tender_id=case.tender.pk, pct=Decimal("1.5"), valid_from=date(2020, 1, 1),
        source="Haushaltssatzung",
    )  # fmt: skip
    zero = {"once": Decimal(0), "per_year": Decimal(0), "per_case": Decimal(0), "confidence": "measured"}
    items = [
        {**zero, "code": "personnel", "per_year": Decimal(21_000), "source": "KGSt-Stundensätze 2025"},
        {**zero, "code": "postage", "per_case": Decimal("0.45"), "source": "Rechnungen 2025"},
    ]
    actions.save_provision(actor=case.town.officer, tender_id=case.tender.pk, lot_code="L1", items=items)


def _ready(town: factories.Town) -> Iterator[Shot]:
    """Decided, the letters not sent yet."""
    case = _awarded(town, "Entleerung der Papierkörbe")
    yield Shot("award_letters before", reverse("award_letters", args=[case.tender.pk]), case.town.officer.pk)


def _contract(town: factories.Town) -> Iterator[Shot]:
    """Letters sent 70 days ago, a question, a complaint; lot L1 under contract, with a period and its reply."""
    with clock.simulated(clock.now() - 70 * DAY):
        case = _awarded(town, "Zustellung der Wahlbenachrichtigungen")
        actions.send_letters(actor=case.town.officer, tender_id=case.tender.pk)
        unsigned = _awarded(town, "Botendienst zwischen den Rathäusern")
        actions.send_letters(actor=unsigned.town.officer, tender_id=unsigned.tender.pk)
        yield Shot("contract_sign", reverse("contract_sign", args=[unsigned.tender.pk, "L1"]), unsigned.town.officer.pk)
        options = [
            {"kind": "renewal", "title": "Verlängerung um ein Jahr", "months": 12, "value": Decimal(20_000)},
            {"kind": "renewal", "title": "Zweite Verlängerung", "months": 12, "value": Decimal(21_000)},
        ]
        contract = actions.sign_contract(
            actor=case.town.officer, tender_id=case.tender.pk, lot_code="L1", number="2026/17", options=options
        )
    yield from _letters(case)
    yield from _notice(case)
    yield from _year(case, contract)


def _letters(case: builders.Case) -> Iterator[Shot]:
    loser, officer, tender = case.companies["B01"].bidder.pk, case.town.officer.pk, case.tender.pk
    found = {row.bid.reference.rpartition("-")[2]: row for row in Letter.objects.filter(tender=case.tender)}
    question = actions.ask_for_reasons(
        actor=case.companies["B01"].bidder, letter_id=found["B01"].pk, text="Warum nur 6 Punkte für das Konzept?"
    )
    complaint = actions.file_complaint(
        actor=case.companies["B01"].bidder, tender_id=tender, known_on=clock.now().date(),
        text="Die Gewichte wurden nach der Öffnung geändert.",
    )  # fmt: skip
    yield Shot("award_letters", reverse("award_letters", args=[tender]), officer)
    yield Shot("award_letter", reverse("award_letter", args=[found["B01"].pk]), loser)
    yield Shot("award_letter of the winner", _at("award_letter", found["B02"]), case.companies["B02"].bidder.pk)
    yield Shot("bid_debrief", reverse("bid_debrief", args=[case.bids["B01"].pk]), loser)
    excluded = case.companies["B03"].bidder.pk
    yield Shot("bid_debrief excluded", reverse("bid_debrief", args=[case.bids["B03"].pk]), excluded)
    yield Shot("award_complaints", reverse("award_complaints", args=[tender]), officer)
    yield Shot("award_complaints of a bidder", reverse("award_complaints", args=[tender]), loser)
    yield Shot("award_complaint", reverse("award_complaint", args=[tender, complaint.pk]), officer)
    yield Shot("award_reasons", reverse("award_reasons", args=[tender, question.pk]), officer)


def _notice(case: builders.Case) -> Iterator[Shot]:
    """The notice of the award before and after its publication."""
    page = reverse("award_publication", args=[case.tender.pk])
    yield Shot("award_publication", page, case.town.officer.pk)
    actions.publish_award_notice(
        actor=case.town.officer, tender_id=case.tender.pk, reason="Die Größe der Bieter wird nachgetragen."
    )
    yield Shot("award_notice_public", reverse("award_notice_public", args=[case.tender.pk]), None)


def _year(case: builders.Case, contract: Contract) -> Iterator[Shot]:
    officer, supplier = case.town.officer, case.companies["B02"].bidder
    first, second = contract.options.order_by("pk")
    periods = []
    for number, days in ((0, "7.5"), (1, "4.5")):
        start = contract.starts_on + number * 31 * DAY
        with clock.simulated(contract.recorded_at + (31 * number + 33) * DAY):
            periods.append(actions.record_period(
                actor=officer, contract_id=contract.pk, start=start, end=start + 30 * DAY, quantity=Decimal(800),
                paid_net=Decimal("1700.00"), measured={"E1": Decimal(days)},
            ))  # fmt: skip
    actions.reply_to_period(actor=supplier, period_id=periods[0].pk, text="Im Streik stand die Zustellung drei Tage.")
    actions.draw_option(actor=officer, option_id=first.pk, reason="Die Zustellung ist verlässlich.")
    actions.change_contract(
        actor=officer, contract_id=contract.pk, description="Zwei Wahllokale mehr", ground="small",
        reason="Die Stichwahl kam hinzu.", delta=Decimal("9000.00"),
    )  # fmt: skip
    page = reverse("contract", args=[contract.pk])
    yield Shot("contracts", reverse("contracts"), officer.pk)
    yield Shot("contract", page, officer.pk)
    yield Shot("contract before the second person", page, case.town.second.pk)
    yield Shot("contract of the supplier", page, supplier.pk)
    yield Shot("contract_change", reverse("contract_change", args=[contract.pk]), officer.pk)
    yield Shot("contract_option", reverse("contract_option", args=[contract.pk, second.pk]), officer.pk)
    yield Shot("contract_period", reverse("contract_period", args=[contract.pk]), officer.pk)
    yield Shot("contract_reply", reverse("contract_reply", args=[contract.pk, periods[1].pk]), supplier.pk)


def _tried(town: factories.Town) -> Iterator[Shot]:
    """A rule tried on invented bids before it is published."""
    from evaluation.simulation import Invented

    tender = factories.draft_tender(town, title="Schulbuchausleihe")
    bids = [
        Invented("günstig", Decimal(90_000), {"B1": Decimal(6), "B2": Decimal(6)}),
        Invented("stark", Decimal(110_000), {"B1": Decimal(9), "B2": Decimal(9)}),
    ]
    actions.save_simulation(actor=town.officer, tender_id=tender.pk, lot_code="L1", bids=bids, sets=20, seed=3)
    yield Shot("evaluation_simulation", reverse("evaluation_simulation", args=[tender.pk]), town.officer.pk)


def _compared(town: factories.Town) -> Iterator[Shot]:
    """A data set of four registry offices over two years."""
    from evaluation.actions import benchmark
    from evaluation.benchmark_files import read

    found = read(SHEET.encode())
    made = benchmark.save_set(
        actor=town.officer, owner=town.organization, title="Bürgerämter im Kreis", about="", source="Umfrage 2025",
        inputs=found.inputs, outputs=found.outputs, rows=found.rows,
    )  # fmt: skip
    yield Shot("benchmark", reverse("benchmark"), town.officer.pk)
    yield Shot("benchmark_set", reverse("benchmark_set", args=[made.pk]), town.officer.pk)


def _rehearsed(town: factories.Town) -> Iterator[Shot]:
    """A note of a rehearsal."""
    from bids import actions as bidding
    from tests.bids.bidding import draft_with

    company = factories.make_company(name="Probe GmbH")
    draft = draft_with(company, factories.open_tender(town, title="Winterdienst am Bauhof"))
    done = bidding.rehearse(actor=company.bidder, draft_id=draft.pk, declarant="Clara")
    yield Shot("bid_rehearsed", reverse("bid_rehearsed", args=[done.pk]), company.bidder.pk)


def _at(name: str, row: Any) -> str:
    return reverse(name, args=[row.pk])
