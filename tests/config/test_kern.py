"""Forms in KERN's mark-up, errors one can follow, and numbers as people type them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override
from lxml import html

from tendering.fields import DecimalField, MoneyField


class PriceForm(forms.Form):
    price = MoneyField(label="Total price", help_text="Without VAT")
    days = DecimalField(label="Days", places=1, unit="days", max_value=Decimal(30), required=False)
    fixed = forms.ChoiceField(label="Fixed price?", choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect)
    country = forms.ChoiceField(label="Country", choices=[("de", "Germany")], required=False)
    proofs = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(widget=forms.Textarea, required=False)
    allowed = forms.BooleanField(label="I may do this")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("note") == "clash":
            raise forms.ValidationError("The sheet and the form differ")
        return self.cleaned_data


GOOD = {"price": "84500", "fixed": "y", "proofs": ["a"], "allowed": "on", "version": "1"}


def page(data: dict[str, Any]) -> Any:
    form = PriceForm(data)
    form.is_valid()
    summary = render_to_string("kern/error_summary.html", {"form": form})
    return html.fromstring(
        f"<main>{summary}{render_to_string('kern/form.html', {'form': form, 'submit': 'Save'})}</main>"
    )


def cleaned(text: str, language: str = "de") -> Decimal | None:
    with override(language):
        return MoneyField(required=False).clean(text)


def refusal(text: str, language: str = "de", field: forms.Field | None = None) -> str:
    with override(language), pytest.raises(forms.ValidationError) as caught:
        (field or MoneyField()).clean(text)
    return caught.value.messages[0]


def test_each_input_has_a_label_and_every_reference_exists():
    tree = page({"price": "eighty"})
    ids = set(tree.xpath("//@id"))
    assert len(ids) == len(tree.xpath("//@id"))
    for field in tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert tree.xpath(f"//label[@for='{field.get('id')}']"), field.get("name")
    for value in tree.xpath("//@aria-describedby"):
        assert set(value.split()) <= ids, value


def test_each_error_of_the_summary_leads_to_an_input():
    tree = page({"price": "eighty"})
    links = tree.xpath("//section//a/@href")
    assert len(links) == 4
    for link in links:
        assert tree.xpath(f"//*[@id='{link[1:]}']")[0].tag in {"input", "select", "textarea"}


def test_an_error_says_the_same_at_the_field_and_in_the_summary():
    tree = page({**GOOD, "price": "eighty"})
    assert tree.xpath("//section//a")[0].text == tree.get_element_by_id("id_price_error").text_content().strip()


def test_an_error_of_the_whole_form_stands_in_the_summary_without_a_link():
    tree = page({**GOOD, "note": "clash"})
    assert "The sheet and the form differ" in tree.xpath("//section")[0].text_content()
    assert not tree.xpath("//section//a")


def test_a_refused_number_stays_as_it_was_typed():
    field = page({**GOOD, "price": "about 80"}).get_element_by_id("id_price")
    assert field.get("value") == "about 80"
    assert field.get("aria-invalid") == "true"
    assert "kern-form-input__input--error" in field.get("class")


def test_a_clean_form_shows_no_summary():
    assert not page(GOOD).xpath("//section")


def test_a_form_holds_no_inline_style_or_script():
    tree = page({})
    assert not tree.xpath("//@style | //script | //style | //*[starts-with(name(@*), 'on')]")


def test_a_hidden_field_is_there_once_and_without_label():
    assert len(page(GOOD).xpath("//*[@name='version']")) == 1


@pytest.mark.parametrize("text", ["84.500,00", "84500,00", "84500.00", "84 500,00 €", "84,500.00"])
def test_german_and_english_ways_of_writing_give_the_same_amount(text: str):
    assert cleaned(text, "de") == cleaned(text, "en") == Decimal("84500.00")


def test_an_ambiguous_price_is_refused_with_both_readings_the_usual_one_first():
    assert refusal("1.250", "de").index("1.250,00") < refusal("1.250", "de").index("1,25 ")
    assert "1,250.00" in refusal("1.250", "en")


@pytest.mark.parametrize("text", ["eighty", "1e5", "NaN", "１２３"])
def test_a_refusal_shows_an_example_in_the_language_of_the_page(text: str):
    assert "84.500,00" in refusal(text, "de")
    assert "84,500.00" in refusal(text, "en")


def test_bounds_and_decimals_are_told_in_words():
    days = DecimalField(places=1, max_value=Decimal(30))
    assert "30" in refusal("31", "en", days)
    assert "1" in refusal("3,25", "de", days)
    assert "0" in refusal("-1", "de", days)


def test_a_unit_may_be_typed_along():
    assert DecimalField(places=1, unit="days").clean("2,5 days") == Decimal("2.5")


def test_an_empty_optional_number_is_none():
    assert cleaned("  ") is None


def test_a_stored_amount_is_echoed_as_the_page_writes_it():
    with override("de"):
        assert 'value="1.250,00"' in str(PriceForm(initial={"price": Decimal(1250)})["price"])
    with override("en"):
        assert 'value="1,250.00"' in str(PriceForm(initial={"price": Decimal(1250)})["price"])


def test_another_way_of_writing_the_same_amount_is_no_change():
    assert not MoneyField().has_changed(Decimal("84500.00"), "84500")
    assert MoneyField().has_changed(Decimal("84500.00"), "84501")


@pytest.mark.parametrize("name", ["app.css", "tables.css", "print.css"])
def test_a_style_sheet_of_ours_stays_short_enough_to_be_read(name: str) -> None:
    text = (Path(settings.BASE_DIR) / "config" / "static" / name).read_text("utf-8")
    assert len(text.splitlines()) <= 250, "split it by purpose, or take out what nothing uses"
    assert text.count("{") == text.count("}")
