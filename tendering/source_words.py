"""Where a rule comes from, in the reader's language: paragraphs stay as they are, the words between them do not."""

import re

from django.utils.translation import pgettext


def source_words(source: str) -> str:
    """The source of a row of the rule book, for example "practice" or "§ 6 WRegG (text 2022)"."""
    words = _words()
    pattern = "|".join(re.escape(english) for english in sorted(words, key=len, reverse=True))
    return re.sub(rf"(?<![\w.])(?:{pattern})(?!\w)", lambda found: words[found[0]], source)


def _words() -> dict[str, str]:
    return {
        "matrix of national limits": pgettext("source of a rule", "matrix of national limits"),
        "secondary": pgettext("source of a rule", "secondary"),
        "secondary source": pgettext("source of a rule", "secondary source"),
        "practice": pgettext("source of a rule", "practice"),
        "Bavarian practice": pgettext("source of a rule", "Bavarian practice"),
        "public-law practice": pgettext("source of a rule", "public-law practice"),
        "product decision": pgettext("source of a rule", "product decision"),
        "previous value": pgettext("source of a rule", "previous value"),
        "unchanged": pgettext("source of a rule", "unchanged"),
        "in force": pgettext("source of a rule", "in force"),
        "Municipal purchasing rules": pgettext("source of a rule", "Municipal purchasing rules"),
        "municipal budget law": pgettext("source of a rule", "municipal budget law"),
        "Land law below threshold": pgettext("source of a rule", "Land law below threshold"),
        "Land Tariftreue laws": pgettext("source of a rule", "Land Tariftreue laws"),
        "as put into force by the Land": pgettext("source of a rule", "as put into force by the Land"),
        "as a guide": pgettext("source of a rule", "as a guide"),
        "part": pgettext("source of a rule", "part"),
        "section": pgettext("source of a rule", "section"),
        "annex": pgettext("source of a rule", "annex"),
        "Annex": pgettext("source of a rule", "Annex"),
        "commentary": pgettext("source of a rule", "commentary"),
        "text": pgettext("source of a rule", "text"),
        "text of": pgettext("source of a rule", "text of"),
        "text says": pgettext("source of a rule", "text says"),
        "former EU threshold": pgettext("source of a rule", "former EU threshold"),
        "until": pgettext("source of a rule", "until"),
        "after": pgettext("source of a rule", "after"),
        "no.": pgettext("source of a rule", "no."),
    }
