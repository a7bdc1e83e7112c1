"""What there is to do with the pilots of the own municipality."""

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.desk import Task
from accounts.lifecycle import Role
from accounts.models import User
from pilots import completeness
from pilots.lifecycle import SECOND_PEOPLE
from pilots.models import AnalysisRun, Pilot
from pilots.next_step import next_step

GROUP = _("Pilots")
MOST = 30


def tasks(user: User, now: datetime) -> Iterator[Task]:
    """The next step of each undecided pilot where it is this person's turn; three queries."""
    if own := user.organizations_with(*SECOND_PEOPLE, Role.COUNCIL_MEMBER):
        yield from _tasks_at(user, own, now)
    if user.organizations_with(Role.OFFICER, Role.REQUESTER):
        yield Task(_("Prepare a new pilot"), reverse("pilot_new"), group=GROUP, offer=True)


def _tasks_at(user: User, own: list[int], now: datetime) -> Iterator[Task]:
    found = (
        Pilot.objects.filter(municipality__in=own, decided_at=None)
        .select_related("municipality")
        .defer("sealed_registration", "funding", "council", "costs")
        .annotate(
            indicator_count=Count("indicators", distinct=True), values=Count("indicators__measurements", distinct=True)
        )[:MOST]
    )
    runs = AnalysisRun.objects.filter(pilot__in=[pilot.pk for pilot in found], confirmed_at=None)
    open_runs = {run.pilot_id: run for run in runs.defer("inputs", "result").order_by("id")}
    for pilot in found:
        roles = user.roles_in(pilot.municipality_id)
        complete = pilot.values >= completeness.needed(pilot, pilot.indicator_count) > 0
        step = next_step(pilot, now, roles, user.pk, open_run=open_runs.get(pilot.pk), complete=complete)
        due = _gate(pilot)
        if step:
            yield Task(step.button, _address(step.page, step.is_post, pilot), due, GROUP, str(pilot))
        elif Role.COUNCIL_MEMBER in roles and pilot.analysed_at:
            title = gettext("Decide on the pilot: %(pilot)s") % {"pilot": pilot.title}
            yield Task(title, reverse("pilot_detail", args=[pilot.pk]), due, GROUP)


def _address(page: str, is_post: bool, pilot: Pilot) -> str:
    """Steps that are one click stand on the pilot's own page."""
    return reverse("pilot_detail" if is_post else page, args=[pilot.pk])


def _gate(pilot: Pilot) -> datetime | None:
    """The end of the gate day at the municipality."""
    if pilot.gate_date is None:
        return None
    return datetime.combine(pilot.gate_date, time(23, 59), ZoneInfo(pilot.municipality.time_zone))
