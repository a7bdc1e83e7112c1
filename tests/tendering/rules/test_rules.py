import json
import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tendering.rules import (
    Calendar,
    CriterionFacts,
    Finding,
    LotFacts,
    RuleBookFault,
    TenderFacts,
    answer_day,
    check_tender,
    choose_profile,
    duty,
    legal_regime,
    minimum_period,
    national_limit,
    profile,
    rule_book,
    rule_version,
)
from tendering.rules import rows as rows_module
from tendering.rules.messages import MESSAGES

ROOT = Path(__file__).parents[3]
CASES = ROOT / "config" / "demo" / "procedures"
REGIMES = {"VgV": "eu_vgv", "UVgO": "uvgo_land", "NRW_75a": "nw_75a", "national": "sn_vol_a"}
CODES = {
    "open": "OPEN",
    "public_tender": "NATIONAL_PUBLIC",
    "public_tender_statute": "NATIONAL_PUBLIC",
    "negotiated_without_call": "NATIONAL_NEGOTIATED_WITHOUT_CALL",
}
NW = Calendar(land="NW")


def good(**changes) -> TenderFacts:
    """An EU tender without a single finding."""
    facts = TenderFacts(
        day=date(2026, 8, 20),
        procedure="OPEN",
        lots=(LotFacts("L1", Decimal(200_000), "79552000"), LotFacts("L2", Decimal(100_000), "79552000")),
        criteria=(
            CriterionFacts("B1", "quality", Decimal(60)),
            CriterionFacts("B2", "efficiency", Decimal(40)),
        ),
        calendar=NW,
        estimate=Decimal(300_000),
        estimate_method="last contract plus price index",
        dispatched_on=date(2026, 9, 1),
        deadline=datetime(2026, 10, 2, 10),
        questions_until=datetime(2026, 9, 22, 12),
        binding_until=date(2026, 12, 1),
        planned_award=date(2026, 11, 2),
        weight_price=Decimal("0.5"),
        weight_quality=Decimal("0.5"),
        price_basis="gross",
        prepared_by="anna",
        released_by="bernd",
        opening_group=4,
    )
    return replace(facts, **changes)


def codes(facts: TenderFacts, key: str = "eu_vgv") -> dict[str, str]:
    return {finding.code: finding.level for finding in check_tender(facts, profile(key))}


def national(**changes) -> TenderFacts:
    base = {
        "procedure": "NATIONAL_PUBLIC",
        "estimate": Decimal(150_000),
        "lots": (LotFacts("L1", Decimal(90_000)), LotFacts("L2", Decimal(60_000))),
        "calendar": Calendar(land="BY"),
    }
    return good(**(base | changes))


def test_a_sound_tender_has_nothing_but_the_reminder_of_the_register():
    assert codes(good()) == {"R44.register": "hint"}
    assert codes(national(), "uvgo_land") == {"R44.register": "hint"}


@pytest.mark.parametrize(
    ("changes", "code", "level"),
    [
        ({"estimate": None, "lots": (LotFacts("L1", None), LotFacts("L2", None))}, "R01.missing", "warn"),
        ({"estimate_method": " "}, "R01.method", "hint"),
        ({"estimate": Decimal(310_000)}, "R01.lots_sum", "warn"),
        ({"option_months": 12}, "R01.options", "hint"),
        ({"monthly_value": Decimal(5_000), "contract_months": 60}, "R05.monthly", "warn"),
        ({"procedure": "NEGOTIATED_WITHOUT_CALL"}, "R10.reason", "warn"),
        ({"procedure": "RESTRICTED", "min_candidates": 4}, "R14.candidates", "warn"),
        ({"procedure": "RESTRICTED", "has_call": False}, "R14.call", "warn"),
        ({"deadline": datetime(2026, 10, 1, 10)}, "R15.period", "warn"),
        ({"period_condition": "urgency"}, "R15.reason", "warn"),
        ({"questions_until": datetime(2026, 9, 26, 12)}, "R17.questions", "warn"),
        ({"binding_until": date(2026, 11, 12)}, "R19.binding", "warn"),
        ({"lots": (LotFacts("L1", Decimal(300_000)),)}, "R26.reason", "warn"),
        ({"max_lots_awarded": 1, "allocation_rule": "best_per_lot"}, "R27.rule", "warn"),
        ({"combination_discounts_allowed": True}, "R28.combinations", "warn"),
        ({"criteria": (CriterionFacts("B1", "quality", Decimal(90)),)}, "R47.lot", "stop"),
        ({"weight_price": Decimal("0.6")}, "R47.parts", "stop"),
        ({"method": "price_only"}, "R46.price_only", "warn"),
        ({"criteria": ()}, "R46.no_quality", "warn"),
        ({"criteria": (CriterionFacts("B1", "quality", Decimal(100), has_guide=False),)}, "R49.guide", "hint"),
        ({"variants_allowed": True}, "R51.variants", "warn"),
        ({"price_basis": "net"}, "R54.basis", "hint"),
        ({"is_framework": True, "contract_months": 49}, "Q01.term", "warn"),
        ({"deadline": datetime(2026, 10, 3, 10)}, "Q02.day", "hint"),
        ({"deadline": datetime(2026, 10, 5, 23, 59)}, "Q02.hour", "hint"),
        ({"opening_group": 1}, "Q03.few", "warn"),
        ({"opening_group": 3}, "Q03.spare", "hint"),
        ({"method": "dice"}, "Q04.method", "warn"),
        ({"released_by": "anna"}, "Q05.second_person", "warn"),
    ],
)
def test_each_flaw_of_an_eu_tender_is_found_with_its_level(changes, code, level):
    assert codes(good(**changes))[code] == level


@pytest.mark.parametrize(
    ("changes", "code", "level"),
    [
        ({"estimate": Decimal(216_000), "lots": (LotFacts("L1", Decimal(216_000)),)}, "R06.above", "warn"),
        ({"cpv": "80511000"}, "R07.special", "hint"),
        ({"calendar": Calendar(land="SN")}, "R09.profile", "warn"),
        ({"procedure": "DIRECT_ORDER", "estimate": Decimal(100_001)}, "R12.limit", "warn"),
        ({"procedure": "NATIONAL_NEGOTIATED_WITHOUT_CALL", "calendar": Calendar(land="BE")}, "R11.unknown", "hint"),
        ({"procedure": "NATIONAL_RESTRICTED_WITHOUT_CALL", "calendar": Calendar(land="NI")}, "R11.limit", "warn"),
        ({"procedure": "NATIONAL_NEGOTIATED_WITHOUT_CALL", "invited": 2}, "R13.invited", "warn"),
        ({"deadline": datetime(2026, 9, 10, 10)}, "R16.short", "warn"),
        ({"dispatched_on": date(2026, 12, 20), "deadline": datetime(2027, 1, 4, 10)}, "R16.holidays", "warn"),
    ],
)
def test_each_flaw_of_a_national_tender_is_found_with_its_level(changes, code, level):
    assert codes(national(**changes), "uvgo_land")[code] == level


def test_a_reason_settles_what_asks_for_one():
    facts = good(
        procedure="NEGOTIATED_WITH_CALL", procedure_reason="conceptual solution", deadline=datetime(2026, 9, 17, 10)
    )
    assert "R10.reason" not in codes(facts)
    assert "R15.period" in codes(facts)
    urgent = replace(facts, period_condition="urgency", period_reason="flood damage")
    assert not {"R15.period", "R15.reason"} & set(codes(urgent))
    single = good(lots=(LotFacts("L1", Decimal(300_000)),), lot_waiver_reason="one chain of custody")
    assert "R26.reason" not in codes(single)


def test_in_north_rhine_westphalia_the_rules_of_others_are_only_hints():
    facts = national(calendar=NW, deadline=datetime(2026, 9, 10, 10), lots=(LotFacts("L1", Decimal(150_000)),))
    assert codes(facts, "nw_75a")["R16.short"] == "hint"
    assert codes(facts, "nw_75a")["R26.reason"] == "hint"
    assert codes(facts, "uvgo_land")["R09.profile"] == "warn"


def test_only_hard_and_certain_checks_can_stop():
    for check in rule_book().checks.values():
        assert not check.hard or check.severity == "error"
    everything = good(
        criteria=(CriterionFacts("B1", "quality", Decimal(1), has_guide=False),), released_by="anna", opening_group=1,
        deadline=datetime(2026, 9, 2, 3), variants_allowed=True, combination_discounts_allowed=True, method="dice",
    )  # fmt: skip
    stops = [finding for finding in check_tender(everything, profile("eu_vgv")) if finding.level == "stop"]
    assert {finding.check_id for finding in stops} == {"R47"}
    assert all(finding.confidence == "V" for finding in stops)


def test_uncertain_rows_never_stop_even_where_the_check_is_hard(monkeypatch):
    doubtful = replace(rule_book().checks["R47"], confidence="S")
    book = replace(rule_book(), checks={**rule_book().checks, "R47": doubtful})
    monkeypatch.setattr("tendering.rules.drafting.rule_book", lambda: book)
    assert codes(good(weight_price=Decimal("0.6")))["R47.parts"] == "warn"


def test_what_stops_comes_first_and_every_finding_survives_json():
    findings = check_tender(good(weight_price=Decimal("0.6"), deadline=datetime(2026, 9, 5, 10)), profile("eu_vgv"))
    assert findings[0].level == "stop"
    assert [finding.level for finding in findings] == sorted(
        (finding.level for finding in findings), key=["stop", "warn", "hint"].index
    )
    for finding in findings:
        assert Finding.from_json(json.loads(json.dumps(finding.to_json()))) == finding
        finding.message % finding.params


FORBIDDEN = re.compile(r"§|VgV|UVgO|GWB|Vergabe")


@pytest.mark.parametrize("procedure", ["OPEN", "NATIONAL_PUBLIC", "NATIONAL_NEGOTIATED_WITHOUT_CALL", "DIRECT_ORDER"])
def test_the_general_profile_never_speaks_of_german_law(procedure):
    worst = good(
        procedure=procedure, calendar=Calendar("IE"), estimate=Decimal(9_000_000), estimate_method="", cpv="80511000",
        criteria=(CriterionFacts("B1", "quality", Decimal(1), has_guide=False),), released_by="anna", opening_group=1,
        lots=(LotFacts("L1", Decimal(1)),), deadline=datetime(2026, 9, 5, 3), questions_until=datetime(2026, 9, 5, 2),
        binding_until=date(2026, 9, 6), is_framework=True, contract_months=99, option_months=5, invited=1,
        variants_allowed=True, combination_discounts_allowed=True, method="ratio_simple", price_basis="net",
    )  # fmt: skip
    findings = check_tender(worst, profile("generic_en"))
    assert len(findings) > 5
    for finding in findings:
        assert not FORBIDDEN.search(json.dumps(finding.to_json(), ensure_ascii=False)), finding
    period = minimum_period(profile("generic_en"), procedure, date(2026, 9, 1), Calendar("IE"))
    assert not FORBIDDEN.search(period.explanation + period.source)
    assert not FORBIDDEN.search((ROOT / "tendering/rules/data/profiles/generic_en.json").read_text())


def test_every_message_has_a_german_text_with_the_same_placeholders():
    german = json.loads((ROOT / "config/locale/parts/rules.json").read_text())
    for english in MESSAGES.values():
        assert set(re.findall(r"%\(\w+\)s", german[english])) == set(re.findall(r"%\(\w+\)s", english))
        assert not FORBIDDEN.search(english)
        assert not FORBIDDEN.search(german[english])


def tender_cases() -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(CASES.glob("T*/tender.json"))]


def land_of(tender: dict) -> str:
    towns = json.loads((CASES / "organisations.json").read_text())["municipalities"]
    return next((town["land"] for town in towns if town["id"] == tender["buyer_id"]), "")


@pytest.mark.parametrize("tender", tender_cases(), ids=lambda tender: tender["id"])
def test_each_demo_case_falls_under_the_regime_it_names(tender):
    day = date.fromisoformat(tender["timeline"]["notice_dispatched"])
    found = legal_regime(Decimal(tender["estimated_value_net"]), day, land_of(tender), tender["cpv_main"])
    assert found.profile_key == REGIMES[tender["regime"]]


@pytest.mark.parametrize("tender", tender_cases(), ids=lambda tender: tender["id"])
def test_each_demo_case_keeps_the_minimum_period_it_names(tender):
    line = tender["timeline"]
    if REGIMES[tender["regime"]] != "eu_vgv" or tender["procedure"] not in CODES:
        pytest.skip("no fixed minimum")
    sent, calendar = date.fromisoformat(line["notice_dispatched"]), Calendar(land=land_of(tender))
    condition = "default" if line["min_period_days"] == 35 else "electronic"
    period = minimum_period(profile("eu_vgv"), CODES[tender["procedure"]], sent, calendar, condition=condition)
    assert period.days == line["min_period_days"]
    assert period.last_day.isoformat() == line["last_day_of_min_period"]
    assert period.is_kept_by(sent, datetime.fromisoformat(line["submission_deadline"]), calendar)
    answers = answer_day(profile("eu_vgv"), datetime.fromisoformat(line["submission_deadline"]))
    assert answers.isoformat() == line["latest_answer_day_strict"]


def test_the_threshold_counts_on_its_very_value_and_by_the_day_of_dispatch():
    def regime(value: int, day: date) -> str:
        return legal_regime(Decimal(value), day, "BW").profile_key

    assert regime(215_999, date(2026, 1, 1)) == "uvgo_land"
    assert regime(216_000, date(2026, 1, 1)) == "eu_vgv"
    assert regime(216_000, date(2025, 12, 31)) == "uvgo_land"
    assert regime(221_000, date(2025, 12, 31)) == "eu_vgv"
    assert legal_regime(Decimal(10), date(2026, 6, 30), "BW").law_version == "before_2026-07-01"
    unknown = legal_regime(Decimal(10**9), date(2030, 1, 1), "BW")
    assert unknown.threshold is None
    assert not unknown.is_above_threshold


def test_special_services_have_a_threshold_of_their_own():
    found = legal_regime(Decimal(700_000), date(2026, 9, 1), "BY", "80511000")
    assert found.is_special
    assert not found.is_above_threshold
    assert legal_regime(Decimal(750_000), date(2026, 9, 1), "BY", "80511000").is_above_threshold


def test_the_profile_follows_country_land_and_value():
    day = date(2026, 9, 1)
    assert choose_profile(Decimal(5_000), day, land="NW").key == "nw_75a"
    assert choose_profile(Decimal(5_000), day, land="SN").key == "sn_vol_a"
    assert choose_profile(None, day, land="BY").key == "uvgo_land"
    assert choose_profile(Decimal(500_000), day, land="NW").key == "eu_vgv"
    assert choose_profile(Decimal(500_000), day, country="IE").key == "generic_en"
    with pytest.raises(KeyError, match="known: eu_vgv"):
        profile("nowhere")


def test_an_unknown_limit_is_neither_forbidden_nor_free():
    day = date(2026, 9, 1)
    assert national_limit("BE", day, "direct_order").allows(Decimal(1)) is None
    assert national_limit("NW", day, "direct_order").kind == "own_statute"
    assert national_limit("BY", day, "direct_order").allows(Decimal(100_000)) is True
    assert national_limit("BY", day, "direct_order").allows(Decimal("100000.01")) is False
    assert national_limit("BY", day, "negotiated").allows(Decimal(216_000)) is False
    assert national_limit("BB", date(2025, 6, 17), "direct_order").kind == "unknown"


def test_a_start_that_is_only_a_phrase_is_never_taken_as_always_valid():
    for row in rule_book().national_limits:
        assert row.valid_from is not None or row.confidence == "check"


def test_the_register_duty_follows_the_day():
    assert duty("wettbewerbsregister_query", Decimal(30_000), date(2026, 6, 30)) is not None
    assert duty("wettbewerbsregister_query", Decimal(49_999), date(2026, 7, 1)) is None
    assert duty("wettbewerbsregister_query", Decimal(50_000), date(2026, 7, 1)).confidence == "S"
    assert duty("vergabestatistik_below_threshold", Decimal(25_000), date(2026, 6, 30)) is None


@pytest.mark.parametrize(
    ("procedure", "condition", "days"),
    [
        ("OPEN", "electronic", 30), ("OPEN", "default", 35), ("OPEN", "urgency", 15), ("OPEN", "prior_information", 15),
        ("RESTRICTED", "electronic", 25), ("RESTRICTED", "urgency", 10), ("NEGOTIATED_WITH_CALL", "electronic", 25),
    ],
)  # fmt: skip
def test_the_shortest_declared_row_gives_the_minimum_period(procedure, condition, days):
    period = minimum_period(profile("eu_vgv"), procedure, date(2026, 9, 1), NW, condition=condition)
    assert (period.days, period.is_binding, period.row.days) == (days, True, days)
    period.explanation % period.params


def test_requests_to_take_part_have_their_own_period():
    period = minimum_period(profile("eu_vgv"), "RESTRICTED", date(2026, 9, 1), NW, phase="requests")
    assert period.days == 30


def test_national_periods_are_advised_and_general_ones_set_by_the_profile():
    advised = minimum_period(profile("uvgo_land"), "NATIONAL_PUBLIC", date(2026, 9, 1), NW)
    assert (advised.days, advised.is_binding) == (14, False)
    own = minimum_period(profile("generic_en"), "OPEN", date(2026, 9, 1), Calendar("IE"))
    assert (own.days, own.is_binding, own.last_day) == (20, True, date(2026, 9, 21))


def test_profiles_carry_what_screens_and_letters_need():
    for key in ("eu_vgv", "uvgo_land", "nw_75a", "sn_vol_a"):
        german = profile(key)
        assert german.vat_rates == (Decimal(19), Decimal(7), Decimal(0))
        assert german.joint_opening_required
        assert german.time_zone == "Europe/Berlin"
    assert (profile("eu_vgv").standstill_days, profile("eu_vgv").standstill_days_other) == (10, 15)
    general = profile("generic_en")
    assert set(general.methods) == {"price_only", "weighted_linear", "inverse_proportional"}
    assert general.approver_role(Decimal(50_000)) == "approver"
    assert general.approver_role(Decimal(50_001)) == "council_member"
    assert general.is_generic
    assert not general.statutes


def test_the_version_is_a_hash_of_the_content_whatever_the_order():
    rows = list(rule_book().thresholds)
    assert rule_version() == rule_version()
    assert rule_version(rows) == rule_version(reversed(rows))
    changed = [replace(rows[0], value=rows[0].value + 1), *rows[1:]]
    assert rule_version(changed) != rule_version(rows)
    assert re.fullmatch("[0-9a-f]{64}", rule_version())


def row(**changes) -> dict:
    base = {
        "id": "x", "key": "x", "value": "1", "op": ">=", "valid_from": "2026-01-01", "valid_to": None,
        "source": "s", "confidence": "V", "note": "",
    }  # fmt: skip
    return base | changes


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (row(source=" "), "field source is empty"),
        (row(colour="red"), "unknown field colour"),
        ({k: v for k, v in row().items() if k != "op"}, "field op is missing"),
        (row(valid_to="2025-01-01"), "valid_to lies before"),
        (row(value="many"), "row 3"),
        (row(valid_from="spring"), "spring"),
    ],
)
def test_a_faulty_row_is_named_with_file_row_and_field(data, complaint):
    with pytest.raises(RuleBookFault, match=r"thresholds\.json, row 3") as caught:
        rows_module._row(rows_module.Threshold, "thresholds.json", 3, data)
    assert complaint in str(caught.value)


def test_two_values_for_one_day_are_refused():
    one = rows_module._row(rows_module.Threshold, "t", 1, row(valid_to="2026-12-31"))
    other = rows_module._row(rows_module.Threshold, "t", 2, row(valid_from="2026-12-31"))
    with pytest.raises(RuleBookFault, match="overlap"):
        rows_module._no_overlap("t", [other, one], "key")


def test_every_row_of_the_book_is_sourced():
    book = rule_book()
    for one in [*book.thresholds, *book.national_limits, *book.periods, *book.checks.values(), *book.profiles.values()]:
        assert one.source
        assert one.confidence in {"V", "S", "M", "check"}
    assert len(book.checks) == 84 + 5
    assert {code.partition(".")[0] for code in MESSAGES} <= set(book.checks)


def test_the_package_needs_no_django():
    import subprocess
    import sys

    code = "import sys, tendering.rules as r; r.rule_version(); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
