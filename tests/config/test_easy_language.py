"""Easy language is counted: short sentences, one at a time, no long word without a hyphen, in both languages."""

import re

import pytest
from django.utils.translation import override

from config.easy_language import EVERYBODY, NO_VIDEO, sections

MOST_WORDS = {"de": 12, "en": 13}
LONGEST_WORD = 13
# words everybody knows or that the page explains right there
KNOWN = {"Ausschreibung", "Ausschreibungen", "Pilotprojekte", "funktioniert", "Barrierefreiheit"}


def texts(language: str) -> list[str]:
    with override(language):
        found = [str(text) for part in sections(has_video=False) for text in (part.title, *part.sentences)]
        return [*found, *(str(text) for part in sections(has_video=False) for text, _name in part.links)]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_sentence_is_short_and_stands_alone(language: str) -> None:
    for text in texts(language):
        words = re.findall(r"[\w-]+", text)
        assert len(words) <= MOST_WORDS[language], text
        assert len(re.findall(r"[.!?](?=\s|$)", text)) <= 1, f"two sentences: {text}"
        assert not re.search(r"[;()–/§%]", text), f"signs that are hard to read: {text}"
        assert text.count(",") <= 1, f"more than one thought: {text}"


def test_german_words_are_short_or_have_a_hyphen() -> None:
    for text in texts("de"):
        for word in re.findall(r"\w+", text):
            assert len(word) <= LONGEST_WORD or word in KNOWN, f"{word} in: {text}"


def test_german_avoids_what_easy_language_avoids() -> None:
    for text in texts("de"):
        assert not re.search(r"\b(des|würde|könnte|müsste|wäre|wurde|werden|worden|nicht un\w+)\b", text), text


def test_the_sign_language_sentence_goes_where_a_video_is() -> None:
    assert NO_VIDEO in [text for part in sections(has_video=False) for text in part.sentences]
    assert NO_VIDEO not in [text for part in sections(has_video=True) for text in part.sentences]
    assert len(sections(has_video=True)) == len(sections(has_video=False))
    assert EVERYBODY.links
