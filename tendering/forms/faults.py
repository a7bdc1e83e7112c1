"""From an action's ValidationError to the form the person sees: the same words at the field and in the summary."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django import forms
from django.core.exceptions import ValidationError


@contextmanager
def take_over(form: forms.BaseForm, place: Callable[[str], str] | None = None) -> Iterator[None]:
    """What the action inside does not accept becomes an error of the form, and the code after the block runs on.

    `place` translates the path of a fault into a field name.
    """
    try:
        yield
    except ValidationError as error:
        add_faults(form, error, place)


def add_faults(form: forms.BaseForm, error: ValidationError, place: Callable[[str], str] | None = None) -> None:
    """Put each message at its field; what belongs to no field of the form is told for the whole form."""
    table = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for path, messages in table.items():
        name = place(path) if place else path
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
