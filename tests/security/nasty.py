"""What people and programs send that bites: texts, numbers, file names; strategies for whatever takes input."""

from typing import Final

from hypothesis import strategies as st

TEXTS: Final = (
    "", " ", "\t", "\r\n", "\x00", "a\x00b", "\x1b[31m", "\u202ebid.pdf", "\ufeff", "\u200b", "e\u0301", "\ufdfa" * 50,
    "<script>alert(1)</script>", "<svg/onload=alert(1)>", "{{ 7*7 }}", "{% debug %}", "%(x)s", "%s%n", "${7*7}",
    "=1+1", "+1", "-1", "@SUM(A1)", "\uff1d1", "' OR '1'='1", "';--", "../../etc/passwd", "a\r\nBcc: x@y.example",
    "javascript:alert(1)", "//evil.example", "null", "undefined", "[]", "{}", "[object Object]", "true", "on", "None",
    "\U0001f4a9" * 20, "ﬀ", "İstanbul", "ß" * 300, "a" * 70_000, "\n" * 500,
)  # fmt: skip
NUMBERS: Final = (
    "NaN", "nan", "sNaN", "Infinity", "-Infinity", "1e999", "1e-999", "1E400000000", "-0", "-0.00", "0x10", "1_000",
    "1,5", "1.250", "1,250", "1.250,00", "1,250.00", "1 000", "1\u00a0000", "١٢", "１２", "½", "²", "9" * 400,
    "0." + "0" * 400 + "1", "-1", "2147483648", "9223372036854775808", "1e5", "+5", "5-", "--5", ".", "-", "1/3",
    "2026-02-30", "0000-00-00", "9999-12-31T23:59:59Z", "24:61", "1970-01-01T00:00:00+99:00",
)  # fmt: skip
FILE_NAMES: Final = (
    "", ".", "..", "../../x.pdf", "..\\..\\x.pdf", "/etc/passwd", "C:\\x.pdf", "CON", "nul.pdf", "a\x00.pdf",
    "a\nb.pdf", "x" * 400 + ".pdf", "\u200b", "\u202efdp.exe", "a/b.pdf", " .pdf", "bid.pdf.exe", "=cmd.xlsx",
    "e\u0301.pdf", "%00.pdf",
)  # fmt: skip


def nasty_text() -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(TEXTS), st.text(max_size=60))


def nasty_number() -> st.SearchStrategy[str]:
    digits = st.text("0123456789.,-+eE_ \u00a0\u0661\uff11", max_size=30)
    return st.one_of(st.sampled_from(NUMBERS), st.floats().map(str), st.integers().map(str), digits)


def nasty_filename() -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(FILE_NAMES), st.text(max_size=30).map(lambda text: f"{text}.pdf"))


def nasty_json() -> st.SearchStrategy[object]:
    """Any JSON value, also of the wrong kind, some deep, some with nasty texts and numbers inside."""
    leaves = st.one_of(
        nasty_text(), nasty_number(), st.none(), st.booleans(), st.integers(), st.floats(), st.just(10**400)
    )
    inside = st.recursive(
        leaves, lambda one: st.lists(one, max_size=3) | st.dictionaries(nasty_text(), one, max_size=3), max_leaves=5
    )
    deep: object = "x"
    for _level in range(60):
        deep = [deep]
    return st.one_of(inside, st.just(deep))
