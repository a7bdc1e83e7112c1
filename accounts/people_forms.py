"""Forms about people and their organisation: shapes only."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.lifecycle import Role, roles_for
from accounts.models import ContactUnit, Organization, User

DAYS = ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y"]
ROLE_HINTS: dict[str, str | Promise] = {
    Role.OFFICER: gettext_lazy("Prepares tenders, answers questions, evaluates, proposes the award."),
    Role.APPROVER: gettext_lazy("The second person: releases tenders and decides awards others proposed."),
    Role.OPENER: gettext_lazy("Opens bids together with another opener; needs an own opening key."),
    Role.EVALUATOR: gettext_lazy("Scores bids without seeing prices, where named to a panel."),
    Role.PANEL_CHAIR: gettext_lazy("Moderates scores that lie far apart and closes the panel."),
    Role.COUNCIL_MEMBER: gettext_lazy("Reads results and papers for the council, and votes."),
    Role.AUDITOR: gettext_lazy("Reads everything, changes nothing."),
    Role.ORG_ADMIN: gettext_lazy("Looks after people, roles and contacts. Sees no bids by that."),
    Role.REQUESTER: gettext_lazy("The department that needs the service; prepares pilots."),
    Role.LIBRARIAN: gettext_lazy("Keeps the library of templates."),
    Role.BIDDER: gettext_lazy("Prepares bids and hands them in."),
    Role.BIDDER_ADMIN: gettext_lazy("Also looks after people, profile and proofs of the company."),
}


class Day(forms.DateField):
    """A day as people write it: 1.12.26, 01.12.2026, 2026-12-01; shown as 01.12.2026."""

    def __init__(self, **kwargs: Any) -> None:
        words = gettext_lazy("Enter the day as day.month.year, for example 15.12.2026")
        kwargs["error_messages"] = {"invalid": words, "required": words, **kwargs.get("error_messages", {})}
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "app-short"}
        super().__init__(input_formats=DAYS, widget=forms.TextInput(attrs=attrs), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d.%m.%Y}" if isinstance(value, date) else value


def _roles(**kwargs: Any) -> forms.MultipleChoiceField:
    words = {"required": gettext_lazy("Choose at least one role")}
    return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, error_messages=words, **kwargs)


def _role_choices(organization: Organization) -> list[tuple[str, str]]:
    """Role and what it means, one line each."""
    return [(role, f"{role.label} – {ROLE_HINTS[role]}") for role in roles_for(organization.kind)]


class InviteForm(forms.Form):
    """An address and what the person may do."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The invitation goes there; only somebody who reads this mailbox can accept it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Enter the address the invitation goes to"),
            "invalid": gettext_lazy("Enter the address like name@town.example"),
        },
    )
    roles = _roles(label=gettext_lazy("Roles"))
    function = forms.CharField(
        label=gettext_lazy("What the account is for"), max_length=200, required=False,
        help_text=gettext_lazy("For example: procurement office, second officer. Others see it beside the roles."),
    )  # fmt: skip

    def __init__(self, organization: Organization, data: Any = None) -> None:
        super().__init__(data)
        self.fields["roles"].choices = _role_choices(organization)  # type: ignore[attr-defined]  # MultipleChoiceField


class RolesForm(forms.Form):
    """Roles of one person, and until when."""

    roles = _roles(label=gettext_lazy("Roles"))
    last_day = Day(
        label=gettext_lazy("Until"), required=False,
        help_text=gettext_lazy("The last day these roles are held. Empty means no end."),
    )  # fmt: skip

    def __init__(self, organization: Organization, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["roles"].choices = _role_choices(organization)  # type: ignore[attr-defined]  # MultipleChoiceField


class LeaveForm(forms.Form):
    """At once, or with the end of a day."""

    last_day = Day(
        label=gettext_lazy("Last day"), required=False,
        help_text=gettext_lazy("Empty means at once: the person loses access the moment you press the button."),
    )  # fmt: skip


class StandInForm(forms.Form):
    """Who stands in, for what, from when to when."""

    stand_in = forms.TypedChoiceField(
        label=gettext_lazy("Stand-in"), coerce=int,
        error_messages={"required": gettext_lazy("Choose the colleague who stands in")},
    )  # fmt: skip
    roles = _roles(label=gettext_lazy("For which roles"))
    first_day = Day(label=gettext_lazy("From"))
    last_day = Day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day counts to its end."))

    def __init__(
        self, colleagues: Iterable[User], roles: Sequence[str], data: Any = None, *, prefix: str = "",
        initial: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data, prefix=prefix or None, initial={"roles": list(roles), **(initial or {})})
        people = [(person.pk, label_of(person)) for person in colleagues]
        self.fields["stand_in"].choices = [("", _("– choose –")), *people]  # type: ignore[attr-defined]
        self.fields["roles"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]


class OpenersForm(forms.Form):
    """The opening group."""

    people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Opening group"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose who opens the bids")},
    )  # fmt: skip
    assisted = forms.BooleanField(
        label=gettext_lazy("Allow assisted opening: without JavaScript the pass sentence is typed to the server"),
        required=False,
    )

    def __init__(
        self, people: Iterable[tuple[int, str]], data: Any = None, initial: Any = None, *, assisted: bool = False
    ) -> None:
        super().__init__(data, initial={"people": initial or [], "assisted": assisted})
        self.fields["people"].choices = list(people)  # type: ignore[attr-defined]  # TypedMultipleChoiceField


class PasswordOnceForm(forms.Form):
    """The password of a new account."""

    password = forms.CharField(
        label=gettext_lazy("Password"), strip=False, max_length=500,
        help_text=gettext_lazy("At least 8 characters. Pasting from a password manager is welcome."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Choose a password")},
    )  # fmt: skip


class OrganizationForm(forms.Form):
    """A buyer's own data."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": gettext_lazy("Enter the name, for example: Town of Westerlohe")},
    )  # fmt: skip
    street = forms.CharField(
        label=gettext_lazy("Street and number"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )  # fmt: skip
    postcode = forms.CharField(
        label=gettext_lazy("Postcode"), max_length=12, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "class": "app-short"}),
    )  # fmt: skip
    town = forms.CharField(
        label=gettext_lazy("Town"), max_length=120, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("Mailbox"), required=False,
        help_text=gettext_lazy("A functional mailbox, not that of a person"),
        error_messages={"invalid": gettext_lazy("Enter the address like office@town.example")},
    )  # fmt: skip
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip


def organization_values(organization: Organization, names: Iterable[str]) -> dict[str, Any]:
    """Initial values of a form about an organisation: columns, else details."""
    columns = {field.name for field in Organization._meta.fields}
    return {
        name: getattr(organization, name) if name in columns else organization.details.get(name, "") for name in names
    }


class ContactUnitForm(forms.ModelForm[ContactUnit]):
    """A unit people can reach."""

    class Meta:
        model = ContactUnit
        fields = ("name", "email", "phone", "hours", "reply_days")
        labels = {
            "name": gettext_lazy("Unit"),
            "email": gettext_lazy("Functional mailbox"),
            "phone": gettext_lazy("Phone"),
            "hours": gettext_lazy("Hours"),
            "reply_days": gettext_lazy("Promised reply time in working days"),
        }
        help_texts = {
            "email": gettext_lazy("It is published. Use a mailbox several people read, not that of a person."),
            "hours": gettext_lazy("For example: Mon–Thu 8–16, Fri 8–12"),
        }
        error_messages = {
            "name": {"required": gettext_lazy("Name the unit, for example: Procurement office")},
            "email": {
                "required": gettext_lazy("Enter the mailbox, for example tenders@town.example"),
                "invalid": gettext_lazy("Enter the address like office@town.example"),
            },
            "reply_days": {
                "required": gettext_lazy("Enter a whole number of days, for example 2"),
                "invalid": gettext_lazy("Enter a whole number of days, for example 2"),
            },
        }
        widgets = {
            "reply_days": forms.TextInput(attrs={"inputmode": "numeric", "class": "app-short"}),
        }


def label_of(person: User) -> str:
    """How a person stands in a list: what the account is for, and its address."""
    return f"{person.function} ({person.email})" if person.function else person.email
