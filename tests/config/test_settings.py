"""Settings are typed and loud: a wrong word stops the start with one line that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import environment

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "VIRTUAL_ENV"}}


def start(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of their own."""
    command = [sys.executable, "-c", "import django; from django.conf import settings; print(settings.BASE_URL)"]
    given = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATA_DIR": str(folder / "var"), **variables}
    return subprocess.run(command, cwd=ROOT, env={**CLEAN, **given}, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DEMO": "ja"}, "DEMO"),
        ({}, "SECRET_KEY"),
        ({"DEMO": "1", "LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"DEMO": "1", "OPENING_GUARD": "soon"}, "OPENING_GUARD"),
        ({"DEMO": "1", "OPENING_GUARD": "-1"}, "OPENING_GUARD"),
        ({"DEMO": "1", "PORT": "70000"}, "PORT"),
        ({"DEMO": "1", "PORT": "８０００"}, "PORT"),
        ({"DEMO": "1", "DATABASE_URL": "mysql://root@localhost/x"}, "DATABASE_URL"),
        ({"SECRET_KEY_FILE": "/nowhere/secret"}, "SECRET_KEY_FILE"),
        ({"DEMO": "1", "BEHIND_PROXY": "perhaps"}, "BEHIND_PROXY"),
        ({"DEMO": "1", "TIMESTAMP_URL": "file:///etc/passwd"}, "TIMESTAMP_URL"),
        ({"DEMO": "1", "TIMESTAMP_ROOTS_FILE": "/nowhere/roots.pem"}, "TIMESTAMP_ROOTS_FILE"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_its_variable(
    tmp_path: Path, variables: dict[str, str], named: str
) -> None:
    done = start(tmp_path, **variables)
    assert done.returncode != 0
    assert done.stderr.startswith(f"Zuschlag cannot start: {named}"), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_data_folder_that_is_a_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = start(tmp_path, DEMO="1", DATA_DIR=str(tmp_path / "file"))
    assert done.stderr.startswith("Zuschlag cannot start: DATA_DIR")


def test_the_demo_starts_without_any_variable_but_its_own(tmp_path: Path) -> None:
    done = start(tmp_path, DEMO="1")
    assert (done.returncode, done.stdout.strip()) == (0, "http://127.0.0.1:8000")


def test_another_port_moves_the_address_in_links(tmp_path: Path) -> None:
    assert start(tmp_path, DEMO="1", PORT="8123").stdout.strip() == "http://127.0.0.1:8123"


def test_the_demos_secret_is_made_once_and_kept_beside_the_data(tmp_path: Path) -> None:
    start(tmp_path, DEMO="1")
    secret = (tmp_path / "var-keys" / "secret.key").read_text()
    start(tmp_path, DEMO="1")
    assert (tmp_path / "var-keys" / "secret.key").read_text() == secret
    assert (tmp_path / "var-keys" / "secret.key").stat().st_mode & 0o077 == 0
    assert not list((tmp_path / "var").rglob("*.key"))


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("", False)])
def test_the_words_for_yes_and_no(monkeypatch: pytest.MonkeyPatch, word: str, meant: bool) -> None:
    monkeypatch.setenv("SWITCH", word)
    assert environment.boolean("SWITCH") is meant


@pytest.mark.django_db
def test_static_files_carry_the_policy_of_the_pages(client):
    """A worker has the policy of its own answer: without the header it could talk to anybody."""
    page, worker = client.get("/help/"), client.get("/static/js/seal-worker.js")
    assert worker.status_code == 200
    rules = {rule.strip() for rule in page["Content-Security-Policy"].split(";")}
    assert {rule.strip() for rule in worker["Content-Security-Policy"].split(";")} == rules
