"""A council paper as PDF, and all papers of a session in one file: the frozen version that the reader may read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from evaluation.figures import money, number
from pilots.papers.compose import speaking_as
from pilots.papers.fields import Block, Place, blocks
from pilots.papers.readers import Reader
from pilots.papers.rendering import readable
from reports.documents.rendering import frame, pdf
from reports.templatetags import charts

Json = dict[str, Any]


def council_paper_pdf(reader: Reader) -> bytes:
    """One paper, one page and an annex; ValueError before it is issued."""
    return papers_pdf([reader])


def papers_pdf(readers: Sequence[Reader]) -> bytes:
    """Papers of one municipality one after the other. Non-public versions carry the reader's function."""
    papers = [reader.paper for reader in readers]
    if not papers or any(paper.issued_at is None for paper in papers):
        raise ValueError("only papers that are out have a file")
    first = papers[0]
    secret = any(reader.version == "full" for reader in readers)
    with speaking_as(first):
        footer = _("Not public. Read as %(who)s.") % {"who": readers[0].function} if secret else _("Public version")
        data = {
            **frame(
                title=_title(readers),
                organisation=first.municipality.name,
                reference=first.body,
                at=max(paper.issued_at for paper in papers if paper.issued_at),
                footer=footer,
            ),
            "watermark": readers[0].function if secret else "",
            "papers": [_paper(reader) for reader in readers],
        }
        return pdf("council_paper", data)


def _title(readers: Sequence[Reader]) -> str:
    if len(readers) == 1:
        return str(readers[0].content["fields"]["subject"])
    return _("Papers of the session")


def _paper(reader: Reader) -> Json:
    shown = [readable(block) for block in blocks(reader.content)]
    fields = reader.content["fields"]
    main = [block for block in shown if block.place == Place.MAIN]
    pictures = [block for block in main if block.shape in PICTURES]
    rest = [block for block in main if block.shape not in {*PICTURES, "tables", "tiles"}]
    left, right = _halves([_block(block) for block in rest])
    return {
        "subject": fields["subject"],
        "header": _header(fields.get("header", [])),
        "top": {block.name: block.value for block in shown if block.place == Place.TOP},
        "labels": {block.name: block.label for block in shown},
        "pictures": [_block(block) for block in pictures[:1]],
        "tiles": [_block(block) for block in main if block.shape == "tiles"],
        "tables": [_block(block) for block in main if block.shape == "tables"],
        "left": left,
        "right": right,
        "annex_title": _("Annex: details and sources"),
        "annex": [_block(block) for block in [*pictures[1:], *(b for b in shown if b.place == Place.ANNEX)]],
        "proof": _("SHA-256 of both versions together:") + f" {reader.paper.sha256}",
    }


def _header(rows: Sequence[Sequence[str]]) -> list[str]:
    """Body, day and item as they are, what follows with its label; the municipality stands above every page."""
    return [value if index < 3 else f"{label} {value}" for index, (label, value) in enumerate(rows[1:])]


def _halves(found: list[Json]) -> tuple[list[Json], list[Json]]:
    """Blocks in their order, in two columns of about the same length."""
    lengths = [len(str(block["value"])) + 60 for block in found]
    total, run, cut = sum(lengths), 0, len(found)
    for index, length in enumerate(lengths):
        if run + length / 2 > total / 2:
            cut = index
            break
        run += length
    return found[:cut], found[cut:]


def _block(block: Block) -> Json:
    """What the template needs: heading, shape, value without anything but texts."""
    if block.shape in PICTURES:
        figure, alternative = PICTURES[block.shape](block.value)
        value: Any = {"svg": figure["svg"], "alt": f"{block.label}. {alternative}"}
        return {"label": block.label, "shape": "picture", "value": value}
    value = [_table(table) for table in block.value] if block.shape == "tables" else block.value
    if block.shape == "checks":
        value = [_check(check) for check in block.value]
    return {"label": block.label, "shape": block.shape, "value": value}


def _table(table: Mapping[str, Any]) -> Json:
    """Heads and rows; columns of numbers as wide as they need, texts share the rest."""
    return {
        "caption": table["caption"],
        "heads": [text for text, _side in table["heads"]],
        "align": ["right" if side == "number" else "left" for _text, side in table["heads"]],
        "rows": [[cell for _label, _side, cell in row["cells"]] for row in table["rows"]],
        "winners": [index + 1 for index, row in enumerate(table["rows"]) if row.get("mark") == "winner"],
    }


def _check(check: Mapping[str, str]) -> str:
    word = {"yes": _("met"), "no": _("not met"), "open": _("open")}[check["met"]]
    note = f" – {check['note']}" if check.get("note") else ""
    return f"{word}: {check['text']}{note}"


def _points(value: Mapping[str, Any]) -> tuple[Json, str]:
    currency = value["currency"]
    words = (
        _("%(bid)s: %(price)s, %(points)s points")
        % {"bid": p["label"], "price": money(p["price"], currency), "points": number(p["performance"])}
        for p in value["points"]
    )
    return charts.price_efficiency_figure(value["points"], currency, value["today"]), _sentence(words)


def _bars(value: Mapping[str, Any]) -> tuple[Json, str]:
    return charts.bars_figure(value), _sentence(f"{row['label']}: {row['text']}" for row in value["rows"])


def _series(value: Mapping[str, Any]) -> tuple[Json, str]:
    svg = charts.pilot_series_figure(
        value["title"], value["unit"], value["months"], value["pilot"], value["control"], value["start"],
        value["target"],
    )  # fmt: skip
    words = {"first": value["months"][0], "last": value["months"][-1], "start": value["months"][value["start"]]}
    text = _("Monthly values from %(first)s to %(last)s, the trial from %(start)s on; the table has the means.") % words
    return svg, f"{value['title']}. {text}"


def _effects(value: Sequence[Mapping[str, Any]]) -> tuple[Json, str]:
    return charts.pilot_effect_figure(value), _sentence(f"{row['label']}: {row['text']}" for row in value)


def _sentence(parts: Iterable[str]) -> str:
    return "; ".join(parts) + "."


PICTURES: dict[str, Callable[[Any], tuple[Json, str]]] = {
    "points": _points,
    "bars": _bars,
    "series": _series,
    "effects": _effects,
}
