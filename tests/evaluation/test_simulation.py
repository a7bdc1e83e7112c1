"""A rule is tried on invented bids before it is published: answers, file, page, API, and who may do it when."""

import io
from decimal import Decimal
from fractions import Fraction

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.decision import RefusedError
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.models import Simulation
from evaluation.simulation import Invented, Simulator, default_bids, simulate
from tests import factories
from tests.evaluation.builders import evaluated_case
from tests.evaluation.scoring.builders import spec

D = Decimal
WEIGHTS = {"B1": Fraction(60), "B2": Fraction(40)}
MIDDLE = D(100_000)


def tried(method: str = "weighted_linear", sets: int = 60, seed: int = 1, **changes):
    return simulate(spec(method, **changes), WEIGHTS, default_bids(WEIGHTS, MIDDLE), MIDDLE, sets, seed)


class TestAnswers:
    def test_a_quality_point_is_worth_what_the_formula_says(self):
        # lowest price 85,000, half and half, zero at twice: one point is 85,000 / 100 = 850
        assert tried(compare="exact").point_worth == D("850.00")
        # divided by price: 1 % of 80 quality points is 1 % of the price, so 1 point is 1.25 %
        assert tried("ratio_simple").point_worth == D("1250.00")
        assert tried("monetised").point_worth == D("300.00")
        assert tried("price_only").point_worth == 0

    def test_published_least_scores_of_criteria_and_groups_keep_an_invented_bid_out(self):
        from evaluation.scoring.inputs import GroupMinimum

        bids = [Invented("A", D(80_000), {"B1": D(9), "B2": D(4)}), Invented("B", D(99_000), {"B1": D(7), "B2": D(7)})]
        cheap = spec("price_only", tie_chain=("lower_price", "draw_lots"))
        assert simulate(cheap, WEIGHTS, bids, MIDDLE, 1, 1).winner == ("A",)
        assert simulate(cheap, WEIGHTS, bids, MIDDLE, 1, 1, {"B2": D(4)}).winner == ("A",)
        found = simulate(cheap, WEIGHTS, bids, MIDDLE, 1, 1, {"B2": D("4.25")})
        assert found.winner == ("B",) and [one.rank for one in found.placed] == [None, 1]
        group = spec("price_only", tie_chain=cheap.tie_chain, group_minima=(GroupMinimum("All", ("B1", "B2"), D(71)),))
        assert simulate(group, WEIGHTS, bids, MIDDLE, 1, 1).winner == ()
        assert simulate(group, WEIGHTS, [*bids, Invented("C", D(100_000), {"B1": D(8), "B2": D(6)})], MIDDLE, 1, 1
                        ).winner == ("C",)  # fmt: skip

    def test_the_line_of_equal_bids_runs_through_the_middle_bid(self):
        found = dict(tried("monetised").indifferent)
        assert found[D("800.00")] == D("100000.00")
        assert found[D("900.00")] == D("103000.00")

    def test_the_same_seed_gives_the_same_and_another_seed_other_sets(self):
        assert tried() == tried()
        assert tried(seed=2).other_methods != tried().other_methods

    def test_no_losing_bid_decides_under_a_method_without_references_and_some_do_under_means(self):
        assert tried("ratio_simple", sets=200).winner_changes == 0
        means = tried("ratio_weighted_mean", sets=200)
        assert means.winner_changes > 0
        assert means.reversal is not None
        assert len(means.reversal.bids) >= 3

    def test_the_example_of_a_reversal_can_be_checked_by_hand(self):
        found = tried("ratio_weighted_mean", sets=200).reversal
        made = Simulator(spec("ratio_weighted_mean"), {"B1": Fraction(100)})
        bids = [made.entry(Invented(name, price, {"B1": points / 100})) for name, price, points in found.bids]
        assert made.winners(bids) == found.before
        assert made.winners([bid for bid in bids if bid.bid_id != found.left_out]) == found.after

    def test_a_criterion_without_weight_in_the_decision_is_dead(self):
        chain = ("lower_price", "draw_lots")
        assert set(tried("price_only", tie_chain=chain).dead) == set(WEIGHTS)
        assert tried().dead == ()

    def test_rounding_decides_where_points_are_rounded_to_whole_hundreds(self):
        from evaluation.scoring.inputs import Rounding

        coarse = {name: Rounding("half_up", 0) for name in ("price_points", "quality_points", "total")}
        assert tried(rounding=coarse, sets=200).rounding_decides > 0
        assert tried("ratio_simple").rounding_decides == 0

    def test_extreme_situations_are_named_with_who_wins(self):
        found = {item.code: item.winner for item in tried().degenerate}
        assert found["single"] == ("A",)
        assert found["equal"] == ("A", "B")
        assert found["cheapest_is_worst"] == ("B",)

    def test_a_bid_above_the_cap_is_out(self):
        found = tried(price_cap=D(90_000))
        assert [row.rank for row in found.placed] == [1, None, None]

    def test_prices_of_zero_are_no_bids(self):
        with pytest.raises(ValueError, match="above zero"):
            simulate(spec(), WEIGHTS, [Invented("A", D(0), {})], MIDDLE, 1, 1)


@pytest.fixture
def town(db: None) -> factories.Town:
    return factories.make_town()


def keep(town, tender, user=None, **changes):
    bids = [Invented("cheap", D(90), {"B1": D(6), "B2": D(6)}), Invented("strong", D(110), {"B1": D(9), "B2": D(9)})]
    given = {"lot_code": "L1", "bids": bids, "sets": 10, "seed": 3, **changes}
    return actions.save_simulation(actor=user or town.officer, tender_id=tender.pk, **given)


def test_a_trial_is_kept_with_rule_bids_and_answers_and_stands_in_the_trail(town):
    tender = factories.draft_tender(town)
    saved = keep(town, tender)
    assert (saved.sets, saved.seed, saved.result["sets"]) == (10, 3, 10)
    assert saved.bids[0] == {"name": "cheap", "price": "90", "scores": {"B1": "6", "B2": "6"}}
    assert "numpy" in saved.versions
    event = AuditEvent.objects.latest("pk")
    assert event.verb == "rule.simulated"
    assert f'"simulation":{saved.pk}' in event.body


def test_what_cannot_be_tried_is_refused_and_nothing_is_kept(town):
    tender = factories.draft_tender(town)
    for wrong in ({"bids": []}, {"sets": 1001}, {"bids": [Invented("A", D(0), {})]}):
        with pytest.raises(ValidationError):
            keep(town, tender, **wrong)
    with pytest.raises(RefusedError) as refused:
        keep(town, tender, user=town.chair)
    assert refused.value.refused.status == 403
    assert not Simulation.objects.exists()


def test_once_published_a_rule_is_only_read(db):
    case = evaluated_case()
    with pytest.raises(RefusedError) as refused:
        keep(case.town, case.tender)
    assert refused.value.refused.status == 409
    client = signed_in(case.town.officer)
    page = client.get(f"/tenders/{case.tender.pk}/simulation/")
    assert page.status_code == 200
    assert b'<form class="app-form"' not in page.content
    assert client.post(f"/tenders/{case.tender.pk}/simulation/", {"act": "run"}).status_code == 409


def signed_in(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def typed(**changes: str) -> dict[str, str]:
    fields = {"sets": "10", "seed": "1", "source": "", "act": "run"}
    for number, (name, price, score) in enumerate([("cheap", "90,000.00", "6"), ("strong", "110,000.00", "9")]):
        fields |= {
            f"bid-{number}-name": name, f"bid-{number}-price": price, f"bid-{number}-score-B1": score,
            f"bid-{number}-score-B2": score,
        }  # fmt: skip
    return {**fields, **changes}


def test_the_page_opens_with_three_invented_bids_and_says_first_who_wins(town, django_assert_max_num_queries):
    tender = factories.draft_tender(town)
    client = signed_in(town.officer)
    with django_assert_max_num_queries(40):
        page = client.get(f"/tenders/{tender.pk}/simulation/").content.decode()
    assert "Of the invented bids" in page
    assert "the middle bid" in page
    assert "numpy PCG64" in page


def test_typed_bids_are_tried_kept_and_listed(town):
    tender = factories.draft_tender(town)
    client, address = signed_in(town.officer), f"/tenders/{tender.pk}/simulation/"
    page = client.post(address, typed())
    assert page.status_code == 200
    assert "€90,000.00" in page.content.decode()
    assert not Simulation.objects.exists()
    assert client.post(address, typed(act="keep")).status_code == 302
    assert "10 random sets, seed 1" in client.get(address).content.decode()


def test_a_trial_is_taken_away_as_a_workbook_now_and_later(town):
    tender = factories.draft_tender(town)
    client, address = signed_in(town.officer), f"/tenders/{tender.pk}/simulation/"
    file = client.post(address, typed(act="file"))
    assert file.headers["Content-Disposition"].startswith("attachment") and not Simulation.objects.exists()
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    assert book.sheetnames[:3] == ["Answers", "Invented bids", "What quality may cost"]
    prices = [row[1] for row in book["Invented bids"].iter_rows(min_row=2, values_only=True)]
    page = client.post(address, typed()).context["placed"]
    assert len(prices) == len(page.rows) and all(isinstance(price, (int, float)) for price in prices)
    client.post(address, typed(act="keep"))
    kept = Simulation.objects.get()
    later = f"{address}{kept.pk}.xlsx"
    assert later in client.get(address).content.decode()
    assert openpyxl.load_workbook(io.BytesIO(client.get(later).content)).sheetnames == book.sheetnames
    assert signed_in(factories.make_town(keys=False).officer).get(later).status_code == 404
    assert signed_in(town.evaluators[0]).get(later).status_code == 403


def test_a_wrong_number_is_told_at_its_field_and_stays_typed(town):
    tender = factories.draft_tender(town)
    page = signed_in(town.officer).post(f"/tenders/{tender.pk}/simulation/", typed(**{"bid-0-price": "cheap"}))
    assert page.status_code == 422
    assert 'value="cheap"' in page.content.decode()


def test_two_bids_of_the_same_name_are_told_apart_before_they_are_tried(town):
    tender = factories.draft_tender(town)
    page = signed_in(town.officer).post(f"/tenders/{tender.pk}/simulation/", typed(**{"bid-1-name": "cheap"}))
    assert page.status_code == 422
    assert "a name of its own" in page.content.decode()
    with pytest.raises(ValidationError):
        keep(town, tender, bids=[Invented("A", D(90), {}), Invented("A", D(95), {})])


def test_a_draft_without_a_complete_rule_says_what_to_do(town):
    tender = factories.draft_tender(town)
    tender.criteria.filter(code="B1").delete()
    page = signed_in(town.officer).get(f"/tenders/{tender.pk}/simulation/")
    assert page.status_code == 409
    assert "Finish the step" in page.content.decode()


def test_the_api_tries_and_keeps_with_numbers_as_text(town):
    tender = factories.draft_tender(town)
    client, address = signed_in(town.officer), f"/api/v1/evaluations/{tender.pk}/simulate/"
    bids = [{"name": "A", "price": "90000.00", "scores": {"B1": "6", "B2": "6"}}]
    given = {"bids": bids, "sets": 5, "seed": 1}
    tried_ = client.post(address, given, content_type="application/json")
    assert tried_.status_code == 200, tried_.content
    assert tried_.json()["result"]["winner"] == ["A"]
    assert client.get(address).json() == []
    client.post(address, {**given, "keep": True}, content_type="application/json")
    assert [row["sets"] for row in client.get(address).json()] == [5]
    twice = client.post(address, {**given, "bids": bids * 2}, content_type="application/json")
    assert twice.status_code == 400 and "a name of its own" in twice.content.decode()
    wrong = client.post(address, {"bids": [{"name": "A", "price": "0"}]}, content_type="application/json")
    assert wrong.status_code == 400
    assert signed_in(town.chair).post(address, given, content_type="application/json").status_code == 403


def test_a_foreign_draft_does_not_exist(town):
    other = factories.make_town(name="Elsewhere")
    tender = factories.draft_tender(town)
    assert signed_in(other.officer).get(f"/tenders/{tender.pk}/simulation/").status_code == 404
    assert signed_in(other.officer).get(f"/api/v1/evaluations/{tender.pk}/simulate/").status_code == 404
