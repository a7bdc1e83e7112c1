"""The layers hold, and the check that says so can fail: a forbidden import planted in a copy breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "reports", "pilots", "evaluation", "bids", "tendering", "accounts")
LINT = Path(sys.executable).parent / "lint-imports"
LEFT_OUT = shutil.ignore_patterns("templates", "static", "procedures", "locale", "__pycache__", "*.json", "frontend")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(LINT), "--no-cache"], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and their contracts, without what is no Python."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=LEFT_OUT)
    return tmp_path


def test_imports_point_downwards() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("accounts/clock.py", "from tendering.models import Tender"),
        ("tendering/lifecycle.py", "from bids import lifecycle as upwards"),
        ("bids/lifecycle.py", "import evaluation.lifecycle"),
        ("evaluation/scoring/__init__.py", "import django.conf"),
        ("accounts/evidence/chain.py", "from accounts.models import User"),
        ("pilots/effects/__init__.py", "from rest_framework import serializers"),
        ("accounts/models/people.py", "import accounts.views"),
        ("bids/models/bid.py", "import openpyxl"),
        ("accounts/api/serializers.py", "from tendering.api import views"),
    ],
)
def test_a_forbidden_import_breaks_the_check(copy: Path, module: str, line: str) -> None:
    path = copy / module
    path.write_text(f"{path.read_text('utf-8')}\n{line}\n", "utf-8")
    done = lint(copy)
    assert done.returncode != 0
    assert "BROKEN" in done.stdout, done.stdout + done.stderr
