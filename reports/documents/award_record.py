"""The award record as PDF: twelve headings, each filled, not applicable, or marked as a gap."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from reports.audit.access import Sight
from reports.award_record import Heading, headings, source_of
from reports.documents.rendering import frame, pdf


def award_record_pdf(sight: Sight) -> bytes:
    """PDF of the record as it stands at the moment of `sight`, in the language of the tender."""
    with translation.override(sight.tender.language):
        return pdf("award_record", _data(sight))


def _data(sight: Sight) -> dict[str, Any]:
    tender, found = sight.tender, headings(sight)
    gaps = [str(one.number) for one in found if one.state == "gap"]
    source = source_of(tender)
    title = f"{_('Award record')} ({source})" if source else _("Award record")
    return {
        **frame(
            title=title, organisation=tender.buyer.name, reference=tender.reference, at=sight.now,
            footer=_("Not public"),
        ),
        "subject": tender.title,
        "finding": _("Gaps under no. %(numbers)s.") % {"numbers": ", ".join(gaps)} if gaps else _("No gap."),
        "headings": [_shown(one) for one in found],
    }  # fmt: skip


def _shown(one: Heading) -> dict[str, Any]:
    marks = {"gap": _("Gap:"), "not_applicable": _("Does not apply:"), "filled": ""}
    return {"number": one.number, "title": one.title, "mark": marks[one.state], "lines": list(one.lines)}
