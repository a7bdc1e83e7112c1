"""Where a rule comes from is told in the reader's language."""

import json
import re
from typing import Any

from django.utils.translation import override

from tendering.rules.rows import DATA
from tendering.source_words import source_words

WORDS = "matrix practice decision secondary previous unchanged force until after part section text law laws no."
ENGLISH = rf"(?<![\w.])({'|'.join(map(re.escape, WORDS.split()))})(?!\w)"


def sources(data: Any) -> set[str]:
    """Every "source" in a JSON value."""
    if isinstance(data, list):
        return set().union(*map(sources, data))
    if not isinstance(data, dict):
        return set()
    return {text for name, text in data.items() if name == "source"} | sources(list(data.values()))


def test_no_source_of_the_rule_book_is_half_english_on_a_german_page() -> None:
    found = sources([json.loads(path.read_text(encoding="utf-8")) for path in DATA.rglob("*.json")])
    assert len(found) > 60
    with override("en"):
        assert {source_words(source) for source in found} == found
    with override("de"):
        assert source_words("§ 6 WRegG (text 2022)") == "§ 6 WRegG (Fassung 2022)"
        assert source_words("§ 57 (1) no. 4 VgV") == "§ 57 (1) Nr. 4 VgV"
        said = {source_words(source) for source in found}
    assert [source for source in said if re.search(ENGLISH, source)] == []
