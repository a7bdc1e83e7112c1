"""`make check`: what a machine can say about the source without running the tests. Exit 1 when it finds something.

.venv/bin/python tests/check.py
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PACKAGES = ["config", "reports", "pilots", "evaluation", "bids", "tendering", "accounts"]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-build.lock", "package-lock.json"]


@dataclass(frozen=True, slots=True)
class Check:
    """A name for people and the command behind it."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def main() -> int:
    """Run all checks, even after one failed, and sum up."""
    with tempfile.TemporaryDirectory(prefix="zuschlag-check-") as folder:
        failed = [check.name for check in _checks(Path(folder)) if not _passes(check)]
    failed += _locks_with_addresses()
    print(f"\n{'All checks passed.' if not failed else 'Failed: ' + ', '.join(failed)}")
    return 1 if failed else 0


def _checks(folder: Path) -> list[Check]:
    demo = {"DEMO": "1", "DATA_DIR": str(folder / "demo")}
    production = {
        "DEMO": "0",
        "DATA_DIR": str(folder / "production"),
        "SECRET_KEY": "not-a-secret-but-long-enough-for-the-check-0123456789-abcdefghij",
        "BASE_URL": "https://tenders.example",
        "ALLOWED_HOSTS": "tenders.example",
        "BEHIND_PROXY": "1",
        "OPERATOR_NAME": "Centre", "OPERATOR_ADDRESS": "Square 1", "OPERATOR_EMAIL": "help@tenders.example",
        "OPERATOR_PHONE": "+49 1", "OPERATOR_PRIVACY_EMAIL": "privacy@tenders.example",
        "PRIVACY_AUTHORITY": "Authority", "ENFORCEMENT_BODY": "Body", "ACCESSIBILITY_DATE": "2026-01-01",
    }  # fmt: skip
    manage = [sys.executable, "manage.py"]
    return [
        Check("ruff", [str(BIN / "ruff"), "check", "."]),
        Check("format", [str(BIN / "ruff"), "format", "--check", "."]),
        Check("layers", [str(BIN / "lint-imports")]),
        Check("types", [str(BIN / "mypy"), *PACKAGES], demo),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"], demo),
        Check("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production),
        Check("translations", [sys.executable, "config/i18n.py", "check"]),
    ]


def _passes(check: Check) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, env={**os.environ, **check.environment}, capture_output=True, text=True
    )
    print(
        f"{check.name:14}{'ok' if done.returncode == 0 else 'FAILED':8}{time.monotonic() - started:5.1f} s", flush=True
    )
    if done.returncode:
        print((done.stdout + done.stderr).strip())
    return done.returncode == 0


def _locks_with_addresses() -> list[str]:
    """Locks name versions and hashes, never the address of a registry."""
    faulty = [name for name in LOCKS if "http" in (ROOT / name).read_text("utf-8")]
    print(f"{'locks':14}{'FAILED: ' + ', '.join(faulty) if faulty else 'ok'}")
    return [f"an address in {name}" for name in faulty]


if __name__ == "__main__":
    sys.exit(main())
