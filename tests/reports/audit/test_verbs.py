"""Every verb that the source writes into the trail has a sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils import translation

from reports.audit.verbs import VERBS, Kind, verb_of, verbs_of

ROOT = Path(__file__).resolve().parents[3]
APPS = ("accounts", "tendering", "bids", "evaluation", "pilots", "reports", "config")
VERB = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*\Z")
WRITERS = re.compile(r"record|audit|remember")


def written() -> Iterator[tuple[str, str]]:
    """(verb, file): texts of that shape among the arguments of functions that record, or kept in a name `verb`."""
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        if "migrations" in path.parts or path.name == "recompute.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for part in parts_of(node):
                for text in ast.walk(part):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str) and VERB.match(text.value):
                        yield text.value, str(path.relative_to(ROOT))


def parts_of(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return [*node.args, *(word.value for word in node.keywords)] if WRITERS.search(name) else []
    if isinstance(node, ast.Assign):
        names = {getattr(target, "id", "") for target in node.targets}
        return [node.value] if names & {"verb", "VERB"} else []
    return []


def test_every_verb_of_the_source_has_a_sentence():
    missing = sorted({f"{verb} ({place})" for verb, place in written() if verb not in VERBS})
    assert not missing, f"say these in reports/audit/verbs.py: {', '.join(missing)}"


def test_the_walk_finds_what_is_written():
    verbs = {verb for verb, _place in written()}
    assert {"tender.released", "bid.received_late", "bids.opened", "late_bid.confirmed", "file.exported"} <= verbs
    assert len(verbs) > 60


def test_every_sentence_is_one_in_both_languages():
    for name, verb in VERBS.items():
        with translation.override("en"):
            english = str(verb.sentence)
        with translation.override("de"):
            german = str(verb.sentence)
        assert english.endswith("."), name
        assert german.endswith("."), name
        assert english != german, name


def test_an_unknown_verb_is_shown_as_it_is():
    assert str(verb_of("thing.happened").sentence) == "thing.happened"
    assert sum(len(verbs_of(kind)) for kind in Kind) == len(VERBS)
