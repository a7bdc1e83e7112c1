"""The demo's service centre: library with versions, a draft that is out of date, tenders made from it, help for M01."""

import copy

import pytest

from accounts import clock
from accounts.actions import duty
from accounts.models import CentreMember, Membership
from config.demo import sharing
from config.demo.adoption import plan
from config.demo.case_files import read_case
from config.demo.people import People
from tendering.library.reading import newer_than
from tendering.library.results import achieved
from tendering.library.shape import faults
from tendering.library.shipped import shipped
from tendering.models import Template, Tender
from tests.conftest import CASES


def test_the_plan_names_templates_of_the_right_kind_and_valid_first_versions() -> None:
    contents = {entry.code: entry.content for entry in shipped()}

    for reference, code in plan()["templates"].items():
        assert contents[code]["kind"] == ("pilot" if reference.startswith("P") else "tender")
    for code, entry in plan()["earlier"].items():
        content = copy.deepcopy(contents[code])
        for path, value in entry["first"].items():
            sharing._set(content, path.split("."), value)
        assert faults(content) == {}


@pytest.mark.django_db
def test_library_draft_adopted_tender_and_members_are_made_by_ordinary_acts() -> None:
    case = read_case(CASES / "T01")
    people, now = People(case.organisations, case.providers), clock.now()
    people.buyer("M01")

    sharing.publish_library(people, now)
    tender = sharing.AdoptedPlay(sharing.adopted_tenders()[0], people, now).run()
    sharing.join_and_help(people, now)

    assert Template.objects.count() == len(shipped())
    old = Tender.objects.get(buyer__reference="M05")
    assert old.template_version is not None
    assert newer_than(old.template_version) is not None
    assert tender.awarded_at
    assert tender.template_version is not None
    found = achieved([tender.template_version.template_id], now)[tender.template_version.template_id]
    assert (found.awarded, found.saving_pct) == (1, None)  # one town alone tells nothing
    assert CentreMember.objects.filter(until=None).count() >= 1
    lent = Membership.objects.filter(pk__in=duty.duties_of(now), organization__reference="M01")
    assert set(lent.values_list("role", flat=True)) == {"opener", "approver"}
