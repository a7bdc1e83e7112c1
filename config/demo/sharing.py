"""The service centre of the demo: its library with versions, tenders made from it, members, and who is on duty."""

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts import clock, days
from accounts.actions import duty
from accounts.lifecycle import Role
from accounts.models import Organization, User
from config.demo.adoption import plan
from config.demo.live import DAY, LivePlay
from config.demo.people import People
from tendering import actions as tendering
from tendering.actions import library as acts
from tendering.library.drafting import tender_draft
from tendering.library.shipped import shipped
from tendering.models import ProcedureType, Template, TemplateVersion, Tender

CENTRE, LIBRARIAN, PLANNER = "C01", "C01-librarian", "C01-officer_1"
MEMBERS = ("M01", "M02", "M03", "M06")
FIRST_PUBLISHED = datetime(2023, 6, 5, 9, tzinfo=UTC)
NEW_VERSION = timedelta(days=20)  # ago
DRAFTED = timedelta(days=60)  # ago: a draft from a version that has been replaced since
Json = dict[str, Any]


def publish_library(people: People, now: datetime) -> None:
    """Every shipped template, some with a first version that was improved later, and a draft from such a first one."""
    centre, librarian = people.buyer(CENTRE), people.account(LIBRARIAN)
    with clock.simulated(FIRST_PUBLISHED):
        for code in plan()["earlier"]:
            _publish_first(code, centre, librarian)
        publish_shipped_but(plan()["earlier"], centre, librarian)
    with clock.simulated(now - DRAFTED):
        town = people.buyer("M05")
        version = TemplateVersion.objects.get(template__code="it-help-desk", number=1)
        acts.use_template(actor=people.account("M05-procurement_officer"), version=version, buyer=town)
    with clock.simulated(now - NEW_VERSION):
        for code, entry in plan()["earlier"].items():
            _publish(code, _shipped(code), entry["note"], librarian)


def publish_shipped_but(left_out: Any, centre: Organization, librarian: User) -> None:
    """The files without a history of their own."""
    for entry in shipped():
        if entry.code not in left_out:
            acts.create_template(actor=librarian, owner=centre, code=entry.code, kind=entry.content["kind"])
            _publish(entry.code, entry.content, entry.note["de"], librarian)


def _publish_first(code: str, centre: Organization, librarian: User) -> None:
    """The content as it was before what came back from the first procedures."""
    content = copy.deepcopy(_shipped(code))
    for path, value in plan()["earlier"][code]["first"].items():
        _set(content, path.split("."), value)
    acts.create_template(actor=librarian, owner=centre, code=code, kind=content["kind"])
    _publish(code, content, "Erste Fassung", librarian)


def _set(part: Any, steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        part = part[int(step)] if step.isdecimal() else part[step]
    part[steps[-1]] = value


def _publish(code: str, content: Json, note: str, librarian: User) -> None:
    template = Template.objects.get(code=code)
    version = acts.save_version(actor=librarian, template_id=template.pk, content=content, note=note)
    acts.publish_version(actor=librarian, version_id=version.pk)


def _shipped(code: str) -> Json:
    return next(entry.content for entry in shipped() if entry.code == code)


def adopted_tenders() -> list[Json]:
    found: list[Json] = plan()["adopted"]
    return found


class AdoptedPlay(LivePlay):
    """A live tender whose draft is made from a template; the office adds value, dates and today's cost."""

    def _draft(self) -> None:
        officer, data = self._who("officer"), self.data
        versions = TemplateVersion.objects.in_use().filter(template__code=data["template"])
        version = versions.select_related("template").first()
        assert version is not None
        made = acts.use_template(actor=officer, version=version, buyer=self.buyer)
        self.tender = Tender.objects.get(pk=made.pk)
        draft = tender_draft(version.content, self.buyer.language, acts.population_of(self.buyer))
        names = ("baseline_cost_per_case", "baseline_minutes_per_case", "value")
        today = {name: data[name] for name in names}
        key: Json = {"actor": officer, "tender_id": self.tender.pk}
        tendering.replace_lots(**key, lots=[{**lot, **today} for lot in draft["lots"]])
        fields = {
            "value": data["value"], "procedure_type": ProcedureType.NATIONAL_PUBLIC,
            "value_method": "Vorlage der Bibliothek, Mengen gezählt", "tender_period_end": self.end,
            "enquiry_period_end": self.end - 5 * DAY, "opening_planned_at": self.end + timedelta(minutes=15),
            "bid_validity_end": (self.end + 60 * DAY).date(),
        }  # fmt: skip
        tendering.update_tender(**key, expected_version=None, fields=fields)
        self.data = {
            **data, "criteria": draft["criteria"], "documents": draft["documents"],
            "bids": [_offer(offer, draft) for offer in data["bids"]],
        }  # fmt: skip


def _offer(offer: Json, draft: Json) -> Json:
    """A bid in the shape LivePlay hands in; every concept answers in one sentence."""
    asked = [row["code"] for row in draft["criteria"] if row["kind"] == "quality"]
    answers = dict.fromkeys(asked, "Feste Ansprechpersonen, Prüfschritte je Übergabe und ein Plan nach Wochen.")
    lot = {"unit_prices": offer["unit_prices"], "promised": offer["promised"], "answers": answers, "discount_pct": "0"}
    return {**offer, "lots": {draft["lots"][0]["code"]: lot}}


def join_and_help(people: People, now: datetime) -> None:
    """The members agree, and the village gets its second opener and a second approver for half a year."""
    centre = people.buyer(CENTRE)
    for reference in MEMBERS:
        town = Organization.objects.filter(reference=reference).first()
        if town is None:
            continue
        admin = User.objects.filter(memberships__organization=town, memberships__role=Role.ORG_ADMIN).first()
        assert admin is not None
        duty.join_centre(actor=admin, municipality_id=town.pk, centre_id=centre.pk)
    village = Organization.objects.filter(reference="M01").first()
    if village is None:
        return
    today = days.today(village, now)
    for reference, role in (("C01-opener_1", Role.OPENER), ("C01-officer_1", Role.APPROVER)):
        duty.put_on_duty(
            actor=people.account(PLANNER), centre_id=centre.pk, municipality_id=village.pk,
            user_id=people.account(reference).pk, role=role, first_day=today, last_day=today + timedelta(days=182),
        )  # fmt: skip
