"""Answers in words, per lot and criterion."""

from dataclasses import replace

from django import forms
from django.utils.translation import gettext as _

from bids.content import LONGEST_TEXT, DraftContent, LotContent
from bids.forms.base import DraftForm, VisibleText
from tendering.models import Criterion, Lot


class AnswersForm(DraftForm):
    """One text per quality criterion of every chosen lot. Empty is allowed: the concept may be a document."""

    part = "answers"

    def build(self) -> None:
        self.questions: list[tuple[str, Lot, Criterion]] = [
            (f"answer_{place}_{number}", lot, criterion)
            for place, lot in enumerate(self.bench.chosen)
            for number, criterion in enumerate(self.bench.quality(lot))
        ]
        for name, lot, criterion in self.questions:
            self.fields[name] = VisibleText(
                label=f"{criterion.code} {criterion.name}",
                help_text=criterion.description,
                max_length=LONGEST_TEXT,
                widget=forms.Textarea(attrs={"rows": 8}),
                initial=self.bench.lot_content(lot).answers.get(criterion.code, ""),
                error_messages={
                    "max_length": _("Shorten the text to %(most)s characters, or upload it as a document")
                    % {"most": LONGEST_TEXT}
                },
            )

    def into(self, content: DraftContent) -> DraftContent:
        lots = dict(content.lots)
        for name, lot, criterion in self.questions:
            if self.was_refused(name):
                continue
            former = lots.get(lot.code, LotContent())
            others = {code: text for code, text in former.answers.items() if code != criterion.code}
            text = self.readable(name)
            lots[lot.code] = replace(former, answers={**others, criterion.code: text} if text else others)
        return replace(content, lots=lots)

    def by_lot(self) -> list[tuple[Lot, list[tuple[Criterion, forms.BoundField]]]]:
        """Lots with their criteria and fields, in order."""
        table: dict[int, tuple[Lot, list[tuple[Criterion, forms.BoundField]]]] = {}
        for name, lot, criterion in self.questions:
            table.setdefault(lot.pk, (lot, []))[1].append((criterion, self[name]))
        return list(table.values())
