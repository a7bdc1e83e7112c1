"""Every refusal of a form says what to do; in the summary no two links read the same."""

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from config.templatetags.zuschlag import error_links
from tests.bids.pages.scene import text_of


class Sample(forms.Form):
    company = forms.CharField(label="Company")
    email = forms.EmailField(label="E-mail")
    day = forms.DateField(label="Day", required=False)
    number = forms.IntegerField(label="Number", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")])


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_missing_is_named_and_what_is_odd_gets_an_example(language: str) -> None:
    with override(language):
        form = Sample({"email": "nobody", "day": "soon", "number": "x", "kind": "z"})
        said = [words for _address, words in error_links(form)]
    assert len(set(said)) == len(said) == 5
    assert said[0].startswith("Company: ")
    assert "@" in said[1]
    assert "31.12.2026" in said[2]
    assert "12" in said[3]
    for word in ("valid", "gültig", "invalid", "zwingend", "required"):
        assert not [text for text in said if word in text.lower()], said


def test_a_form_with_words_of_its_own_keeps_them() -> None:
    form = forms.Form({})
    form.fields["reason"] = forms.CharField(error_messages={"required": "Give the reason."})
    assert [words for _address, words in error_links(form)] == ["Give the reason."]


@pytest.mark.django_db
def test_registering_without_anything_names_each_field() -> None:
    response = Client(headers={"accept-language": "de"}).post(reverse("account_signup"), {})
    text = text_of(response)
    for label in ("Unternehmen", "E-Mail", "Passwort"):
        assert f"{label}: Füllen Sie dieses Feld aus." in text


@pytest.mark.django_db
def test_an_empty_list_is_not_called_a_search_without_result() -> None:
    client = Client(headers={"accept-language": "en"})
    assert "No tender has been published yet" in text_of(client.get("/tenders/"))
    assert "No tender fits" in text_of(client.get("/tenders/", {"q": "x"}))
    assert "No pilot has been registered yet." in text_of(client.get("/pilots/"))
    assert "No pilot fits" in text_of(client.get("/pilots/", {"q": "x"}))
