"""Official or what-if: every input and every result beside the value that was established."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reports.workbook.layout import Sheet, Watched, at, places_of, quoted, span

FIRST = 4


class Official:
    """The sheet of established values; `changed` and `differing` are the cells with the counts."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._computed: set[str] = set()
        self.changed = sheet.ref(1, 5)
        self.differing = sheet.ref(2, 5)

    def write(self) -> None:
        sheet, book = self.sheet, self.sheet.book
        sheet.text(0, 0, _("Official values"), "title")
        sheet.text(1, 0, _("Inputs that differ from the official ones"), "text!")
        sheet.text(2, 0, _("Results that differ from the official ones"), "text!")
        sheet.widths((0, 0, 62), (1, 1, 4), (2, 4, 18), (5, 5, 12))
        sheet.ws.freeze_panes(FIRST, 0)
        sheet.heads(3, 0, [_("Input"), "", _("Now"), _("Official"), "", _("Differs")], left=1)
        inputs, results = list(book.inputs), list(book.results)
        self._computed = {watched.reference for watched in results}
        for row, watched in enumerate(inputs, FIRST):
            self._line(row, watched)
        head = FIRST + len(inputs) + 1
        sheet.heads(head, 0, [_("Result"), "", _("Now"), _("Official"), "", _("Differs")], left=1)
        for row, watched in enumerate(results, head + 1):
            self._line(row, watched)
        self._count(1, FIRST, len(inputs))
        self._count(2, head + 1, len(results))

    def write_status(self, sheet: Sheet, row: int) -> None:
        """On the first sheet: OFFICIAL while every input is the established one and the sheet computes that result."""
        good, what_if, wrong = _("OFFICIAL"), _("WHAT-IF"), _("DIFFERS FROM THE ENGINE")
        expression = f"IF({self.changed}>0,{quoted(what_if)},IF({self.differing}>0,{quoted(wrong)},{quoted(good)}))"
        live = sheet.book.live
        sheet.ws.merge_range(row, 0, row, 2, "", sheet.book.style("status"))
        sheet.ws.set_row(row, 30)
        sheet.live(row, 0, expression, good if live else _("FIXED VALUES"), "status")
        sheet.ws.merge_range(row, 3, row, 11, "", sheet.book.style("lead"))
        self._explain(sheet, row)
        if live:
            for value, colour in ((good, "#CDE9D8"), (what_if, "#FFE3A3"), (wrong, "#F3B8B3")):
                mark = sheet.book.file.add_format({"bg_color": colour})
                options = {"type": "cell", "criteria": "==", "value": quoted(value), "format": mark}
                sheet.ws.conditional_format(row, 0, row, 2, options)
            sheet.book.file.define_name("status", "=" + sheet.ref(row, 0))

    def _explain(self, sheet: Sheet, row: int) -> None:
        says = _("All inputs are the official ones; the sheet shows the established result.")
        played = _("Inputs have been changed: this is a trial calculation, not the established result.")
        broken = _("The sheet does not show the established result. Please tell the operator.")
        only = _(
            "This file holds fixed values of the engine: it does not recalculate (reasons on the sheet “Sources”)."
        )
        told = f"IF({self.changed}>0,{quoted(played)},IF({self.differing}>0,{quoted(broken)},{quoted(says)}))"
        sheet.live(row, 3, told, says if sheet.book.live else only, "lead")

    def _line(self, row: int, watched: Watched) -> None:
        sheet, style = self.sheet, watched.style
        style = style.replace("!", "")
        sheet.text(row, 0, watched.words, "cell")
        source, fixed = watched.reference, at(row, 3, "c")
        sheet.live(row, 2, f'IF(LEN({source})=0,"",{source})', watched.value, style)
        sheet.number(row, 3, watched.value, style)
        blank = f"IF(LEN({fixed})=0,IF(LEN({source})=0,0,1)"
        places = places_of(style)
        same = f"IF({source}={fixed},0,1)"
        if watched.reference in self._computed and not isinstance(watched.value, str) and places:
            same = f"IF(ROUND(N({source})*{10**places},0)=ROUND({fixed}*{10**places},0),0,1)"
        sheet.live(row, 5, f"{blank},IF(LEN({source})=0,1,{same}))", 0, "count")

    def _count(self, row: int, first: int, count: int) -> None:
        cells = span((first, 5), (first + max(1, count) - 1, 5))
        self.sheet.live(row, 5, f"SUM({cells})", 0, "count")
