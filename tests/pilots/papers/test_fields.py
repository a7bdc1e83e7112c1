"""Who reads which field: walked through field by field, with planted losers."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts import clock
from evaluation import award_rules
from pilots.papers import fields
from pilots.papers.compose import compose, hash_of
from pilots.papers.fields import AWARD, KINDS, Rule, contents, texts
from pilots.papers.pilot import values_of as pilot_values
from tests.pilots import trials
from tests.pilots.papers import scenes

BEFORE_AWARD = {"subject", "header", "question", "procedure", "powers", "summary"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_name_of_its_own_a_label_a_rule_and_a_shape(kind: str) -> None:
    names = [field.name for field in KINDS[kind]]
    assert len(names) == len(set(names))
    for field in KINDS[kind]:
        assert str(field.label)
        assert field.rule in Rule
        assert field.shape in {"text", "lines", "facts", "tiles", "tables", "options", "checks", "points", "bars",
                               "series", "effects"}  # fmt: skip
        assert not field.gives_way_to or field.gives_way_to in names


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_awarded", [False, True])
def test_the_public_version_holds_exactly_the_fields_whose_rule_says_so(kind: str, is_awarded: bool) -> None:
    values = {field.name: f"planted in {field.name}" for field in KINDS[kind]}
    full, public = contents(kind, values, is_awarded=is_awarded)
    assert set(full["fields"]) == set(values)
    text = json.dumps(public)
    for field in KINDS[kind]:
        readable = field.rule == Rule.PUBLIC or (field.rule == Rule.AFTER_AWARD and is_awarded)
        assert (f'"planted in {field.name}"' in text) == readable, field.name


def test_before_the_award_everybody_reads_subject_procedure_and_dates_only() -> None:
    assert {field.name for field in AWARD if fields.is_public(field, is_awarded=False)} == BEFORE_AWARD


def test_a_value_without_a_field_is_refused() -> None:
    with pytest.raises(KeyError):
        contents("award", {"secret": "x"}, is_awarded=True)


def test_a_field_that_gives_way_is_not_shown_beside_the_fuller_one() -> None:
    full, public = contents("award", {"result": ["r"], "bids": ["b"]}, is_awarded=True)
    assert [block.name for block in fields.blocks(full)] == ["bids"]
    assert [block.name for block in fields.blocks(public)] == ["result"]


@pytest.mark.django_db
@pytest.mark.parametrize("is_awarded", [False, True])
@pytest.mark.parametrize("language", ["de", "en"])
def test_no_field_of_the_public_version_names_a_loser_or_a_losers_price(is_awarded: bool, language: str) -> None:
    scene = scenes.evaluated(language=language)
    if is_awarded:
        scenes.award(scene)
    paper = scenes.drafted(scene)
    composed = compose(paper, clock.now())
    seen = "\n".join(texts(composed.full))
    assert all(name in seen for name in scenes.NAMES)  # the planted names are there to be found
    assert "21611.79" in seen
    for name, value in composed.public["fields"].items():
        for secret in scenes.SECRETS:
            assert not any(secret in text for text in texts(value)), (name, secret)
    public = "\n".join(texts(composed.public))
    assert (scenes.WINNER in public) == is_awarded
    assert ("24.157,00" in public or "24,157.00" in public) == is_awarded


@pytest.mark.django_db
def test_the_finding_says_who_why_at_what_price_and_what_it_saves(scene) -> None:
    values = compose(scenes.drafted(scene), clock.now()).full["fields"]
    assert values["finding"].startswith(f"{scenes.WINNER} is proposed: first by the published rule, with ")
    assert "€24,157.00" in values["finding"]
    assert values["finding"].endswith("That saves €843 a year against today.")
    assert values["competence"] == "Net value €20,300: above €15,000 the council decides."
    assert [option["code"] for option in values["alternatives"]] == ["award", "before", "cancel"]
    assert values["alternatives"][1]["text"] == "That is €843 a year more than the bid in first place."
    assert values["alternatives"][1]["cost"] == "About €25,000 a year (10,000 cases at €2.50)."
    assert any("cannot be changed" in line for line in values["powers"])
    assert values["competition"] == ["3 bids received, 2 compared, 1 excluded."]
    assert values["exclusions"][0].startswith(f"{scenes.OUT} (Excluded): ")
    assert values["low_prices"] == ["No price was noticeably low."]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limits", "profile", "said"),
    [
        ({"mayor_up_to": 25000}, "", "Net value €20,300: up to €25,000 the mayor may decide alone."),
        (
            {"mayor_up_to": 5000, "committee_up_to": 25000},
            "",
            "Net value €20,300: up to €25,000 the committee decides.",
        ),
        ({"mayor_up_to": 5000}, "", "Net value €20,300: above €5,000 the council decides."),
        ({}, "generic_en", "Net value €20,300: up to €50,000 the mayor may decide alone."),
        ({}, "", ""),
    ],
)
def test_who_decides_is_what_the_award_itself_asks_for(scene, limits, profile, said) -> None:
    town, tender = scene.case.town.organization, scene.tender
    town.details = {**town.details, "award_competence": limits}
    town.save()
    if profile:
        type(tender).objects.filter(pk=tender.pk).update(profile=profile)
    values = compose(scenes.drafted(scene), clock.now()).full["fields"]
    assert values.get("competence", "") == said
    tender.refresh_from_db()
    needed = award_rules.competence(tender, Decimal("20300.00"))
    assert (needed is None) == (said == "")
    if needed is not None and needed.limit is not None:
        assert f"€{needed.limit:,.0f}" in said and needed.body in said


@pytest.mark.django_db
def test_the_tables_say_what_the_result_says(scene) -> None:
    values = compose(scenes.drafted(scene), clock.now()).full["fields"]
    run = scene.tender.evaluation_runs.latest()
    stored = {row["bid_id"][-3:]: row for row in run.result["lots"][0]["rows"]}
    first, second, out = values["bids"][0]["rows"]
    assert first["cells"][:4] == [scenes.WINNER, "1", "€24,157.00", f"{float(stored['B02']['total']):g}"]
    assert second["cells"][:3] == [scenes.LOSER, "2", "€21,611.79"]
    assert out["cells"][:3] == [scenes.OUT, "–", "Excluded"]
    prices = {point["label"]: point["price"] for point in values["picture_bids"]["points"]}
    assert prices[scenes.WINNER] == stored["B02"]["evaluation_price"]
    result = values["result"][0]["rows"]
    assert result[1]["cells"] == ["1 further admissible bid", *["not public"] * (len(result[1]["cells"]) - 1)]


@pytest.mark.django_db
def test_both_versions_have_one_hash_that_every_change_breaks(scene) -> None:
    composed = compose(scenes.drafted(scene), clock.now())
    assert composed.sha256 == hash_of(composed.full, composed.public)
    changed: dict[str, Any] = {**composed.full, "is_awarded": True}
    assert hash_of(changed, composed.public) != composed.sha256


@pytest.mark.django_db
def test_a_pilot_paper_says_what_the_pilots_page_says_and_keeps_the_remarks_inside() -> None:
    trial = trials.analysed()
    with clock.simulated(trials.AFTER + timedelta(days=3)):
        from pilots import actions

        paper = actions.draft_paper(
            actor=trial.officer, pilot_id=trial.pilot.pk, fields=scenes.fields(note="PLANTED remark")
        )
        composed = compose(paper, clock.now())
        values = pilot_values(paper, clock.now())
    assert set(values) == {field.name for field in fields.PILOT} - {"header"}
    assert "PLANTED" in "\n".join(texts(composed.full))
    assert "PLANTED" not in "\n".join(texts(composed.public))
    assert set(composed.full["fields"]) - set(composed.public["fields"]) == {"note"}
    assert [option["code"] for option in values["options"]] == ["adopt", "extend", "adapt", "stop", "before"]
    assert {check["met"] for check in values["promise"]} <= {"yes", "no", "open"}
