"""Benchmarks: read from sheets, told in words, intervals in the background, unit prices nobody can be told from."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts import clock
from accounts.lifecycle import Role
from evaluation.actions import benchmark as actions
from evaluation.benchmark.bootstrap import bootstrap
from evaluation.benchmark_files import read, template
from evaluation.benchmarks import analyse, changes
from evaluation.models import BenchmarkRun, BenchmarkSet
from evaluation.price_statistics import unit_prices
from tests import factories
from tests.evaluation.builders import add_bid, opened_case
from tests.evaluation.pages.test_scoring_pages import browser, text_of

SHEET = """unit;year;input: staff hours;output: cases;remark
Ashford;2024;100;1000;x
Barton;2024;200;1000;
Colby;2024;300;4000;
Dale;2024;50;100;
Ashford;2025;90;1000;
Barton;2025;150;1000;
Colby;2025;300;4500;
Dale;2025;40;100;
"""


def by_hand(town: factories.Town) -> BenchmarkSet:
    with translation.override("de"):
        found = read(SHEET.encode())
    return actions.save_set(
        actor=town.officer, owner=town.organization, title="Registry offices", about="", source="survey",
        inputs=found.inputs, outputs=found.outputs, rows=found.rows,
    )  # fmt: skip


@pytest.mark.parametrize("model", [("crs", "in"), ("vrs", "in"), ("crs", "out"), ("vrs", "out")])
def test_the_bootstrap_only_lowers_a_score_and_the_same_seed_gives_the_same(model: Any) -> None:
    chance = np.random.default_rng(3)
    x = chance.lognormal(0, 0.5, (15, 2))
    y = np.exp(np.log(x).mean(axis=1))[:, None] * chance.lognormal(0, 0.3, (15, 1))
    found, again = (bootstrap(x, y, *model, draws=200) for _n in range(2))
    other = bootstrap(x, y, *model, draws=200, seed=1)
    assert found == again and found != other
    columns = zip(found.score, found.corrected, found.low, found.high, strict=True)
    for score, corrected, low, high in columns:
        assert 0 <= low <= corrected <= score + 1e-9 and corrected <= high + 1e-9 and score <= 1
    with pytest.raises(ValueError, match="four units"):
        bootstrap(x[:3], y[:3])


def test_a_sheet_is_read_by_its_heads_and_each_wrong_cell_is_named() -> None:
    with translation.override("de"):
        found = read(SHEET.encode())
        assert (found.inputs, found.outputs, len(found.rows)) == (["staff hours"], ["cases"], 8)
        assert found.rows[0] == {"name": "Ashford", "year": 2024, "values": {"staff hours": "100", "cases": "1000"}}
        again = read(template())
        assert again.inputs == ["Arbeitsstunden"] and again.rows[0]["values"]["Fälle"] == "4300"
        wrong = SHEET.replace("Ashford;2024;100", "Ashford;24;viele").replace("Dale;2025", "Dale;2024")
        with pytest.raises(ValidationError) as caught:
            read(wrong.encode())
    text = " ".join(caught.value.messages)
    assert "Zelle B2" in text and "Zelle C2" in text and "zweimal" in text
    for bad in (b"unit;year\nA;2024\n", b"", b"\x00\x01\x02"):
        with pytest.raises(ValidationError):
            read(bad)


@pytest.mark.django_db
def test_the_analysis_says_how_near_from_whom_to_learn_and_what_to_be_careful_about() -> None:
    town = factories.make_town(keys=False)
    made = by_hand(town)
    found = analyse(made, 2024, "crs", "in")
    assert found is not None
    rows = {row.name: row for row in found.rows}
    with translation.override("en"):
        assert rows["Colby"].is_best and rows["Colby"].sentence == "Colby is among the best."
        assert rows["Barton"].sentence == "Barton reaches 0.38 of the best; learn from Colby."
    assert rows["Barton"].targets == (("staff hours", "200", "75"),)
    assert "4 " in found.warnings[0]
    variable = analyse(made, 2024, "vrs", "in")
    assert variable is not None and None in {row.superior for row in variable.rows}  # shown as –
    moved = {one.name: one.total for one in changes(made, 2024, 2025)}
    assert moved["Ashford"] == pytest.approx(10 / 9)
    assert changes(made, 2024, 2030) == []


@pytest.mark.django_db
def test_intervals_are_asked_for_once_computed_once_and_given_up_after_three_tries() -> None:
    town = factories.make_town(keys=False)
    made, now = by_hand(town), clock.now()
    model = {"set_id": made.pk, "year": 2024, "returns": "crs", "orientation": "in", "draws": 100}
    first = actions.request_bootstrap(actor=town.officer, **model)
    assert actions.request_bootstrap(actor=town.officer, **model) == first
    BenchmarkRun.objects.update(lease_until=now + timedelta(minutes=5), attempts=1)
    assert actions.work(now) == 0  # somebody holds it
    assert actions.run_waiting(now + timedelta(minutes=6)) == 1  # and did not come back
    first.refresh_from_db()
    assert first.finished_at and set(first.result) == {"Ashford", "Barton", "Colby", "Dale"}
    assert actions.work(now + timedelta(hours=1)) == 0
    BenchmarkRun.objects.update(finished_at=None, attempts=3, lease_until=now)
    assert actions.run_waiting(now + timedelta(minutes=1)) == 0
    first.refresh_from_db()
    assert first.failed == "attempts"


@pytest.mark.django_db
def test_pages_take_a_sheet_show_the_finding_and_are_hidden_from_strangers_and_bidders(client: Any) -> None:
    town, company = factories.make_town(keys=False), factories.make_company()
    officer = browser(town.officer)
    data = {"owner": str(town.organization.pk), "title": "Registry offices", "source": "survey"}
    broken = officer.post(reverse("benchmark_add"), {**data, "file": SimpleUploadedFile("a.csv", b"unit,year\n")})
    assert broken.status_code == 422 and "The first row needs" in text_of(broken)
    nothing = officer.post(reverse("benchmark_add"), data)
    assert nothing.status_code == 422 and "No contract has a period" in text_of(nothing)
    sheet = SimpleUploadedFile("a.csv", SHEET.replace(";", ",").encode())
    assert officer.post(reverse("benchmark_add"), {**data, "file": sheet}).status_code == 302
    page = reverse("benchmark_set", args=[BenchmarkSet.objects.get().pk])
    body = text_of(officer.get(page, {"year": "2024", "returns": "crs"}))
    assert "Barton reaches 0.38 of the best; learn from Colby." in body and "Benchmark, not an award criterion" in body
    assert "Change from 2024 to 2025" in text_of(officer.get(page))
    stranger = factories.make_town(keys=False).officer
    member = factories.make_user(town.organization, Role.COUNCIL_MEMBER)
    assert [browser(who).get(page).status_code for who in (stranger, company.bidder, member)] == [404, 404, 404]
    assert officer.post(reverse("benchmark_intervals", args=[BenchmarkSet.objects.get().pk])).status_code == 302
    assert BenchmarkRun.objects.count() == 1


@pytest.mark.django_db
def test_members_of_a_service_centre_read_its_sets_while_they_belong_to_it() -> None:
    from accounts.models import CentreMember

    centre, town = factories.make_town(keys=False), factories.make_town(keys=False)
    made, now = by_hand(centre), clock.now()
    assert not BenchmarkSet.objects.visible_to(town.officer, now)
    CentreMember.objects.create(
        centre=centre.organization, municipality=town.organization, since=now - timedelta(days=1)
    )
    assert list(BenchmarkSet.objects.visible_to(town.officer, now)) == [made]
    CentreMember.objects.update(until=now)
    assert not BenchmarkSet.objects.visible_to(town.officer, now)


@pytest.mark.django_db
def test_unit_prices_need_three_municipalities_and_five_suppliers_and_finished_tenders() -> None:
    now = clock.now()
    for town in range(3):
        case = opened_case()
        for number in range(2):
            add_bid(case, f"B{number:02}", {"1.1": f"{2 + town}.{number}0", "1.2": "400.00"})
        if town == 2:
            assert unit_prices(now) == []
        case.tender.awarded_at = now
        case.tender.save()
    found = unit_prices(now)
    assert found and all((one.buyers, one.suppliers, one.prices) == (3, 6, 6) for one in found)
    assert {(one.least, one.middle, one.greatest) for one in found} >= {(Decimal(2), Decimal("3.05"), Decimal("4.1"))}
    assert unit_prices(now, "99") == []
