"""Where bids are judged without names, no page, file or address of the interface tells the panel who bids."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import User
from evaluation import actions
from tendering.models import Tender
from tests import factories
from tests.config.test_access import ADDRESSES
from tests.evaluation.builders import Case, add_bid, check_all, opened_case, score, seat_panel

pytestmark = pytest.mark.django_db
NAMES = ("Lindenhof Druck GmbH", "Sonnenhang Versand AG")
PARTS = {"lot": "L1", "criterion": "B1"}
DECLARATION = "scoring_declare"  # asks about each bidder by name, and says of no bid whose it is


def neutral_case() -> Case:
    case = opened_case()
    rule = {**case.tender.evaluation, "anonymous_bids": True}
    Tender.objects.filter(pk=case.tender.pk).update(evaluation=rule)
    case.tender.refresh_from_db()
    for number, name in enumerate(NAMES, 1):
        add_bid(case, f"B0{number}", {"1.1": "2.00", "1.2": "400.00"}, company=factories.make_company(name=name))
    return case


def addresses(case: Case) -> Iterator[str]:
    """Everything that takes no more than the tender, a bid, a lot and a criterion."""
    known = {**PARTS, "tender_id": case.tender.pk, "bid_id": case.bids["B01"].pk}
    for name, pattern in sorted(ADDRESSES.items()):
        assert not isinstance(pattern, str)
        wanted = set(pattern.pattern.converters) if isinstance(pattern, URLPattern) else {"?"}
        if "tender_id" in wanted and wanted <= set(known) and name != DECLARATION:
            yield reverse(name, kwargs={key: known[key] for key in wanted})


@pytest.mark.slow
def test_an_evaluator_finds_no_name_of_a_bidder_until_the_panel_is_closed() -> None:
    case = neutral_case()
    check_all(case)
    anna, bernd, _clara = seat_panel(case)
    for person in (anna, bernd):
        score(case, person, {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}})
    evaluator, officer = Client(), Client()
    evaluator.force_login(anna)
    officer.force_login(case.town.officer)
    read, told, known = [], [], []
    for address in addresses(case):
        for client, found in ((evaluator, told), (officer, known)):
            answer = client.get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            found += [address for name in NAMES if name.encode() in content]
            read += [address] if client is evaluator and answer.status_code == 200 else []
    assert len(read) > 10, read
    assert told == []
    assert known, "the office reads the names, so the search finds them"


def test_nobody_judges_without_names_who_reads_them_at_the_opening_or_in_the_file() -> None:
    case = neutral_case()
    for role in (Role.OPENER, Role.OFFICER, Role.AUDITOR):
        both = factories.make_user(case.town.organization, Role.EVALUATOR, role)
        with pytest.raises(ValidationError) as caught:
            actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=[both])
        assert list(caught.value.message_dict) == ["users"]
    only = factories.make_user(case.town.organization, Role.EVALUATOR)
    assert actions.appoint_panel(actor=case.town.officer, tender_id=case.tender.pk, users=[only])


def test_a_role_that_reads_names_given_after_the_appointment_ends_the_scoring() -> None:
    case = neutral_case()
    check_all(case)
    anna, *_others = seat_panel(case)
    score(case, anna, {"B01": {"B1": "6", "B2": "6"}})
    factories.add_role(anna, case.town.organization, Role.OPENER)
    anna = User.objects.get(pk=anna.pk)
    with pytest.raises(RefusedError) as again:
        score(case, anna, {"B02": {"B1": "9", "B2": "8"}})
    with pytest.raises(RefusedError) as handed_in:
        actions.submit_scores(actor=anna, tender_id=case.tender.pk)
    assert {caught.value.refused.code for caught in (again, handed_in)} == {"knows_names"}
    Tender.objects.filter(pk=case.tender.pk).update(evaluation={**case.tender.evaluation, "anonymous_bids": False})
    score(case, anna, {"B02": {"B1": "9", "B2": "8"}})  # where names are no secret, the role does not matter


def test_a_chair_who_reads_names_elsewhere_does_not_moderate_without_names() -> None:
    case = neutral_case()
    check_all(case)
    for person in seat_panel(case):
        score(case, person, {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}})
        actions.submit_scores(actor=person, tender_id=case.tender.pk)
    chair, page = case.town.chair, reverse("moderation", args=[case.tender.pk])
    client = Client()
    client.force_login(chair)
    close = reverse("moderation_close", args=[case.tender.pk])
    assert close in client.get(page).content.decode()
    factories.add_role(chair, case.town.organization, Role.OPENER)
    chair = User.objects.get(pk=chair.pk)
    agreed = {
        "bid_id": case.bids["B01"].pk,
        "lot_code": "L1",
        "criterion_code": "B1",
        "value": "7",
        "reason": "Agreed.",
    }
    for act, key in ((actions.set_consensus, agreed), (actions.close_panel, {"tender_id": case.tender.pk})):
        with pytest.raises(RefusedError) as caught:
            act(actor=chair, **key)
        assert caught.value.refused.code == "knows_names"
    assert client.get(close).status_code == 403
    assert close not in client.get(page).content.decode()
    Tender.objects.filter(pk=case.tender.pk).update(evaluation={**case.tender.evaluation, "anonymous_bids": False})
    assert actions.close_panel(actor=chair, tender_id=case.tender.pk)
