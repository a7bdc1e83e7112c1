"""An evaluated tender with planted losers, people of the council, and papers about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from accounts import clock
from accounts.audit import in_transaction
from accounts.lifecycle import Role
from accounts.models import User
from evaluation import actions as evaluating
from evaluation.results import latest
from pilots import actions
from pilots.models import CouncilPaper
from tests import factories
from tests.evaluation import builders

LOSER, OUT, WINNER = "Sonnenhang Verlierer AG", "Ginsterweg Ausgeschieden KG", "Lindenhof Druck GmbH"
LOSING_PRICES = {"1.1": "1.97", "1.2": "431.17"}  # 18161.17 net, 21611.79 gross, 1.82 per case
OUT_PRICES = {"1.1": "1.61", "1.2": "313.31"}  # 14803.31 net, 17615.94 gross
NAMES = (LOSER, OUT)
# every spelling of the prices of those who are not to be named: net, gross, per case, in both languages and plain
PRICES = tuple(
    spelling
    for amount in ("18161.17", "21611.79", "14803.31", "17615.94")
    for whole, cents in [amount.split(".")]
    for spelling in (amount, f"{int(whole):,}.{cents}", f"{int(whole):,}".replace(",", ".") + f",{cents}",
                     f"{int(whole):,}", f"{int(whole):,}".replace(",", "."))
)  # fmt: skip
SECRETS = (*NAMES, *PRICES)


@dataclass
class Scene:
    """A town whose tender has been evaluated: the winner is proposed, one bid lost, one is out."""

    case: builders.Case
    council: User
    colleague: User

    @property
    def officer(self) -> User:
        return self.case.town.officer

    @property
    def tender(self) -> Any:
        return self.case.tender


def evaluated(**town: Any) -> Scene:
    place = factories.make_town(**town)
    place.organization.details = {
        "council": "Council (20 seats), Committee",
        "award_competence": {"mayor_up_to": 5000, "committee_up_to": 15000, "council_above": 15000},
    }
    place.organization.save()
    case = builders.Case(place, factories.opened_tender(place, language=place.organization.language))
    builders.add_bid(case, "B01", LOSING_PRICES)
    builders.add_bid(case, "B02", {"1.1": "2.20", "1.2": "500.00"})
    builders.add_bid(case, "B03", OUT_PRICES)
    for name, company in (("B01", LOSER), ("B02", WINNER), ("B03", OUT)):
        organization = case.companies[name].organization
        organization.name = company
        organization.save()
    builders.check_all(case, B03=builders.fine(mandatory={"A1": False}))
    scores = {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "10", "B2": "10"}, "B03": {"B1": "5", "B2": "5"}}
    builders.score_and_close(case, scores)
    evaluating.evaluate_tender(actor=place.officer, tender_id=case.tender.pk)
    council = factories.make_user(place.organization, Role.COUNCIL_MEMBER, function="Member of the council")
    colleague = factories.make_user(place.organization, Role.COUNCIL_MEMBER)
    return Scene(case, council, colleague)


def award(scene: Scene) -> None:
    """The award is decided as the rule has it; the vote it needs stands without a paper."""
    run = latest(scene.tender)
    assert run is not None
    bid = scene.case.bids["B02"]
    proposal = evaluating.propose_award(
        actor=scene.officer, tender_id=scene.tender.pk, lots={"L1": bid.pk}, reason="Best value."
    )
    with in_transaction():
        evaluating.record_resolution(
            actor=scene.officer, tender=scene.tender, at=clock.now(), body="Council", outcome="accepted",
            decided_at=clock.now(),
        )  # fmt: skip
        evaluating.decide_award(actor=scene.case.town.second, approval_id=proposal.pk)
    scene.tender.refresh_from_db()


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "body": "Town council", "session_at": clock.now() + timedelta(days=14), "agenda_item": "Item 4",
        "wording": "The proposal is confirmed.", "note": "Budget line 0815.", **changes,
    }  # fmt: skip


def drafted(scene: Scene, **changes: Any) -> CouncilPaper:
    return actions.draft_paper(actor=scene.officer, tender_id=scene.tender.pk, fields=fields(**changes))


def issued(scene: Scene, **changes: Any) -> CouncilPaper:
    return actions.issue_paper(actor=scene.officer, paper_id=drafted(scene, **changes).pk)


@contextmanager
def thrown_away(language: str = "en") -> Iterator[Scene]:
    """An evaluated tender inside a transaction that is undone at the end."""
    with transaction.atomic():
        yield evaluated(language=language)
        transaction.set_rollback(True)
