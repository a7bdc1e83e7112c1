"""PDF/UA-1 and PDF/A-3a by typst: a template of ours, one JSON of data, equal bytes for equal data."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import practice

TEMPLATES = Path(__file__).resolve().parent / "templates"
STANDARDS: list[Literal["ua-1", "a-3a"]] = [
    "ua-1",
    "a-3a",
]  # typst knows the pair; veraPDF has not checked the files yet


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """A document from `<template>.typ`; texts in `data` are shown as they are, never run. Fonts are embedded.

    Made in a practice it says so on every page. typst reads the templates of this package only; it asks no network and
    no system font.
    """
    import typst

    content: bytes = typst.compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        sys_inputs={"data": json.dumps({**data, "mark": practice.mark()}, ensure_ascii=False)},
        ignore_system_fonts=True,
        pdf_standards=[*STANDARDS],
    )
    return content


def frame(*, title: str, organisation: str, reference: str, at: datetime, footer: str = "") -> dict[str, Any]:
    """What every document has: title, sender, reference, its moment (not the clock's), language and page numbers."""
    return {
        "title": title,
        "organisation": organisation,
        "reference": reference,
        "language": (get_language() or "en").partition("-")[0],
        "date": [at.year, at.month, at.day, at.hour, at.minute, at.second],
        "footer": footer,
        "page": _("Page %(now)s of %(all)s") % {"now": "{now}", "all": "{all}"},
    }
