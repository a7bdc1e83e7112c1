"""How every act on a pilot begins: lock it, see whether the person may know of it, then ask the lifecycle."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404
from django.utils.functional import Promise

from accounts import clock, outbox
from accounts.decision import require
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import User
from pilots.lifecycle import CO_SIGNERS, decide
from pilots.models import Pilot
from tendering.locking import lock_row


def act_on(pilot_id: int, actor: User, action: str) -> tuple[Pilot, datetime]:
    """The locked pilot and the act's one moment. Foreign drafts: Http404; wrong role 403, wrong moment 409."""
    lock_row(Pilot, pilot_id)
    now = clock.now()
    pilot = Pilot.objects.visible_to(actor, now).select_related("municipality").filter(pk=pilot_id).first()
    if pilot is None:
        raise Http404
    require(decide(action, pilot.status(now), actor.roles_in(pilot.municipality_id)))
    return pilot, now


def month_of(pilot: Pilot, moment: datetime) -> str:
    """The month ("2025-07") a moment lies in, by the municipality's own calendar."""
    return moment.astimezone(ZoneInfo(pilot.municipality.time_zone)).strftime("%Y-%m")


def save(pilot: Pilot) -> None:
    """Check every field, then write."""
    pilot.full_clean()
    pilot.save()


def tell_all(
    pilot: Pilot,
    people: Iterable[User],
    now: datetime,
    key: str,
    kind: str,
    subject: str | Promise,
    body: str | Promise,
) -> None:
    """One message of this kind per person in the person's language; texts may use %(pilot)s and %(url)s."""
    words = {"pilot": pilot.title, "url": f"{settings.BASE_URL}/pilots/{pilot.pk}/"}
    for person in people:
        with outbox.in_language_of(person):
            outbox.tell(
                person,
                key=f"pilot:{pilot.pk}:{key}",
                kind=kind,
                subject=str(subject) % words,
                body=str(body) % words,
                at=now,
                url=f"/pilots/{pilot.pk}/",
                chain=pilot.chain,
            )


def people_with(pilot: Pilot, *roles: str) -> list[User]:
    """Active people of the municipality who hold one of the roles."""
    return list(holders(pilot.municipality_id, roles, clock.now()).order_by("pk"))


def co_signers(pilot: Pilot, actor: User) -> list[User]:
    """Who may sign the promise beside this person: who audits may not."""
    left_out = {actor, *people_with(pilot, Role.AUDITOR)}
    return [person for person in people_with(pilot, *CO_SIGNERS) if person not in left_out]
