"""The tool that keeps the German texts complete."""

import json
from pathlib import Path

import polib
import pytest

from config import i18n

SOURCE = 'from x import gettext as _, ngettext\n_("Hello %(name)s")\nngettext("one bid", "%(n)s bids", 2)\n'
TEMPLATE = '{% load i18n %}{% translate "Save" %}{% nav "x" _("Inside a tag") %}{% translate "May" context "month" %}'
GERMAN = {
    "Hello %(name)s": "Hallo %(name)s",
    "one bid|%(n)s bids": ["ein Angebot", "%(n)s Angebote"],
    "Save": "Speichern",
    "Inside a tag": "In einem Tag",
    "month\u0004May": "Mai",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "bids" / "templates").mkdir(parents=True)
    (tmp_path / "bids" / "views.py").write_text(SOURCE)
    (tmp_path / "bids" / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "locale" / "parts").mkdir(parents=True)
    write(tmp_path, GERMAN)
    return tmp_path


def write(project: Path, german: dict[str, object], name: str = "bids") -> None:
    (project / "locale" / "parts" / f"{name}.json").write_text(json.dumps(german))


def check(project: Path) -> list[str]:
    return i18n.check(project, project / "locale")


def merge(project: Path) -> bytes:
    i18n.merge(project, project / "locale")
    return (project / "locale/de/LC_MESSAGES/django.mo").read_bytes()


def test_merged_parts_pass_the_check_and_translate(project: Path):
    merge(project)
    assert check(project) == []
    texts = polib.mofile(str(project / "locale/de/LC_MESSAGES/django.mo"))
    assert texts.find("Save").msgstr == "Speichern"
    assert texts.find("one bid").msgstr_plural == {0: "ein Angebot", 1: "%(n)s Angebote"}
    assert texts.find("May", msgctxt="month").msgstr == "Mai"


def test_the_same_parts_give_the_same_bytes(project: Path):
    assert merge(project) == merge(project)


def test_a_stale_catalogue_is_told(project: Path):
    merge(project)
    write(project, {**GERMAN, "Save": "Sichern"})
    assert check(project) == ["django.mo is stale: run python config/i18n.py"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Save": ""}, "no German for 'Save'"),
        ({"Unused": "Ungenutzt"}, "nothing in the source says 'Unused'"),
        ({"Hello %(name)s": "Hallo"}, "placeholders differ"),
        ({"Save": "Speichern %(x)s"}, "placeholders differ"),
        ({"one bid|%(n)s bids": "Angebote"}, "no German for 'one bid|%(n)s bids'"),
    ],
)
def test_each_fault_is_told(project: Path, change: dict[str, str], told: str):
    write(project, {**GERMAN, **change})
    merge(project)
    assert [fault for fault in check(project) if told in fault]


def test_two_parts_that_disagree_are_told(project: Path):
    write(project, {"Save": "Sichern"}, "other")
    merge(project)
    assert check(project) == ["other.json: another part translates 'Save' differently"]


def test_what_lacks_german_stays_english_instead_of_empty(project: Path):
    write(project, {})
    merge(project)
    assert len(polib.pofile(str(project / "locale/de/LC_MESSAGES/django.po"))) == 0
