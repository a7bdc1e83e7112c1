"""Proposed pass sentences are hard to guess and easy to type."""

import pytest

from bids.sealing import WeakPassSentence, check_pass_sentence, propose_pass_sentence
from bids.sealing.pass_sentence import LEAST_ENTROPY, _vocabulary, entropy


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_pair_of_parts_is_another_word_so_the_stated_entropy_holds(language):
    words = _vocabulary(language)
    pairs = {first + words.joiner + second for first in words.first for second in words.second}
    assert len(pairs) == len(words.first) * len(words.second)
    assert entropy(language) >= LEAST_ENTROPY


@pytest.mark.parametrize("language", ["de", "en"])
def test_parts_are_short_lower_case_words_that_every_keyboard_has(language):
    words = _vocabulary(language)
    for part in words.first + words.second:
        assert part.isascii()
        assert part.isalpha()
        assert part.islower()
        assert 2 <= len(part) <= 9


def test_a_word_drawn_twice_is_drawn_again(monkeypatch):
    words = ["apple", "apple", "bread", "cloud", "door", "fish", "gate"]
    drawn = iter([part for word in words for part in (word, "tree")])
    monkeypatch.setattr("bids.sealing.pass_sentence.secrets.choice", lambda _words: next(drawn))
    sentence = propose_pass_sentence("en")
    assert check_pass_sentence(sentence) == "apple-tree bread-tree cloud-tree door-tree fish-tree gate-tree"


@pytest.mark.parametrize("language", ["de", "de-at", "en", "fr"])
def test_a_proposed_sentence_is_accepted_and_new_each_time(language):
    sentence = propose_pass_sentence(language)
    assert len(sentence.split()) == 6
    assert sentence != propose_pass_sentence(language)


def test_a_proposed_sentence_passes_the_check():
    sentence = "apfelturm brotkorb regenhut mondstuhl waldkanne flusslampe"
    assert check_pass_sentence(f" {sentence} ") == sentence


@pytest.mark.parametrize(
    "weak", ["", "geheim", "eins zwei drei", "ab cd ef gh ij kl", "haushaus " * 6, "1 2 3 4 5 6 7 8"]
)
def test_a_weak_sentence_is_refused(weak):
    with pytest.raises(WeakPassSentence, match="six different words"):
        check_pass_sentence(weak)
