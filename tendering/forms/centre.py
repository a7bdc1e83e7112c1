"""Forms of the service centre: who is on duty where and when; a municipality's consent."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts import days
from accounts.actions.duty import DUTIES
from accounts.holders import members as people_of
from accounts.lifecycle import Role
from accounts.models import Organization, User
from tendering.forms.dates import Day

HALF_A_YEAR = timedelta(days=182)


class DutyForm(forms.Form):
    """A colleague, a member municipality, a role, a period."""

    municipality = forms.ModelChoiceField(
        label=gettext_lazy("Municipality"), queryset=Organization.objects.none(), empty_label="–",
        error_messages={"required": gettext_lazy("Choose the municipality that is helped")},
    )  # fmt: skip
    role = forms.ChoiceField(label=gettext_lazy("Duty"), choices=[(role, Role(role).label) for role in DUTIES])
    person = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"), queryset=User.objects.none(), empty_label="–",
        error_messages={"required": gettext_lazy("Choose the colleague who helps")},
    )  # fmt: skip
    first_day = Day(
        label=gettext_lazy("From"),
        error_messages={"required": gettext_lazy("Enter the first day, for example 15.12.2026")},
    )
    last_day = Day(
        label=gettext_lazy("Up to and including"),
        help_text=gettext_lazy("Choose a day after the openings of the tenders that are coming up."),
        error_messages={"required": gettext_lazy("Enter the last day, for example 30.06.2027")},
    )

    def __init__(
        self, data: Any = None, *, centre: Organization, members: list[Organization], now: datetime, **kwargs: Any
    ) -> None:
        today = days.today(centre, now)
        super().__init__(data, initial={"first_day": today, "last_day": today + HALF_A_YEAR}, **kwargs)
        towns, people = self.fields["municipality"], self.fields["person"]
        assert isinstance(towns, forms.ModelChoiceField)
        assert isinstance(people, forms.ModelChoiceField)
        towns.queryset = Organization.objects.filter(pk__in=[town.pk for town in members]).order_by("name")
        people.queryset = people_of(centre.pk, now).order_by("function", "email")
        people.label_from_instance = lambda obj: f"{obj} ({obj.email})"  # type: ignore[method-assign]  # Django's hook


class JoinForm(forms.Form):
    """Which centre may help, and that the administrator has read what it sees."""

    house = forms.ModelChoiceField(
        label=gettext_lazy("Service centre"), queryset=Organization.objects.none(), empty_label="–",
        error_messages={"required": gettext_lazy("Choose the service centre")},
    )  # fmt: skip
    agreed = forms.BooleanField(
        label=gettext_lazy("We agree that this service centre helps us and sees what is listed here"),
        error_messages={"required": gettext_lazy("Tick the box if your municipality agrees")},
    )

    def __init__(self, data: Any = None, *, centres: QuerySet[Organization]) -> None:
        super().__init__(data)
        field = self.fields["house"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = centres
