"""The pages of a pilot: the council's page first, then the list and the municipality's own pages."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import clock, desk
from pilots import actions, results
from pilots.models import Decision, Measurement, Pilot
from pilots.sentences import finding
from tests import factories
from tests.pilots import trials
from tests.pilots.cases import load_pilot

pytestmark = pytest.mark.django_db
GERMAN_LAW = ("§", "VgV", "Vergabe", "UVgO")


def page(client, name="pilot_detail", *args, language="en", **query):
    answer = client.get(reverse(name, args=args), query, headers={"accept-language": language})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode().replace("\u00a0", " ")


def test_the_council_reads_finding_verdict_money_promise_and_decision_on_one_page(client):
    pilot = load_pilot("P01", finish=True)
    text = page(client, "pilot_detail", pilot.pk)
    assert (
        "Median waiting time fell by 12.3 minutes more than in the comparison group "
        "(95 % interval 8.5 to 16.0): improved." in text
    )
    assert "The target (at most 15 minutes) was missed: 15.7 minutes." in text
    assert "The promise was kept." in text
    for figure in ("€131,800", "€65,800", "€4.65", "965.5", "€50,205", "Capacity, not cash"):
        assert figure in text, figure
    assert text.count("<svg") == 2
    assert pilot.registration_hash in text
    assert "3 yes, 0 no, 0 abstained" in text
    assert "Keep doing it as before" in text


def test_the_page_speaks_german(client):
    text = page(client, "pilot_detail", load_pilot("P03", finish=True).pk, language="de")
    assert "keine Wirkung nachgewiesen" in text
    assert "verschlechtert" in text
    assert "Abweichende Meinung:" in text
    assert "Eine Stimme für das Beenden" in text
    assert "Das Versprechen wurde nicht gehalten." in text


def test_without_a_demonstrated_effect_the_shown_saving_is_zero(client):
    trial = trials.analysed()
    text = page(client, "pilot_detail", trial.pilot.pk)
    saved = results.latest(trial.pilot).result["money"]["staff_hours_saved"].lstrip("-")
    assert "No effect is demonstrated, so nothing is counted." in text
    assert f">{saved}<" not in text


def test_lost_revenue_is_shown_as_a_loss(client):
    text = page(client, "pilot_detail", load_pilot("P04").pk)
    assert "Lost revenue" in text
    assert "€5,812.17" in text


def test_a_pilot_of_an_english_town_shows_no_german_law(client):
    pilot = load_pilot("P21")
    for text in (page(client, "pilot_detail", pilot.pk), page(client, "pilot_list")):
        for word in GERMAN_LAW:
            assert word not in text, word
    assert "€66,800" in page(client, "pilot_detail", pilot.pk)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "verdict", "words"),
    [
        ("-3", "-5", "-1", "improved", "fell by 3.0 minutes"),
        ("3", "1", "5", "worsened", "rose by 3.0 minutes"),
        ("-0.5", "-1.5", "0.5", "no_effect_demonstrated", "up to 1.50 minutes less"),
        ("2", "0", "4", "no_effect_demonstrated", "up to 0.00 minutes less"),
    ],
)
def test_the_finding_names_direction_size_interval_and_word(estimate, low, high, verdict, words):
    indicator = trials.draft().pilot.indicators.get(code="C1")
    effect = {"estimate": estimate, "low": low, "high": high}
    with translation.override("en"):
        text = finding(indicator, {"effect": effect, "verdict": verdict, "control_change": "0"}, "0.95")
    assert words in text
    assert "95\u00a0% interval" in text


def test_a_pilot_without_figures_says_that_it_cannot_be_tested():
    indicator = trials.draft().pilot.indicators.get(code="C1")
    with translation.override("en"):
        assert "not testable" in finding(indicator, {"effect": None, "verdict": "not_testable"}, "0.95")


def test_an_overdue_decision_says_by_how_many_days(client):
    trial = trials.running()
    with clock.simulated(trials.SESSION.replace(month=10, day=10)):
        text = page(client, "pilot_detail", trial.pilot.pk)
    assert "10 days overdue" in text


def test_before_the_analysis_the_page_shows_the_promise_and_no_result(client):
    trial = trials.frozen()
    with clock.simulated(trials.AFTER):
        actions.propose_analysis(actor=trial.officer, pilot_id=trial.pilot.pk)
        text = page(client, "pilot_detail", trial.pilot.pk)
    assert "People wait." in text
    assert "<svg" not in text
    assert "improved" not in text


def test_a_draft_is_for_its_own_town_only(client):
    trial = trials.draft()
    address = reverse("pilot_detail", args=[trial.pilot.pk])
    assert client.get(address).status_code == 404
    client.force_login(factories.make_town(keys=False).officer)
    assert client.get(address).status_code == 404
    client.force_login(trial.council)
    assert client.get(address).status_code == 200


def test_a_broken_seal_is_told_where_the_council_reads(client):
    trial = trials.registered()
    assert "It has not been changed since." in page(client, "pilot_detail", trial.pilot.pk)
    trial.pilot.indicators.filter(code="C1").update(minimal_effect="1")
    text = page(client, "pilot_detail", trial.pilot.pk)
    assert "no longer what was sealed" in text
    assert "It has not been changed since." not in text


def test_anybody_can_hash_the_sealed_text(client):
    from accounts.evidence import digest

    pilot = trials.registered().fresh()
    data = client.get(reverse("pilot_seal", args=[pilot.pk])).content
    assert digest("pilot-registration", data) == pilot.registration_hash


def test_the_list_is_filtered_by_status_decision_and_words(client):
    with translation.override("en"):
        decided, waiting = load_pilot("P03", finish=True), trials.analysed().pilot
    everything = page(client, "pilot_list")
    assert decided.title in everything
    assert waiting.title in everything
    for query in ({"status": "decided"}, {"decision": "adapt"}, {"q": "chatbot lindenbrück"}):
        text = page(client, "pilot_list", **query)
        assert decided.title in text, query
        assert waiting.title not in text, query
    assert "No pilot fits" in page(client, "pilot_list", decision="stop")


def test_text_of_people_is_escaped(client):
    trial = trials.registered(title="<script>alert(1)</script>", description="<b>bold</b>")
    text = page(client, "pilot_detail", trial.pilot.pk) + page(client, "pilot_list")
    assert "<script>alert" not in text
    assert "<b>bold" not in text


def test_the_council_page_costs_at_most_six_queries(client, django_assert_max_num_queries):
    pilot = load_pilot("P01", finish=True)
    page(client, "pilot_detail", pilot.pk)
    with django_assert_max_num_queries(6):
        page(client, "pilot_detail", pilot.pk)


def test_the_list_costs_the_same_for_one_pilot_and_for_many(client, django_assert_max_num_queries):
    for number in range(3):
        trials.registered(reference=f"R{number}")
    trials.analysed()
    with django_assert_max_num_queries(8):
        page(client, "pilot_list")


def test_from_the_draft_to_the_decision_by_the_pages_alone(client):
    town = factories.make_town(keys=False)
    officer, second = town.officer, town.second
    with clock.simulated(trials.BEFORE):
        client.force_login(officer)
        answer = client.post(reverse("pilot_new"), _draft_form(town), headers={"accept-language": "en"})
        pilot = Pilot.objects.get()
        assert answer.url == reverse("pilot_detail", args=[pilot.pk])
        assert client.post(reverse("pilot_register", args=[pilot.pk]), REGISTRATION).status_code == 302
        assert "second person" in page(client, "pilot_cosign", pilot.pk)
        assert client.post(reverse("pilot_cosign", args=[pilot.pk])).status_code == 403
        client.force_login(second)
        client.post(reverse("pilot_cosign", args=[pilot.pk]))
        pilot.refresh_from_db()
        assert pilot.registered_at
    client.force_login(officer)
    with clock.simulated(trials.START):
        client.post(reverse("pilot_start", args=[pilot.pk]))
    with clock.simulated(trials.AFTER):
        _measure(client, pilot)
        client.post(reverse("pilot_freeze", args=[pilot.pk]))
        client.post(reverse("pilot_analyse", args=[pilot.pk]))
        assert client.post(reverse("pilot_confirm", args=[pilot.pk])).status_code == 403
        client.force_login(second)
        assert "improved" in page(client, "pilot_confirm", pilot.pk)
        client.post(reverse("pilot_confirm", args=[pilot.pk]))
    client.force_login(officer)
    with clock.simulated(trials.SESSION + timedelta(hours=3)):
        votes = {"yes": "5", "no": "2", "abstain": "1", "verdict": "extend", "body": "Council", "dissent": "Stop it."}
        answer = client.post(reverse("pilot_decide", args=[pilot.pk]), {**votes, "session_at": "2026-09-01T18:00"})
        assert answer.status_code == 302
        assert "5 yes, 2 no, 1 abstained" in page(client, "pilot_detail", pilot.pk)
    assert Decision.objects.get().dissent == "Stop it."


def _draft_form(town):
    lines = [
        {"code": "C1", "group": "citizen", "name": "Waiting time", "unit": "minutes", "kind": "mean",
         "better": "lower", "target": "15", "minimal_effect": "5", "role": "none", "is_primary": "on"},
        {"code": "B1", "group": "business", "name": "Online share", "unit": "share", "kind": "share",
         "better": "higher", "target": "", "minimal_effect": "0.05", "role": "none", "is_guard": "on"},
        {"code": "A1", "group": "authority", "name": "Handling time", "unit": "minutes", "kind": "mean",
         "better": "lower", "target": "12", "minimal_effect": "1", "role": "handling_time"},
    ]  # fmt: skip
    data = {
        "municipality": str(town.organization.pk), "title": "Kiosk", "description": "A kiosk.",
        "control_description": "Office North", "baseline_first": "2026-01", "baseline_last": "2026-03",
        "pilot_first": "2026-04", "pilot_last": "2026-06", "ramp_up_months": "0", "one_off": "1000",
        "monthly": "100.25", "hour_rate": "52", "cases_kpi": "A1", "kpi-TOTAL_FORMS": "4", "kpi-INITIAL_FORMS": "0",
        "kpi-3-group": "citizen", "kpi-3-kind": "mean", "kpi-3-better": "lower", "kpi-3-role": "none",
    }  # fmt: skip
    return data | {f"kpi-{n}-{name}": value for n, line in enumerate(lines) for name, value in line.items()}


REGISTRATION = {
    "problem": "People wait.", "hypothesis": "Shorter by 5 minutes.", "design": "did_control",
    "control": "Office North", "control_reason": "same services", "guard_months": "2", "overrun": "20",
    "gate_date": "2026-09-30", "deciding_body": "Council", "adopt": "a", "extend": "b", "adapt": "c", "stop": "d",
    "data_protection": "on", "accessibility": "on", "staff_council": "on",
}  # fmt: skip


def _measure(client, pilot):
    lines = ["kpi_id;arm;month;value;n", *(";".join(str(value) for value in row.values()) for row in trials.series())]
    file = SimpleUploadedFile("series.csv", "\n".join(lines).encode(), "text/csv")
    answer = client.post(reverse("pilot_measurements", args=[pilot.pk]), {"file": file})
    assert not Measurement.objects.exists()
    client.post(reverse("pilot_measurements", args=[pilot.pk]), {"read": answer.context["token"]})
    assert Measurement.objects.count() == 36


def test_a_faulty_file_is_answered_with_the_line_and_stores_nothing(client):
    trial = trials.running()
    client.force_login(trial.officer)
    text = "kpi_id;arm;month;value;n\nC1;pilot;2026-01;27,5;1\nB1;pilot;2026-01;1,2;0\n"
    with clock.simulated(trials.AFTER):
        answer = client.post(
            reverse("pilot_measurements", args=[trial.pilot.pk]),
            {"file": SimpleUploadedFile("x.csv", text.encode())},
            headers={"accept-language": "en"},
        )
    assert "line 3" in answer.content.decode()
    assert "token" not in answer.context
    assert not Measurement.objects.exists()


def test_a_preview_of_another_pilot_or_a_changed_one_is_not_stored(client):
    trial = trials.running()
    client.force_login(trial.officer)
    address = reverse("pilot_measurements", args=[trial.pilot.pk])
    with clock.simulated(trials.AFTER):
        assert client.post(address, {"read": "forged:token"}).status_code == 302
    assert not Measurement.objects.exists()


@pytest.mark.parametrize(
    "name", ["pilot_edit", "pilot_register", "pilot_measurements", "pilot_decide", "pilot_confirm"]
)
def test_staff_pages_are_closed_to_others(client, name):
    trial = trials.registered()
    address = reverse(name, args=[trial.pilot.pk])
    assert client.get(address).url.startswith(reverse("account_login"))
    client.force_login(factories.make_town(keys=False).officer)
    assert client.get(address).status_code == 403
    client.force_login(factories.make_company().bidder)
    assert client.get(address).status_code == 403


def test_the_desk_says_whose_turn_it_is():
    def titles(user, moment):
        user.__dict__.pop("role_table", None)
        with translation.override("en"):
            return [
                str(task.title)
                for task in desk.tasks_of(user, moment)
                if str(task.group) == "Pilots" and not task.offer
            ]

    trial = trials.draft()
    assert titles(trial.officer, trials.BEFORE) == ["Write the promise and sign: One-stop kiosk"]
    with clock.simulated(trials.BEFORE):
        actions.request_registration(actor=trial.officer, pilot_id=trial.pilot.pk, registration=trials.REGISTRATION)
    assert titles(trial.officer, trials.BEFORE) == []
    assert titles(trial.second, trials.BEFORE) == ["Check and co-sign: One-stop kiosk"]
    analysed = trials.analysed()
    assert titles(analysed.officer, trials.AFTER + timedelta(days=2)) == ["Record the decision: One-stop kiosk"]
    assert titles(analysed.council, trials.AFTER + timedelta(days=2)) == ["Decide on the pilot: One-stop kiosk"]


def test_there_is_nothing_to_co_sign_before_somebody_signed():
    trial = trials.draft()
    client = Client(headers={"accept-language": "en"})
    client.force_login(trial.second)
    response = client.get(reverse("pilot_cosign", args=[trial.pilot.pk]))
    assert response.status_code == 409
    assert "Nobody has signed this registration yet." in response.content.decode()
