"""Full-text search: PostgreSQL `tsvector` in a generated column, SQLite FTS5 kept by triggers.

Neither splits German compounds, so "Reinigung" would not find "Gebäudereinigung": `extra_words` adds the parts of long
words, the lots' titles, the buyer's name and the labels of the CPV codes in one column that is indexed with the rest.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL

from tendering import cpv
from tendering.models import Tender

PARTS = Path(__file__).parent / "data" / "word_parts_de.txt"
LONG_WORD = 8
SHORTEST_PART = 4
PREFIX_FROM = 4
MOST_WORDS = 8
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WORD = re.compile(r"[^\W_]+")
_JOINTS = ("", "s", "es", "n", "en", "er", "e")
_ENDINGS = ("ungen", "innen", "ern", "en", "er", "es", "em", "e", "n", "s")


def matching(queryset: models.QuerySet[Tender, Any], text: str) -> models.QuerySet[Tender, Any]:
    """The tenders that contain every word of the text, as a word, a beginning of one or a part of a compound."""
    words = words_of(text)[:MOST_WORDS]
    if not words:
        return queryset
    if connection.vendor == "postgresql":
        return queryset.filter(pk__in=RawSQL(_POSTGRESQL_MATCH, [_tsquery(words), _tsquery(words)]))  # noqa: S611
    return queryset.filter(pk__in=RawSQL(_SQLITE_MATCH, [_fts_query(words)]))  # noqa: S611 - words are parameters


def extra_words(tender: Tender) -> str:
    """What is searched besides title and summary; stored in `Tender.search_extra` by every act that changes words."""
    lots = list(tender.lots.values_list("title", flat=True)) if tender.pk else []
    codes = [tender.cpv_main, *tender.cpv_additional]
    texts = [tender.buyer.name, *lots, *(label for code in codes if (label := cpv.label(code)))]
    everything = " ".join([tender.title, tender.summary, *texts])
    words = words_of(everything)
    parts = {part for word in words for part in compound_parts(word)}
    return " ".join([*texts, *sorted(parts | other_spellings(words))])


def other_spellings(words: list[str]) -> set[str]:
    """Words with "ss" for "ß" and "ae" for "ä": SQLite folds neither, and not every keyboard has them."""
    return {word for word in words if "ss" in word} | {
        spelt for word in words if (spelt := word.translate(_UMLAUTS)) != word
    }


def words_of(text: str) -> list[str]:
    """Lower-case words of a text, in their order."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold().replace("ß", "ss"))


def compound_parts(word: str) -> frozenset[str]:
    """Known words a long word ends with or begins with: gebäudereinigung -> {gebäude, reinigung}."""
    if len(word) < LONG_WORD:
        return frozenset()
    tails = {tail for i in range(3, len(word) - SHORTEST_PART + 1) if _is_known(tail := word[i:])}
    heads = {head for i in range(SHORTEST_PART, len(word) - 3) if _is_known(head := word[:i])}
    return frozenset(tails | heads)


@cache
def known_words() -> frozenset[str]:
    """The word list and every single word of the CPV labels."""
    listed = words_of(PARTS.read_text(encoding="utf-8"))
    labels = (word for code in cpv.codes().values() for word in words_of(code.label))
    return frozenset(word for word in (*listed, *labels) if len(word) >= SHORTEST_PART)


def _is_known(part: str) -> bool:
    """In the list as it stands, or with a plural ending or a joint (gebühren-s, reinigung-s) taken off."""
    return any(
        part.endswith(joint) and len(stem := part.removesuffix(joint)) >= SHORTEST_PART and stem in known_words()
        for joint in _JOINTS
    )


def _tsquery(words: list[str]) -> str:
    return " & ".join(f"{word}:*" if len(word) >= PREFIX_FROM else word for word in words)


def _fts_query(words: list[str]) -> str:
    return " AND ".join(f'"{_stem(word)}"*' if len(word) >= PREFIX_FROM else f'"{word}"' for word in words)


def _stem(word: str) -> str:
    """Without a German ending, as far as at least five letters stay; FTS5 has no German stemmer."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 5:
            return word.removesuffix(ending)
    return word


_SQLITE_MATCH = "SELECT rowid FROM tendering_search WHERE tendering_search MATCH %s"
_POSTGRESQL_MATCH = (
    "SELECT id FROM tendering_tender WHERE search_vector @@ (to_tsquery('german', %s) || to_tsquery('english', %s))"
)
