"""Rules about the source itself: what never stands in it, because the framework would do the wrong thing with it."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "tendering", "bids", "evaluation", "pilots", "reports", "config")
# Where amounts, weights and scores are held or computed; statistics (robustness, benchmark) may use binary fractions.
AMOUNTS = ("tendering/models", "tendering/api", "tendering/forms", "bids/", "evaluation/models", "evaluation/api",
           "evaluation/forms", "evaluation/scoring/", "evaluation/actions")  # fmt: skip
STATISTICS = {"evaluation/scoring/analysis.py", "evaluation/api/after_shapes.py"}
# Pictures and pages drawn by our own code from escaped texts, and the dash of an empty cell.
OWN_MARKUP = {"pilots/papers/rendering.py", "reports/templatetags/charts.py", "config/templatetags/zuschlag.py"}
OWN_SQL = {"tendering/search.py"}  # two statements of full-text search; words are parameters


@dataclass
class Source:
    """A file by what it calls ("csv.writer", "?.to_csv", "float"), which keywords it gives, and what it assigns."""

    path: str
    calls: set[str] = field(default_factory=set)
    keywords: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)

    def calls_any(self, *names: str) -> bool:
        return bool(self.calls & set(names)) or any(f"?.{name}" in self.calls for name in names if "." not in name)


def read(path: str, text: str) -> Source:
    found = Source(path)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            found.keywords.update(keyword.arg for keyword in node.keywords if keyword.arg)
            if isinstance(node.func, ast.Name):
                found.calls.add(node.func.id)
            elif isinstance(node.func, ast.Attribute):
                found.calls.add(f"?.{node.func.attr}")
                if isinstance(node.func.value, ast.Name):
                    found.calls.add(f"{node.func.value.id}.{node.func.attr}")
        elif isinstance(node, ast.Assign):
            found.assigned.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return found


@cache
def sources() -> list[Source]:
    files = (file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")) if "migrations" not in file.parts)
    return [read(str(file.relative_to(ROOT)), file.read_text("utf-8")) for file in files]


Rule = Callable[[Source], bool]
CLOCKS = ("timezone.now", "datetime.now", "datetime.utcnow", "date.today", "time.time")
RULES: dict[str, tuple[Rule, str]] = {
    "no float column": (
        lambda file: file.calls_any("FloatField") and file.path not in STATISTICS,
        "price = models.FloatField()",
    ),
    "no float where amounts count": (
        lambda file: file.path.startswith(AMOUNTS) and "float" in file.calls and file.path not in STATISTICS,
        "total = float(price)",
    ),
    "one writer of tables": (
        lambda file: (
            file.calls_any("to_excel", "to_csv", "write_string", "write_formula", "write_row", "csv.writer")
            and not file.path.startswith("tendering/spreadsheets/")
        ),
        "frame.to_csv(out)",
    ),
    "no markup is trusted": (
        lambda file: file.calls_any("mark_safe", "SafeString") and file.path not in OWN_MARKUP,
        "html = mark_safe(text)",
    ),
    "no text is a statement": (
        lambda file: file.calls_any("RawSQL", "extra") and file.path not in OWN_SQL,
        "rows = rows.extra(where=[text])",
    ),
    "no text is a program": (
        lambda file: (
            file.calls_any("eval", "exec", "pickle.loads", "os.system", "yaml.load", "marshal.loads")
            or "shell" in file.keywords
        ),
        "subprocess.run(text, shell=True)",
    ),
    "no free columns": (
        lambda file: (
            bool(file.assigned & {"ordering_fields", "filterset_fields", "search_fields"})
            and not file.path.endswith("admin.py")
        ),  # the operator's tables, read-only
        'ordering_fields = "__all__"',
    ),
    "no JSON with endless numbers": (
        lambda file: (
            bool(file.calls & {"forms.JSONField", "serializers.JSONField"})
            or ("json.loads" in file.calls and "/views/" in file.path)
        ),
        "pieces = forms.JSONField()",
    ),
    "one clock": (
        lambda file: file.path.startswith(("bids/", "tendering/")) and bool(file.calls & set(CLOCKS)),
        "now = timezone.now()",
    ),
    "nothing is spooled": (
        lambda file: file.calls_any("TemporaryFileUploadHandler", "NamedTemporaryFile", "mkstemp", "TemporaryFile"),
        "file = tempfile.NamedTemporaryFile()",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_source_keeps_the_rule_and_the_rule_would_notice(rule: str) -> None:
    breaks, example = RULES[rule]
    assert breaks(read("bids/models/planted.py", example)), "the rule finds nothing at all"
    assert len(sources()) > 300
    assert [file.path for file in sources() if breaks(file)] == []


def test_no_template_switches_escaping_off() -> None:
    templates = [file for room in ROOMS for file in (ROOT / room).rglob("*.html")]
    assert len(templates) > 100
    words = ("|safe ", "|safe}", "|safe%", "autoescape off")
    assert [str(file) for file in templates if any(word in file.read_text("utf-8") for word in words)] == []


def test_no_upload_handler_of_the_settings_spools() -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
