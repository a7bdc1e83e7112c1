"""Proposes pass sentences: six words put together from two simple ones each, such as `apfelturm` or `apple-tower`."""

import json
import math
import secrets
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from bids.sealing.errors import SealingError
from bids.sealing.opener_key import normalized_sentence

WORDS: Final = 6
LEAST_ENTROPY: Final = 75  # bits; an attacker with the locked key file can guess offline
_LEAST_LETTERS: Final = 24


class WeakPassSentence(SealingError):
    """The pass sentence could be guessed."""


@dataclass(frozen=True)
class _Vocabulary:
    first: tuple[str, ...]
    second: tuple[str, ...]
    joiner: str


def propose_pass_sentence(language: str) -> str:
    """Six different random words in lower case without accents, German for `de…`, else English; at least 75 bits."""
    words = _vocabulary("de" if language.startswith("de") else "en")
    drawn: dict[str, None] = {}
    while len(drawn) < WORDS:  # a word drawn twice would be refused by our own rule, about once in 1,600 sentences
        drawn[secrets.choice(words.first) + words.joiner + secrets.choice(words.second)] = None
    return " ".join(drawn)


def entropy(language: str) -> float:
    """Bits of entropy of a proposed sentence: equally likely, different words, none twice."""
    words = _vocabulary("de" if language.startswith("de") else "en")
    return math.log2(math.perm(len(words.first) * len(words.second), WORDS))


def check_pass_sentence(sentence: str) -> str:
    """The sentence as it will be used; WeakPassSentence for fewer than six different words or 24 letters.

    A rough net: it cannot see a quotation. The page proposes random words for that reason.
    """
    sentence = normalized_sentence(sentence)
    words = {word.casefold() for word in sentence.split() if len(word) > 1}
    if len(words) < WORDS or sum(map(str.isalpha, sentence)) < _LEAST_LETTERS:
        raise WeakPassSentence("a pass sentence has at least six different words and 24 letters")
    return sentence


@cache
def _vocabulary(language: str) -> _Vocabulary:
    content = json.loads(files(__package__).joinpath("words.json").read_text("utf-8"))[language]
    first, second = (tuple(" ".join(content[part]).split()) for part in ("first", "second"))
    return _Vocabulary(first, second, content["joiner"])
