"""The pages of the library: everybody reads, officers use, librarians write, strangers learn nothing of drafts."""

from typing import Any

import pytest
from django.test import Client

from tendering.actions import library as acts
from tendering.models import Template, TemplateVersion, Tender
from tests.factories import awarded_tender, draft_tender, make_company, make_town
from tests.tendering.library.shelf import content_of, make_centre, publish

pytestmark = pytest.mark.django_db


def test_everybody_finds_and_reads_a_template(client: Client) -> None:
    publish(make_centre(), "it-help-desk")
    publish(make_centre(), "office-cleaning")

    page = client.get("/library/", {"q": "help desk"}, headers={"accept-language": "en"})

    assert [card["entry"].template.code for card in page.context["cards"]] == ["it-help-desk"]
    text = client.get("/library/it-help-desk/", headers={"accept-language": "en"}).content.decode()
    assert "Hours until the problem is solved" in text
    assert "Sign in" in text


def test_search_kind_and_life_situation_narrow_the_list(client: Client) -> None:
    centre = make_centre()
    for code in ("it-help-desk", "school-meals-billing", "pilot-one-contact"):
        publish(centre, code)

    def codes(**query: str) -> set[str]:
        return {card["entry"].template.code for card in client.get("/library/", query).context["cards"]}

    assert codes(kind="pilot") == {"pilot-one-contact"}
    assert codes(life_situation="family") == {"school-meals-billing"}
    assert codes(q="nothing like this") == set()


def test_the_list_needs_the_same_queries_whatever_the_number(
    client: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    centre = make_centre()
    publish(centre, "it-help-desk")
    client.get("/library/")
    with django_assert_max_num_queries(6) as few:
        client.get("/library/")
    for code in ("office-cleaning", "payroll", "staff-training"):
        publish(centre, code)
    with django_assert_num_queries(len(few)):
        client.get("/library/")


def test_an_officer_gets_a_complete_draft_and_a_hint_at_step_one(client: Client) -> None:
    town, version = make_town(details={"population": 5000}), publish(make_centre(), "it-help-desk")
    client.force_login(town.officer)

    answer = client.post("/library/it-help-desk/use/", {"version": version.number, "language": "de"}, follow=True)

    tender = Tender.objects.get(template_version=version)
    assert answer.redirect_chain[-1][0] == f"/tenders/{tender.pk}/edit/what/"
    assert answer.context["hint"]["version"] == version
    item = tender.lots.get().items.get(ref="3")
    assert item.quantity == 33  # 45 devices a year of a town of 20,000 -> 11 a year of 5,000, times three years


def test_companies_and_strangers_make_no_drafts(client: Client) -> None:
    publish(make_centre(), "it-help-desk")
    client.force_login(make_company().bidder)

    assert client.post("/library/it-help-desk/use/").status_code == 403
    assert not Tender.objects.exists()


def test_a_template_that_is_being_written_is_known_to_its_librarians_only(client: Client) -> None:
    centre, other, town = make_centre(), make_centre(), make_town()
    acts.create_template(actor=centre.librarian, owner=centre.organization, code="secret", kind="tender")

    for person, status in ((centre.librarian, 200), (centre.officer, 403), (other.librarian, 404), (town.officer, 404)):
        client.force_login(person)
        assert client.get("/library/secret/edit/").status_code == status
    client.logout()
    assert client.get("/library/secret/").status_code == 404


def typed(page: Any) -> dict[str, str]:
    """What a browser would send of the librarian's page without a change."""
    from lxml import html

    tree = html.fromstring(page.content)
    form = next(form for form in tree.forms if form.inputs and "basis" in form.inputs)
    return {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("code", ["translation-interpreting", "town-hall-fleet-sharing", "pilot-one-contact"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_saving_the_form_unchanged_keeps_every_entry(client: Client, code: str, language: str) -> None:
    centre = make_centre()
    publish(centre, code)
    client.force_login(centre.librarian)
    page = client.get(f"/library/{code}/edit/", headers={"accept-language": language})

    answer = client.post(f"/library/{code}/edit/", typed(page), headers={"accept-language": language})

    assert answer.status_code == 302
    assert TemplateVersion.objects.get(published_at=None).content == content_of(code)


def test_a_librarian_changes_publishes_and_the_older_draft_is_told(client: Client) -> None:
    centre, town = make_centre(), make_town()
    first = publish(centre, "it-help-desk")
    made = acts.use_template(actor=town.officer, version=first, buyer=town.organization, language="de")
    client.force_login(centre.librarian)
    data = typed(client.get("/library/it-help-desk/edit/"))
    data["$.contract_months"] = "48"

    client.post("/library/it-help-desk/edit/", {**data, "publish": "1"})
    page = client.get("/library/it-help-desk/publish/", headers={"accept-language": "en"})
    assert [(row.where, row.before, row.after) for row in page.context["rows"]] == [("Term in months", "36", "48")]
    client.post("/library/it-help-desk/publish/", {"note": "Four years instead of three."})

    second = TemplateVersion.objects.get(number=2)
    assert second.sha256
    assert first.content["contract_months"] == 36
    client.force_login(town.officer)
    hint = client.get(made.url).context["hint"]
    assert hint["newer"] == second
    assert "Four years instead of three." in client.get(made.url).content.decode()


def test_faults_stand_at_their_inputs_and_keep_what_was_typed(client: Client) -> None:
    centre = make_centre()
    publish(centre, "it-help-desk")
    client.force_login(centre.librarian)
    data = typed(client.get("/library/it-help-desk/edit/"))
    data |= {"$.title.en": "", "$.criteria[0].weight": "thirty", "$.criteria[0].curve": "2 is 10"}

    client.post("/library/it-help-desk/edit/", data)
    page = client.get("/library/it-help-desk/edit/")

    text = page.content.decode()
    assert {address for address, _words in page.context["errors"]} >= {
        "#f-title-en", "#f-criteria-0-weight", "#f-criteria-0-curve",
    }  # fmt: skip
    assert 'value="thirty"' in text
    assert 'value="2 is 10"' in text
    assert client.get("/library/it-help-desk/publish/").context["wrong"]


def test_rows_are_added_and_removed_without_saving(client: Client) -> None:
    centre = make_centre()
    publish(centre, "it-help-desk")
    client.force_login(centre.librarian)
    data = typed(client.get("/library/it-help-desk/edit/"))

    more = client.post("/library/it-help-desk/edit/", {**data, "rows": "add $.mistakes"})
    fewer = client.post("/library/it-help-desk/edit/", {**data, "rows": "remove $.lots[0].items[1]"})

    assert 'name="$.mistakes[3].de"' in more.content.decode()
    assert 'name="$.lots[0].items[4].ref"' not in fewer.content.decode()
    assert not TemplateVersion.objects.filter(published_at=None).exists()


def test_two_librarians_do_not_overwrite_each_other_by_accident(client: Client) -> None:
    centre = make_centre()
    version = publish(centre, "it-help-desk")
    acts.save_version(actor=centre.librarian, template_id=version.template_id, content=version.content)
    client.force_login(centre.librarian)
    data = typed(client.get("/library/it-help-desk/edit/"))
    changed = {**version.content, "contract_months": 12}
    acts.save_version(actor=centre.librarian, template_id=version.template_id, content=changed)

    answer = client.post("/library/it-help-desk/edit/", {**data, "$.contract_months": "60"})

    assert answer.status_code == 409
    assert TemplateVersion.objects.get(published_at=None).content["contract_months"] == 12
    assert 'value="60"' in answer.content.decode()


def test_a_file_replaces_the_content_and_a_broken_one_does_not(client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    centre = make_centre()
    publish(centre, "it-help-desk")
    client.force_login(centre.librarian)
    data = typed(client.get("/library/it-help-desk/edit/"))
    kept = client.get("/library/it-help-desk/content.json").content

    broken = client.post("/library/it-help-desk/edit/", {**data, "file": SimpleUploadedFile("a.json", b"{" * 50)})
    whole = client.post("/library/it-help-desk/edit/", {**data, "file": SimpleUploadedFile("a.json", kept)})

    assert broken.status_code == 422
    assert whole.status_code == 302
    assert TemplateVersion.objects.get(published_at=None).content == content_of("it-help-desk")


def test_a_withdrawn_version_makes_no_drafts(client: Client) -> None:
    centre, town = make_centre(), make_town()
    version = publish(centre, "it-help-desk")
    client.force_login(centre.librarian)
    client.post("/library/it-help-desk/withdraw/?version=1", {"version": "1", "reason": "Wrong line of points"})
    client.force_login(town.officer)

    assert client.get("/library/it-help-desk/").status_code == 404
    assert client.post("/library/it-help-desk/use/", {"version": version.number}).status_code == 404
    assert Template.objects.count() == 1


def test_the_page_of_a_new_tender_offers_templates_and_earlier_tenders(client: Client) -> None:
    town = make_town()
    publish(make_centre(), "it-help-desk")
    earlier = awarded_tender(town)
    client.force_login(town.officer)

    text = client.get("/tenders/new/").content.decode()

    assert "/library/it-help-desk/" in text
    assert f"/tenders/{earlier.pk}/copy/" in text


def test_copying_says_what_changed_and_leaves_dates_out(client: Client) -> None:
    town = make_town()
    earlier = awarded_tender(town)
    client.force_login(town.officer)

    page = client.get(f"/tenders/{earlier.pk}/copy/", headers={"accept-language": "en"})
    assert any("dates" in sentence for sentence in page.context["sentences"])
    answer = client.post(f"/tenders/{earlier.pk}/copy/")

    draft = Tender.objects.exclude(pk=earlier.pk).get()
    assert answer.headers["Location"] == f"/tenders/{draft.pk}/edit/what/"
    assert draft.tender_period_end is None
    assert draft.title == earlier.title
    assert list(draft.criteria.values_list("code", "weight")) == list(earlier.criteria.values_list("code", "weight"))
    assert draft.lots.get().items.count() == earlier.lots.get().items.count()


def test_nobody_copies_the_tender_of_another_town(client: Client) -> None:
    earlier, draft = awarded_tender(make_town()), draft_tender(make_town())
    client.force_login(make_town().officer)

    assert client.post(f"/tenders/{earlier.pk}/copy/").status_code == 404
    assert client.post(f"/tenders/{draft.pk}/copy/").status_code == 404
    assert Tender.objects.count() == 2


def test_an_english_speaking_town_reads_no_german_law_anywhere(client: Client) -> None:
    from tests.test_generic_profile import law_in

    town = make_town(profile="generic_en", country="IE", land="", language="en")
    centre = make_centre(name="Valley Shared Services")
    for code in ("notices-print-dispatch", "dunning-preparation", "pilot-notices-by-email"):
        publish(centre, code)
    earlier = awarded_tender(town)
    made = [
        acts.use_template(actor=town.officer, version=version, buyer=town.organization, language="en")
        for version in TemplateVersion.objects.select_related("template")
    ]
    client.force_login(town.officer)

    for address in (
        "/library/", "/library/notices-print-dispatch/", "/library/pilot-notices-by-email/", "/tenders/new/",
        "/pilots/new/", "/centre/help/", f"/tenders/{earlier.pk}/copy/", *(draft.url for draft in made),
        *(f"{draft.url.split('edit')[0]}" for draft in made),
    ):  # fmt: skip
        page = client.get(address, headers={"accept-language": "en"})
        assert page.status_code == 200, address
        assert law_in(page.content.decode()) == [], address
