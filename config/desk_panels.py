"""Panels of the desk that look into several rooms: what may be done at any time, the audit, the library."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import desk
from accounts.desk import FIRST_LOOK, MOST, Task, first_address, last_look
from accounts.lifecycle import PROVIDER_ROLES, Role
from accounts.models import AuditEvent, User
from bids.models import Bid
from pilots.models import Pilot
from reports.audit import deviations
from reports.audit.kinds import Deviation
from tendering.models import TemplateVersion, Tender

MOST_TOUCHED = 500
SIMULATED = Deviation.SIMULATED
AUDIT, LIBRARY = gettext_lazy("Audit"), gettext_lazy("Library")


def install() -> None:
    """Register the panels, each once."""
    for panel in (audit, library, offers):
        if panel not in desk.panels:
            desk.panels.append(panel)


def audit(user: User, now: datetime) -> Iterator[Task]:
    """Files with deviations and awards that are new to the auditor, at least those of a week. Thirteen queries.

    What counts as a deviation is the audit room's to say, so that desk and room name the same number.
    """
    buyers = user.organizations_with(Role.AUDITOR)
    if not buyers:
        return
    since = min(last_look(user, now), now - FIRST_LOOK)
    tenders = _touched(buyers, since, now)
    found = deviations.of_tenders(tenders)
    for tender in tenders:
        lines = [line for line in found[tender.pk] if line.at and since < line.at <= now and line.kind != SIMULATED]
        if number := len(lines):
            words = ngettext("Look at %(n)s deviation: %(tender)s", "Look at %(n)s deviations: %(tender)s", number)
            kinds = ", ".join(dict.fromkeys(line.label for line in lines))
            yield _of_auditor(words % {"n": number, "tender": tender.title}, tender, kinds)
        if tender.awarded_at and since < tender.awarded_at <= now:
            why = _("Awarded since your last look.")
            yield _of_auditor(_("Read the award: %(tender)s") % {"tender": tender.title}, tender, why)


def _touched(buyers: list[int], since: datetime, now: datetime) -> list[Tender]:
    """Published procedures of these buyers in which something was done since then: only they have something new."""
    done = AuditEvent.objects.filter(at__gt=since, at__lte=now, chain__startswith="tender:").order_by()
    ids = [int(chain.removeprefix("tender:")) for chain in done.values_list("chain", flat=True).distinct()]
    found = Tender.objects.filter(pk__in=ids[:MOST_TOUCHED], buyer__in=buyers, released_at__isnull=False)
    return list(found.select_related("buyer").order_by("-released_at")[:MOST])


def _of_auditor(title: str, tender: Tender, why: str) -> Task:
    url = first_address(("audit_tender", "tender_detail"), tender.pk)
    return Task(title, url, None, AUDIT, tender.reference, why=why, role=Role.AUDITOR, organization=tender.buyer_id)


def library(user: User, now: datetime) -> Iterator[Task]:
    """Drafts of templates, and results that were achieved with templates. Four queries."""
    own = user.organizations_with(Role.LIBRARIAN)
    if not own:
        return
    drafts = TemplateVersion.objects.filter(template__owner__in=own, published_at=None, withdrawn_at=None)
    for version in drafts.select_related("template").order_by("-created_at")[:MOST]:
        title = _("Publish or discard the draft: %(template)s") % {"template": _name(version)}
        why = _("Version %(number)s is used by nobody until it is published.") % {"number": version.number}
        yield _of_librarian(title, version, why, "library_edit")
    since = min(last_look(user, now), now - FIRST_LOOK)
    window = {"template_version__template__owner__in": own}
    awarded = Tender.objects.filter(**window, awarded_at__gt=since, awarded_at__lte=now)
    analysed = Pilot.objects.filter(**window, analysed_at__gt=since, analysed_at__lte=now)
    achieved: dict[int, tuple[TemplateVersion, int]] = {}
    for row in [*_with_template(awarded), *_with_template(analysed)]:
        version = row.template_version
        achieved[version.pk] = (version, achieved.get(version.pk, (version, 0))[1] + 1)
    for version, number in achieved.values():
        words = ngettext("Look at %(n)s new result: %(template)s", "Look at %(n)s new results: %(template)s", number)
        why = _("A procedure that used the template has come to its result.")
        yield _of_librarian(words % {"n": number, "template": _name(version)}, version, why)


def _with_template(rows: Any) -> list[Any]:
    found = rows.select_related("template_version__template")
    return list(
        found.only(*(f"template_version__{name}" for name in ("content", "template__code", "template__owner")))[:MOST]
    )


def _name(version: TemplateVersion) -> str:
    """What the version calls itself, else the template's code."""
    return str(version.content.get("title") or version.template.code)


def _of_librarian(title: str, version: TemplateVersion, why: str, page: str = "library_template") -> Task:
    url = first_address((page,), version.template.code)
    return Task(title, url, None, LIBRARY, why=why, role=Role.LIBRARIAN, organization=version.template.owner_id)


def offers(user: User, now: datetime) -> Iterator[Task]:
    """What may be done at any time. One query."""
    if user.organizations_with(Role.OFFICER, Role.REQUESTER):
        note = _("Four steps with a preview")
        yield Task(_("Prepare a new tender"), first_address(["tender_new"]), offer=True, note=note)
    if user.organizations_with(Role.OFFICER):
        note = _("Phase, next step and date of every procedure")
        yield Task(_("All procedures of the office"), first_address(["desk_procedures"]), offer=True, note=note)
        note = _("Delivery, changes and the day each one ends")
        yield Task(_("Contracts of the office"), first_address(["contracts"]), offer=True, note=note)
        note = _("Before a holiday or a change of duties")
        yield Task(_("Hand over my procedures"), first_address(["desk_hand_over"]), offer=True, note=note)
    if companies := user.organizations_with(*PROVIDER_ROLES):
        live = Bid.objects.live().filter(company__in=companies).count()
        note = ngettext("%(n)s bid handed in", "%(n)s bids handed in", live) % {"n": live}
        yield Task(_("My bids"), first_address(["bid_list"]), offer=True, note=note)
    yield Task(_("Find tenders"), first_address(["tender_list"]), offer=True)
    yield Task(_("Read about pilots"), first_address(["pilot_list"]), offer=True)
