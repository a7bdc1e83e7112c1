"""A step of several forms that are saved together; looks like one form to the error summary."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class StepForms:
    """The forms of a step in the order of the page. `forms` is what the error summary walks over."""

    def __init__(self, own: list[forms.Form]) -> None:
        self.forms = own
        self.management_form = None  # the error summary knows a set of forms by it

    def __iter__(self) -> Iterator[forms.Form]:
        return iter(self.forms)

    def is_valid(self) -> bool:
        """Asks every form, so that all faults are told at once."""
        answers = [form.is_valid() for form in self.forms]
        return all(answers)

    def add_faults(self, error: ValidationError, paths: Mapping[str, tuple[forms.Form, str]]) -> None:
        """Put the faults of an action at the inputs they are about; `paths` maps a path to form and field."""
        table: dict[str, Any] = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for path, messages in table.items():
            form, field = paths.get(path, (self.forms[0], path))
            for message in messages:
                form.add_error(field if field in form.fields else None, message)


def differences(mine: StepForms, stored: StepForms) -> list[tuple[str, str, str]]:
    """(label, what is stored, what was typed) where the two differ: for the page that shows both versions."""
    left, right = _written(stored), _written(mine)
    labels = {
        **{key: label for key, (label, _value) in left.items()},
        **{key: label for key, (label, _value) in right.items()},
    }
    rows = [(label, left.get(key, ("", ""))[1], right.get(key, ("", ""))[1]) for key, label in labels.items()]
    return [(label, before, now) for label, before, now in rows if before != now]


def _written(step: StepForms) -> dict[str, tuple[str, str]]:
    """{input: (label, text as the page shows it)} of every visible field."""
    found = {}
    for form in step.forms:
        for field in form.visible_fields():
            value = field.value()
            text = _("yes") if value is True else "" if value in (None, False) else str(value)
            label = f"{field.label} {getattr(form, 'place', '')}".strip()
            found[field.html_name] = (label, _chosen(field, text))
    return found


def _chosen(field: forms.BoundField, text: str) -> str:
    choices = getattr(field.field, "choices", None)
    return str(dict(choices).get(text, text)) if choices and not callable(choices) else text.replace("\r\n", "\n")
