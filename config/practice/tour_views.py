"""Guided tours, public: one page per role; in the demo one click puts the visitor into the role."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from config.practice import runs
from config.practice.tour import TOURS, Tour, stops
from config.practice.tour import tour as tour_of


@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """Which tours there are."""
    return render(request, "tour/list.html", {"tours": TOURS})


@require_safe
def tour_role(request: HttpRequest, role: str) -> HttpResponse:
    """The stops of one tour, with links to pages this visitor may open."""
    chosen = tour_of(role)
    if chosen is None:
        raise Http404
    found = stops(chosen, request.user, clock.now())
    context = {
        "tour": chosen,
        "stops": found,
        "needs_role": chosen.role is not None and not any(link for _stop, link in found),
        "guide": _guide(chosen),
        "practice_part": chosen.practice if chosen.practice in runs.parts() else "",
    }
    return render(request, "tour/role.html", context)


def _guide(chosen: Tour) -> Any:
    """The account of the demo that shows this role; None outside it."""
    if not settings.DEMO or chosen.role is None:
        return None
    from config.demo import roles

    people = dict(roles.one_of_each(roles.everybody()))
    return people.get(str(chosen.role.label))
