"""Who does what in a tender: people per step, who is missing, and what lies in one hand."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.lifecycle import Role
from accounts.models import Membership
from tendering import duties
from tendering.models import Tender
from tendering.views.access import find_tender, for_staff, is_staff_of, roles_at
from tendering.views.officer_view import navigation_of


@require_safe
@for_staff
def who_does_what(request: HttpRequest, tender_id: int) -> HttpResponse:
    """For everybody who works for the buyer. Others learn no names: 404."""
    tender, now = find_tender(request, tender_id)
    if not is_staff_of(request, tender):
        raise Http404
    rows = duties.table(tender, now)
    notes = _notes(tender, now)
    missing = [row for row in rows if row.missing]
    context = {
        "tender": tender, "now": now, "navigation": navigation_of(request, tender, tender.status(now), now),
        "rows": [_row(row, notes) for row in rows], "missing": missing,
        "least": duties.least_people(rows), "here": len(duties.different_people(rows)),
        "combined": [
            (person, [duties.STEPS[step] for step in steps]) for person, steps in duties.combined_steps(rows)
        ],
        "centres": duties.helping_centres(tender.buyer, now),
        "is_admin": Role.ORG_ADMIN in roles_at(request, tender),
    }  # fmt: skip
    return render(request, "tendering/who.html", context)


def _row(row: duties.Duty, notes: dict[int, str]) -> dict[str, Any]:
    done = {person.pk for person in row.done_by}
    return {
        "duty": row,
        "people": [(person, notes.get(person.pk, "")) for person in row.people if person.pk not in done],
        "done_by": row.done_by,
    }


def _notes(tender: Tender, now: datetime) -> dict[int, str]:
    """{person: for whom or from where}, of those who hold a role for somebody else or on loan."""
    rows = Membership.objects.active(now).filter(organization=tender.buyer_id)
    rows = rows.exclude(stands_in_for=None, via=None).select_related("stands_in_for", "via")
    notes: dict[int, str] = {}
    for row in rows:
        if row.stands_in_for:
            notes[row.user_id] = _("for %(person)s") % {"person": row.stands_in_for}
        elif row.via:
            notes[row.user_id] = _("from %(centre)s") % {"centre": row.via}
    return notes
