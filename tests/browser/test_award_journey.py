"""From the opening to the contract and its first month: thirteen people, each with a browser of their own.

What the journey from the draft to the workbook (test_procedure) has examined is taken as rows here: the tender and its
sealed bids.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.lifecycle import Role
from evaluation.models import KpiMeasurement, LetterDispatch
from tendering.models import Tender
from tests import factories
from tests.bids.bidding import content, submit
from tests.browser import after, office, opener, panel
from tests.browser.languages import LANGUAGES
from tests.browser.officer import TITLE
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOSER, WINNER = "Brief und Bote GmbH", "Postillon eG"


@pytest.mark.parametrize("language", LANGUAGES)
def test_bids_go_from_the_opening_to_a_measured_contract(visit: Callable[..., Visitor], language: str) -> None:
    town, loser, winner = _sealed(language)
    tender = Tender.objects.get(title=TITLE)

    def person(role: str, user: Any, *, axe: bool = True) -> Visitor:
        return visit(role, user=user, language=language, axe=axe, session=True)

    openers = [person(f"opener {n}", user) for n, user in enumerate(town.openers[:2], 1)]
    openers[0].open(f"/tenders/{tender.pk}/opening/")
    opener.declare(openers[0])
    opener.first_part(openers[0], tender)
    opener.second_part(openers[1], tender)

    officer, approver = person("officer", town.officer), person("approver", town.second)
    office.appoint_panel(officer, tender)
    office.check(officer, (LOSER, WINNER))
    office.confirm(approver)
    for number, (user, scores) in enumerate(zip(town.evaluators, ((2, 9), (8, 9), (9, 8)), strict=True)):
        evaluator = person(f"evaluator {number + 1}", user, axe=number == 0)
        evaluator.open("/desk/")
        panel.score(evaluator, scores, cells=2)
    chair = person("chair", town.chair)
    chair.open("/desk/")
    panel.open_moderation(chair)
    panel.agree(chair, "6")
    panel.close_for_good(chair)

    office.evaluate(officer, tender)
    assert office.read_result(officer, tender) == [WINNER]
    after.note_register(officer, tender)
    after.propose(officer)
    after.decide_too_early(approver, tender)
    paper = after.write_paper(officer, tender)
    member = person("council member", town.people["council"])
    after.ask(member)
    after.let_the_session_come(paper)
    after.record_vote(officer, paper)
    after.decide(approver, tender)

    notice = after.send_letters(officer, tender, letters=2)
    after.contract_is_blocked_until(officer, notice)
    losing = person("losing bidder", loser.bidder)
    letter = after.read_letter(losing)
    after.read_explanation(losing)
    assert LetterDispatch.objects.get(letter=letter, recipient=loser.bidder).read_at
    after.answer(officer, tender)
    after.move_standstill(notice, days=1)
    after.contract_is_blocked_until(officer, notice)
    after.move_standstill(notice, days=-40)
    contract = after.sign(officer, tender)
    after.measure(officer, contract)
    supplier = person("contractor", winner.bidder)
    after.reply(supplier, contract)
    assert not KpiMeasurement.objects.get(period__contract=contract).is_kept


def _sealed(language: str) -> tuple[factories.Town, factories.Company, factories.Company]:
    """A council town whose tender under EU rules has two sealed bids and a deadline that has passed."""
    town = factories.make_town(language=language)
    town.organization.details = {"award_competence": {"mayor_up_to": 5000}, "council": "Stadtrat"}
    town.organization.save()
    town.people["council"] = factories.make_user(town.organization, Role.COUNCIL_MEMBER, function="Council member")
    loser, winner = (factories.make_company(name=name, language=language) for name in (LOSER, WINNER))
    lots = [{**factories.default_lots()[0], "value": "60000", "baseline_cost_per_case": "7.5000"}]
    with clock.simulated(clock.now() - timedelta(days=41)):
        tender = factories.open_tender(
            town, title=TITLE, value="60000", profile="eu_vgv", language=language, lots=lots,
            criteria=factories.efficiency_criteria(), contract_months=24,
        )  # fmt: skip
    for hour, (company, price, days) in enumerate(((loser, "5.8000", "12"), (winner, "6.0000", "5"))):
        with clock.simulated(clock.now() - timedelta(days=40, hours=-hour)):
            lot = content(price)["lots"]["L1"] | {"answers": {"B1": "Two checks"}, "promised": {"E1": days}}
            submit(company, tender, content(price, lots={"L1": lot}))
    return town, loser, winner
