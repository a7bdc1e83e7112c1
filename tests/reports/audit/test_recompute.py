"""The stand-alone script and the platform's engine agree on random tenders; neither knows the other."""

import ast
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.evidence import load_or_create_signing_key, sign_note, verifier_key
from evaluation.scoring import METHODS, InputError, TenderInput, evaluate
from evaluation.scoring.inputs import BidTerms, LotRules
from reports.audit.export import recompute
from reports.audit.export.archive import SCRIPT
from tests.reports.tenders import further_tender, life_cycle_tender, random_tender

RULES = ("best_per_lot", "maximise_total_points", "best_value_combination")


class InMemory(recompute.Check):
    """Files that were never written."""

    def __init__(self, files: dict[str, Any]) -> None:
        super().__init__(Path())
        self.files = files

    def json(self, name: str) -> Any:
        return self.files[name]


def with_limits(tender: TenderInput, seed: int) -> TenderInput:
    """A rule for the lots, a limit, capacities and combination discounts; some bidders have two bids."""
    chance = random.Random(seed)
    names = sorted({bid.bid_id for lot in tender.lots for bid in lot.bids})
    lots = tuple(lot.lot_id for lot in tender.lots)
    rules = LotRules(None, chance.choice([1, 2, None]), chance.choice(RULES), chance.random() < 0.7)
    terms = tuple(
        BidTerms(
            name,
            f"P-{name}",
            chance.choice([None, None, 1]),
            ((lots, Decimal("3.5")),) if chance.random() < 0.5 else (),
        )
        for name in names
    )
    owner = {name: chance.choice(names) if chance.random() < 0.2 else name for name in names}
    return replace(
        tender,
        lots=tuple(
            replace(lot, bids=tuple(replace(bid, provider_id=f"P-{owner[bid.bid_id]}") for bid in lot.bids))
            for lot in tender.lots
        ),
        lot_rules=rules,
        bidders=tuple(replace(term, provider_id=f"P-{owner[term.bid_id]}") for term in terms),
    )


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_engine_and_script_agree_to_the_last_digit(seed, capsys):
    computed = 0
    for number in range(seed, seed + 20):
        tender = with_limits(further_tender(number) if number % 4 < 2 else random_tender(number), number)
        try:
            result = evaluate(tender)
        except InputError:
            continue
        files = {"evaluation/1/inputs.json": tender.to_json(), "evaluation/1/result.json": result.to_json()}
        awards = recompute.check_run(InMemory(files), 1)["awards"]
        assert {lot: tuple(names) for lot, names in awards.items()} == dict(result.awards())
        computed += 1
    assert computed > 15


def test_engine_and_script_agree_on_life_cycle_costs(capsys):
    computed = 0
    for number in range(15):
        tender = life_cycle_tender(number)
        try:
            result = evaluate(tender)
        except InputError:
            continue
        files = {"evaluation/1/inputs.json": tender.to_json(), "evaluation/1/result.json": result.to_json()}
        recompute.check_run(InMemory(files), 1)
        computed += 1
    assert computed > 10


def test_every_method_and_rule_occurs_among_the_random_tenders():
    tenders = [
        with_limits(further_tender(number) if number % 4 < 2 else random_tender(number), number)
        for number in range(200)
    ]
    assert {tender.spec.method for tender in tenders} >= {method for method, _version in METHODS}
    assert {tender.lot_rules.allocation_rule for tender in tenders} == set(RULES)


def test_the_script_imports_the_standard_library_only():
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= {
        "decimal",
        "__future__", "base64", "csv", "fractions", "hashlib", "io", "itertools", "json", "math", "pathlib", "re",
        "sys", "typing",
    }  # fmt: skip


def test_the_script_reads_signed_notes_and_refuses_changed_ones(tmp_path):
    key = load_or_create_signing_key(tmp_path / "signing.pem")
    note = sign_note("Received at 09:41.\n", "zuschlag", key)
    name, _identity, encoded = verifier_key(key, "zuschlag").split("+", 2)
    keys = {name: recompute.base64.b64decode(encoded)[1:]}
    assert recompute.open_note("receipt", note, keys) == "Received at 09:41."
    with pytest.raises(recompute.Fault, match="signature of zuschlag is wrong"):
        recompute.open_note("receipt", note.replace("09:41", "09:42"), keys)
    with pytest.raises(recompute.Fault, match="no known key"):
        recompute.open_note("receipt", note, {"other": keys[name]})


def test_the_quantiles_of_the_script_are_those_of_the_tables():
    from scipy.special import stdtrit

    for df in (1.5, 2, 5.3, 12, 22.75, 80, 400):
        for probability in (0.9, 0.975, 0.995):
            assert recompute.t_quantile(df, probability) == pytest.approx(float(stdtrit(df, probability)), rel=1e-10)
