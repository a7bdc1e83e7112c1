"""The auditor's room: who comes in, what is found, what deviates, and that nothing is changed there."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime

from accounts import clock
from accounts.models import AuditEvent
from evaluation import actions as evaluating
from reports.audit import deviations, files
from reports.audit.kinds import OF_PILOTS, OF_TENDERS, Deviation, condition, pilot_condition
from tendering import actions as tendering
from tendering.models import Tender
from tests import factories
from tests.bids.bidding import submit
from tests.evaluation import builders
from tests.reports.played import play

pytestmark = pytest.mark.django_db
ROOM = ("audit_room", "audit_deviations", "audit_files_xlsx", "audit_files_csv", "audit_deviations_xlsx",
        "audit_deviations_csv")  # fmt: skip


@pytest.fixture(scope="module")
def played(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """T11, played once for the module inside a transaction that is thrown away at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield play("T11").pk
        transaction.set_rollback(True)


@pytest.fixture
def case_t11(played: int) -> Tender:
    return Tender.objects.select_related("buyer").get(pk=played)


def signed_in(user: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def words(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def the_auditor(tender: Tender) -> Any:
    return factories.make_user(tender.buyer, "auditor", function="Auditor Clara")


def found(town: factories.Town, **query: Any) -> set[str]:
    rows = files.TenderFiles(query, Tender.objects.filter(buyer=town.organization).with_status(clock.now()))
    assert rows.is_valid(), rows.errors
    return set(rows.qs.values_list("reference", flat=True))


# -- who comes in -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ROOM)
def test_only_auditors_find_the_room(name):
    town = factories.make_town()
    assert signed_in(town.auditor).get(reverse(name)).status_code == 200
    for other in (town.officer, town.second, town.evaluators[0], factories.make_company().bidder):
        assert signed_in(other).get(reverse(name)).status_code == 404
    assert Client().get(reverse(name)).status_code == 302


def test_an_auditor_sees_the_files_of_the_own_municipality_only():
    own, foreign = factories.make_town(), factories.make_town()
    mine, theirs = factories.open_tender(own, title="Letters of Anna"), factories.open_tender(foreign, title="Of Bernd")
    client = signed_in(own.auditor)
    page = words(client.get(reverse("audit_room")))
    assert "Letters of Anna" in page
    assert "Of Bernd" not in page
    assert client.get(reverse("audit_tender", args=[mine.pk])).status_code == 200
    for name in ("audit_tender", "audit_export", "api_audit_events", "api_audit_export"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404


def test_the_office_takes_its_own_file_but_has_no_room():
    town = factories.make_town()
    tender = factories.open_tender(town)
    client = signed_in(town.officer)
    assert client.get(reverse("audit_tender", args=[tender.pk])).status_code == 404
    assert client.get(reverse("audit_export", args=[tender.pk])).content.startswith(b"PK")
    assert signed_in(town.openers[0]).get(reverse("audit_export", args=[tender.pk])).status_code == 403


def test_an_auditor_whose_time_is_over_finds_nothing():
    town = factories.make_town()
    town.auditor.memberships.update(ends_at=clock.now() - timedelta(days=1))
    assert signed_in(town.auditor).get(reverse("audit_room")).status_code == 404


# -- before the opening, on the panel ---------------------------------------------------------------------------------
def test_before_the_opening_the_room_tells_nothing_of_bids():
    town, company = factories.make_town(), factories.make_company(name="Zählwerk Clara GmbH")
    tender = factories.open_tender(town)
    submit(company, tender)
    client = signed_in(town.auditor)
    page = words(client.get(reverse("audit_tender", args=[tender.pk])))
    assert "Nobody can see how many there are before the opening" in page
    assert "Trail of its bids" not in page
    events = client.get(reverse("api_audit_events", args=[tender.pk])).json()["results"]
    for told in (page, json.dumps(events)):
        assert company.organization.name not in told
        assert "bid.received" not in told
    assert found(town, q="Zählwerk") == set()


def test_an_auditor_on_the_panel_is_as_blind_as_the_panel():
    case = builders.opened_case()
    builders.add_bid(case, "B01", builders.LETTER)
    both = factories.make_user(case.town.organization, "auditor", "evaluator")
    client = signed_in(both)
    page = words(client.get(reverse("audit_tender", args=[case.tender.pk])))
    assert "shown to you once the panel has been closed" in page
    assert case.companies["B01"].organization.name not in page
    refused = client.get(reverse("audit_export", args=[case.tender.pk]))
    assert refused.status_code == 409
    assert not AuditEvent.objects.filter(verb="file.exported").exists()


def test_single_scores_appear_when_the_panel_is_closed():
    case = builders.opened_case()
    builders.add_bid(case, "B01", builders.LETTER)
    builders.check_all(case)
    first = builders.seat_panel(case)[0]
    builders.score(case, first, {"B01": {"B1": "7.25", "B2": "8"}})
    address = reverse("audit_tender", args=[case.tender.pk])
    client = signed_in(case.town.auditor)
    page = words(client.get(address))
    assert "Single scores are shown once the chair has closed the panel" in page
    assert "7.25" not in page
    for evaluator in case.town.evaluators[1:3]:
        builders.score(case, evaluator, {"B01": {"B1": "7", "B2": "8"}})
    for evaluator in case.town.evaluators[:3]:
        evaluating.submit_scores(actor=evaluator, tender_id=case.tender.pk)
    evaluating.close_panel(actor=case.town.chair, tender_id=case.tender.pk)
    assert "7.25" in words(client.get(address))


# -- finding files ----------------------------------------------------------------------------------------------------
def test_a_file_is_found_by_number_title_person_reason_company_and_day():
    town = factories.make_town()
    winner = factories.make_company(name="Briefwerk Süd GmbH")
    letters = factories.open_tender(town, title="Printing letters")
    tendering.cancel_tender(actor=town.officer, tender_id=letters.pk, ground="other_serious_reason",
                            reason="Die Fördermittel für Straßen entfallen.")  # fmt: skip
    direct = factories.open_tender(town, title="Cleaning", procedure_type="DIRECT_ORDER", invited=[winner.organization])
    assert found(town, q=letters.reference) == {letters.reference}
    assert found(town, q="letters") >= {letters.reference}
    assert found(town, q="Fördermittel") == {letters.reference}
    assert found(town, q="Briefwerk Süd") == {direct.reference}
    assert found(town, q="checked in the test") == {letters.reference, direct.reference}
    assert found(town, q="Officer Bernd") == {letters.reference, direct.reference}
    assert found(town, q="Opener 1") == set()
    today = localtime(clock.now()).date()
    assert found(town, since=str(today), until=str(today)) == {letters.reference, direct.reference}
    assert found(town, since=str(today + timedelta(days=2))) == set()
    assert found(town, phase=["cancelled"]) == {letters.reference}
    assert found(town, value_from="30000") == set()


def test_a_company_that_bid_is_found_after_the_opening():
    case = builders.opened_case()
    builders.add_bid(case, "B01", builders.LETTER)
    name = case.companies["B01"].organization.name
    assert found(case.town, q=name) == {case.tender.reference}


def test_a_faulty_filter_is_told_and_what_was_typed_stays():
    town = factories.make_town()
    response = signed_in(town.auditor).get(reverse("audit_room"), {"value_from": "1.250", "since": "yesterday"})
    assert response.status_code == 422
    assert 'value="1.250"' in response.content.decode()


def test_files_that_deviate_come_first_and_pages_follow_each_other():
    town = factories.make_town()
    plain = [factories.draft_tender(town) for _number in range(22)]
    moved = plain[3]
    tendering.prepare_tender(actor=town.officer, tender_id=moved.pk, reasons={"*": "the rule does not fit here"})
    client = signed_in(town.auditor)
    response = client.get(reverse("audit_room"))
    cards = response.context["cards"]
    assert cards[0].file.pk == moved.pk
    assert len(cards) == 20
    assert cards[1].file.pk == plain[-1].pk
    second = client.get(reverse("audit_room"), {"cursor": response.context["page"].next})
    assert len(second.context["cards"]) == 2
    assert client.get(reverse("audit_room"), {"cursor": "nonsense"}).status_code == 302


def test_the_lists_cost_the_same_however_many_files_they_show(django_assert_max_num_queries):
    town = factories.make_town()
    client = signed_in(town.auditor)
    for _number in range(3):
        tender = factories.open_tender(town)
        tendering.request_extension(
            actor=town.officer, tender_id=tender.pk, new_end=tender.tender_period_end + timedelta(days=5), reason="Late"
        )
        tendering.approve_extension(actor=town.second, amendment_id=tender.amendments.get().pk)
    for name in ("audit_room", "audit_deviations"):
        with django_assert_max_num_queries(24):
            assert len(client.get(reverse(name)).context["cards"]) == 3


def test_a_file_costs_a_fixed_number_of_queries(django_assert_max_num_queries):
    case = builders.evaluated_case()
    client = signed_in(case.town.auditor)
    with django_assert_max_num_queries(71):
        client.get(reverse("audit_tender", args=[case.tender.pk]))


# -- deviations -------------------------------------------------------------------------------------------------------
def lines(tender: Tender) -> dict[str, list[deviations.Line]]:
    told: dict[str, list[deviations.Line]] = {}
    with translation.override("en"):
        for line in deviations.of_tenders([Tender.objects.get(pk=tender.pk)])[tender.pk]:
            told.setdefault(line.kind.value, []).append(line)
    return told


def test_a_moved_deadline_names_both_people_and_the_reason():
    town = factories.make_town()
    tender = factories.open_tender(town)
    new_end = tender.tender_period_end + timedelta(days=5)
    tendering.request_extension(actor=town.officer, tender_id=tender.pk, new_end=new_end, reason="Holidays")
    assert "extension" not in lines(tender)
    tendering.approve_extension(actor=town.second, amendment_id=tender.amendments.get().pk)
    (line,) = lines(tender)["extension"]
    assert line.who == "Officer Anna, confirmed by Officer Bernd"
    assert line.reason == "Holidays"


def test_an_answered_warning_names_rule_source_person_and_reason():
    tender = factories.prepared_tender(factories.make_town())
    told = [*lines(tender).get("override", []), *lines(tender).get("warning", [])]
    answered = [finding for finding in tender.rule_findings if finding.get("override")]
    assert len(told) == len(answered) > 0
    assert {line.reason for line in told} == {"checked in the test"}
    assert {line.who for line in told} == {"Officer Anna"}
    assert {line.rule for line in told} == {f"{one['check_id']}: {one['source']}" for one in answered}


def test_a_person_who_scores_and_proposes_the_award_is_named():
    case = builders.evaluated_case()
    assert "combined" not in lines(case.tender)
    factories.add_role(case.town.evaluators[0], case.town.organization, "officer")
    evaluating.propose_award(
        actor=case.town.evaluators[0], tender_id=case.tender.pk, lots={"L1": f"{case.tender.reference}-B02"},
        reason="first by the rule",
    )  # fmt: skip
    (line,) = lines(case.tender)["combined"]
    assert line.who == "Evaluator 1"
    assert "proposed the award" in line.what
    assert "scored the bids" in line.what
    assert Tender.objects.filter(condition(Deviation.COMBINED)).get() == case.tender


def test_exclusions_and_repeated_evaluations_are_told():
    case = builders.evaluated_case()
    exclusion = evaluating.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B02"].pk, lot_code=None, code="form", reason="No signature"
    )
    evaluating.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    told = lines(case.tender)
    assert [line.reason for line in told["exclusion"]] == ["No signature"]
    evaluating.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk, reason="after the exclusion")
    told = lines(case.tender)
    assert [line.reason for line in told["exclusion"]] == ["No signature"]
    assert told["exclusion"][0].who == "Officer Anna, confirmed by Officer Bernd"
    assert [line.reason for line in told["repeated"]] == ["after the exclusion"]


def test_a_bid_below_its_requirements_names_who_checked_it_and_who_confirmed():
    case = builders.opened_case()
    builders.add_bid(case, "B01", builders.LETTER)
    builders.add_bid(case, "B02", builders.LETTER)
    builders.check_all(case, B02=builders.fine(mandatory={"A1": False}))
    builders.score_and_close(case, {"B01": {"B1": "6", "B2": "6"}, "B02": {"B1": "9", "B2": "8"}})
    evaluating.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk)
    (line,) = lines(case.tender)["exclusion"]
    assert line.who == "Officer Anna, confirmed by Officer Bernd"
    assert "A1" in line.reason


def agreed(tenders: list[Tender]) -> None:
    """What SQL counts is what the lines tell."""
    told = deviations.of_tenders(tenders)
    for kind in OF_TENDERS:
        in_sql = set(
            Tender.objects.filter(condition(kind), pk__in=[t.pk for t in tenders]).values_list("pk", flat=True)
        )
        in_words = {pk for pk, rows in told.items() if any(line.kind == kind for line in rows)}
        assert in_sql == in_words, kind


def test_what_is_counted_is_what_is_told(case_t11):
    agreed([case_t11])
    told = {line.kind for line in deviations.of_tenders([case_t11])[case_t11.pk]}
    assert {Deviation.SIMULATED, Deviation.LATE, Deviation.EXCLUSION} <= told


@pytest.mark.slow
@pytest.mark.parametrize("case", [f"T{number:02}" for number in range(1, 13) if number != 11])  # T11: the test above
def test_what_is_counted_is_what_is_told_of_every_case(case):
    agreed([play(case)])


def test_what_is_counted_is_what_is_told_of_pilots():
    pilot = play("P01")
    told = {line.kind for line in deviations.of_pilots([pilot])[pilot.pk]}
    for kind in OF_PILOTS:
        assert type(pilot).objects.filter(pilot_condition(kind)).exists() == (kind in told)


def test_the_sheet_of_all_deviations_holds_every_line_and_no_formula():
    case = builders.evaluated_case(title="=HYPERLINK(1)")
    exclusion = evaluating.exclude_bid(
        actor=case.town.officer, bid_id=case.bids["B02"].pk, lot_code=None, code="form", reason='=cmd|" /C calc"!A0'
    )
    evaluating.confirm_exclusion(actor=case.town.second, exclusion_id=exclusion.pk)
    client = signed_in(case.town.auditor)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(reverse("audit_deviations_xlsx")).content)).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(rows) == len([line for kind in lines(case.tender).values() for line in kind if line.kind != "simulated"])
    assert '=cmd|" /C calc"!A0' in [row[6] for row in rows]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    text = client.get(reverse("audit_deviations_csv")).content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    files_sheet = openpyxl.load_workbook(io.BytesIO(client.get(reverse("audit_files_xlsx")).content)).active
    assert files_sheet.max_row == 2


# -- the file ---------------------------------------------------------------------------------------------------------
def test_the_file_tells_everything_in_words(case_t11):
    tender = case_t11
    client = signed_in(the_auditor(tender))
    page = words(client.get(reverse("audit_tender", args=[tender.pk])))
    for told in (
        "Deviations", "Unbroken, ", "What the rules said before publication", "Declarations on conflicts of interest",
        "The tender was released for publication", "A bid was received and sealed", "Scores of each person", "Result",
        "Export file (ZIP)", tender.spec_hash,
    ):  # fmt: skip
        assert told in page, told


def test_the_timeline_can_be_narrowed_and_turned(case_t11):
    tender = case_t11
    client, address = signed_in(the_auditor(tender)), reverse("audit_tender", args=[tender.pk])
    response = client.get(address, {"act": "scores"})
    assert {entry.kind for entry in response.context["entries"]} == {"scores"}
    first = client.get(address)
    assert len(first.context["entries"]) == 50
    second = client.get(address, {"cursor": first.context["page"].next})
    assert second.context["entries"]
    assert client.get(address, {"cursor": "nonsense"}).status_code == 302
    whole = [*first.context["entries"], *second.context["entries"]]
    assert [entry.at for entry in whole] == sorted(entry.at for entry in whole)


def test_a_broken_trail_is_told_in_words():
    from django.db import connection

    from accounts import append_only

    tender = factories.open_tender(factories.make_town())
    with connection.cursor() as cursor:
        append_only.drop(cursor)
    AuditEvent.objects.filter(chain=tender.chain, seq=3).update(body='{"forged":true}')
    append_only.install()
    page = words(signed_in(the_auditor(tender)).get(reverse("audit_tender", args=[tender.pk])))
    assert "The trail is broken: Event 3" in page


def test_a_checkpoint_is_named_with_the_act_it_saw():
    from accounts import checkpoints

    tender = factories.open_tender(factories.make_town())
    checkpoints.write(clock.now())
    number = AuditEvent.objects.filter(chain=tender.chain).count()
    page = words(signed_in(the_auditor(tender)).get(reverse("audit_tender", args=[tender.pk])))
    assert f"Unbroken, {number} acts, checkpoint of" in page
    assert f"at act {number}" in page


def test_a_pilot_is_told_in_words_and_exported():
    pilot = play("P01")
    auditor = factories.make_user(pilot.municipality, "auditor")
    client = signed_in(auditor)
    page = words(client.get(reverse("audit_pilot", args=[pilot.pk])))
    for told in ("What is stored is what was sealed", "The values were frozen", "Analyses", "Unbroken"):
        assert told in page
    assert pilot.reference in words(client.get(reverse("audit_room"), {"kind": "pilots"}))
    content = client.get(reverse("audit_pilot_export", args=[pilot.pk])).content
    assert "registration.json" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert AuditEvent.objects.filter(chain=pilot.chain, verb="file.exported").count() == 1


# -- taking a file away -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["audit_export", "api_audit_export"])
def test_taking_a_file_away_is_recorded_with_its_hash(name):
    import hashlib

    town = factories.make_town()
    tender = factories.open_tender(town)
    content = signed_in(town.auditor).get(reverse(name, args=[tender.pk])).content
    body = json.loads(AuditEvent.objects.get(verb="file.exported").body)
    assert body["chain"] == tender.chain
    assert body["actor"] == f"u:{town.auditor.pk}"
    assert body["data"]["sha256"] == hashlib.sha256(content).hexdigest()
    page = words(signed_in(town.auditor).get(reverse("audit_tender", args=[tender.pk])))
    assert "The whole file was taken away." in page


def test_the_api_tells_every_act_page_by_page(case_t11):
    tender = case_t11
    client, address = signed_in(the_auditor(tender)), reverse("api_audit_events", args=[tender.pk])
    told: list[Any] = []
    following: str | None = address
    while following:
        answer = client.get(following).json()
        told += answer["results"]
        following = answer["next"]
    chains = (tender.chain, f"bids:{tender.pk}")
    assert len(told) == AuditEvent.objects.filter(chain__in=chains).count()
    assert all(row["sentence"].endswith(".") for row in told)
    assert client.get(address, {"act": "nonsense"}).status_code == 400
    assert {row["kind"] for row in client.get(address, {"act": "opening"}).json()["results"]} == {"opening"}


def test_the_command_writes_the_archive_once(tmp_path):
    tender = factories.open_tender(factories.make_town())
    out = tmp_path / "file.zip"
    call_command("export_file", tender.reference, str(out), stdout=io.StringIO())
    assert "recompute.py" in zipfile.ZipFile(out).namelist()
    assert json.loads(AuditEvent.objects.get(verb="file.exported").body)["actor"] == "system"
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_file", tender.reference, str(out))
    with pytest.raises(CommandError, match="no tender and no pilot"):
        call_command("export_file", "NOTHING", str(tmp_path / "other.zip"))
