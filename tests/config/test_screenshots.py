"""The command that takes pictures: samples for pages, sentences in the wrong language, an index. No browser here."""

import pytest

from tests.config.test_access import ADDRESSES
from tests.screens import samples
from tests.screens.camera import RENDERINGS, untranslated

pytestmark = pytest.mark.django_db


def test_every_page_without_an_object_has_a_sample_at_once() -> None:
    found, without = samples.shots("tender_list")
    assert [(shot.name, shot.path, shot.user) for shot in found] == [("tender_list", "/tenders/", None)]
    assert without == []


def test_a_page_of_an_object_gets_one_and_a_person_who_may_see_it() -> None:
    from tests import factories

    town = factories.make_town()
    _found, without = samples.shots("tender_edit_when")
    assert without == ["tender_edit_when"], "what has no sample is named"
    draft = factories.draft_tender(town)
    found, without = samples.shots("tender_edit_when")
    assert (found[0].path, found[0].user, without) == (f"/tenders/{draft.pk}/edit/when/", town.officer.pk, [])


def test_files_and_feeds_are_no_pages() -> None:
    assert samples.shots("tender_feed") == ([], [])


def test_sentences_in_the_other_language_are_told() -> None:
    assert untranslated(["Tenders", "Ausschreibungen", "Zuschlag"], "de") == ["not translated: Tenders"]
    assert untranslated(["Tenders", "Ausschreibungen"], "en") == ["not translated: Ausschreibungen"]


def test_eight_renderings_in_two_languages() -> None:
    assert len({rendering.name for rendering in RENDERINGS}) == 8
    assert ADDRESSES
