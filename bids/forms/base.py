"""A form that edits one part of a draft."""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from bids.content import DraftContent, visible
from bids.workbench import Workbench, with_pending

HIDDEN = frozenset({"version", "base"})


class VisibleText(forms.CharField):
    """Text of people; marks that nobody sees are dropped instead of being refused."""

    def to_python(self, value: Any) -> str:
        return visible(str(super().to_python(value) or ""))


class DraftForm(forms.Form):
    """Entries of one part. What can be read is taken over, what cannot stays as typed until it is mended."""

    part: ClassVar[str] = ""
    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)

    def __init__(self, bench: Workbench, data: Any = None) -> None:
        self.bench = bench
        super().__init__(data)
        self.fields["version"].initial = bench.draft.version
        self.build()
        self.fields["base"] = forms.CharField(widget=forms.HiddenInput, required=False)
        if data is None and (typed := bench.typed.get(self.key)):
            self.data = {**self._as_texts(), **{n: t for n, t in typed.items() if n in self.fields}}
            self.is_bound = True
        if data is None:
            self.fields["base"].initial = self.marks()
            if self.is_bound:
                self.data = {**self.data, "base": self.marks()}

    def marks(self) -> str:
        """What stands in each field, as "name=short hash" with blanks between: the state a page starts from."""
        return " ".join(f"{field.name}={_mark(_shown(field))}" for field in self.visible_fields())

    def three_way(self) -> tuple[Any, list[str]]:
        """What was sent, with the fields this person left alone as they are stored now; names of the contested ones.

        A field is contested when both changed it since the page was made, to different texts. Without the marks of the
        page (`base`) nothing is known and everything sent counts.
        """
        stored, contested = type(self)(*self.arguments()), []
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # what was sent is a QueryDict
        base = dict(pair.split("=", 1) for pair in str(self.data.get("base", "")).split() if "=" in pair)
        for field in self.visible_fields() if base else []:
            there = stored[field.name] if field.name in stored.fields else None
            mine, theirs = _mark(_shown(field)), _mark(_shown(there) if there else "")
            before = base.get(field.name, _mark(""))
            if mine == theirs or theirs == before:
                continue
            if mine == before:
                _set(data, field.name, there.value() if there else "")
            else:
                contested.append(field.name)
        return data, contested

    def full_clean(self) -> None:
        """A draft may be incomplete: `required` only decides what is marked as optional."""
        marks = {name: field.required for name, field in self.fields.items() if name not in HIDDEN}
        for name in marks:
            self.fields[name].required = False
        super().full_clean()
        for name, mark in marks.items():
            self.fields[name].required = mark

    @property
    def key(self) -> str:
        """Name of this part among what is pending."""
        return self.part

    def build(self) -> None:
        """Adds the fields, with what the draft holds as their initial values."""
        raise NotImplementedError

    def into(self, content: DraftContent) -> DraftContent:
        """The content with this part's entries, as far as they could be read. Call after `is_valid()`."""
        raise NotImplementedError

    def merged(self) -> dict[str, Any]:
        """The draft's content in JSON with this part's entries; unread ones are kept under `pending`."""
        content = self.into(self.bench.content)
        unread = {name: str(self.data.get(name, "")) for name in self.errors if name in self.fields}
        typed = {**self.bench.typed, self.key: unread}
        typed = {part: texts for part, texts in typed.items() if texts}
        return replace(content, pending=with_pending(content, "typed", typed)).to_json()

    def readable(self, name: str) -> Any:
        """The value of a field, None when it could not be read."""
        return getattr(self, "cleaned_data", {}).get(name)

    def was_refused(self, name: str) -> bool:
        """Whether something stands in the field that could not be read."""
        return name in self.errors

    def compare(self, only: Collection[str] | None = None) -> list[tuple[Any, Any, Any]]:
        """(label, what was typed here, what is stored now) of every field that differs, for a page of both."""
        stored = type(self)(*self.arguments())
        rows = []
        for field in self.visible_fields():
            if field.name not in stored.fields or (only is not None and field.name not in only):
                continue
            mine, theirs = visible(_shown(field)), _shown(stored[field.name])
            if mine != theirs and field.field.has_changed(stored[field.name].value(), field.value()):
                rows.append((field.label, mine, theirs))
        return rows

    def arguments(self) -> tuple[Any, ...]:
        """What makes the same form again, unbound."""
        return (self.bench,)

    def _as_texts(self) -> dict[str, Any]:
        return {
            name: field.prepare_value(self.get_initial_for_field(field, name)) for name, field in self.fields.items()
        }


def _mark(text: str) -> str:
    return hashlib.sha256(visible(text).encode()).hexdigest()[:10]


def _set(data: Any, name: str, value: Any) -> None:
    """A stored value as a form would send it."""
    if isinstance(value, list):
        data.setlist(name, [str(one) for one in value])
    elif value is True:
        data[name] = "on"
    elif value in (None, False):
        data.pop(name, None)
    else:
        data[name] = str(value)


def _shown(field: forms.BoundField) -> str:
    value = field.value()
    if value in (None, "", []):
        return ""
    choices = dict(getattr(field.field, "choices", []))
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(choices.get(str(one), one)) for one in values)


YES_NO = [("yes", _("Yes")), ("no", _("No"))]
