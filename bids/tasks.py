"""What is to do for a bid, in any order; each task says how far it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import days
from bids import grounds, proofs
from bids.actions.profile import AUTHORITY_MISSING
from bids.partners import alike
from bids.workbench import Workbench
from tendering.models import Authority, Lot
from tendering.zones import zone_of

State = Literal["done", "doing", "open", "error", "blocked"]


@dataclass(frozen=True, slots=True)
class BidTask:
    """One line of the task list. `key` is the part it edits; without `url` it is text with its reason in `note`."""

    key: str
    title: str | Promise
    state: State
    url: str = ""
    note: str | Promise = ""


def tasks_of(bench: Workbench) -> list[BidTask]:
    """All tasks of this bid in the usual order; the last one is handing in."""
    tasks = [_lots(bench), _partners(bench)]
    for lot in [] if bench.tender.is_call else bench.chosen:
        tasks += _of_lot(bench, lot)
    tasks += _answers(bench)
    tasks.append(_documents(bench))
    tasks.append(_declaration(bench))
    tasks += _authority(bench)
    return [*tasks, _submit(bench, tasks)]


def next_address(bench: Workbench, after: str) -> str:
    """Where "Save and continue" leads: the first open task behind the one just done, else the list."""
    tasks = tasks_of(bench)
    here = next((number for number, task in enumerate(tasks) if task.key == after), -1)
    for task in tasks[here + 1 :]:
        if task.url and task.state in {"open", "doing", "error"} and task.key != f"promises.{after.partition('.')[2]}":
            return task.url
    return _address("bid_draft", bench)


def _address(name: str, bench: Workbench, **more: str) -> str:
    return reverse(name, kwargs={"draft_id": bench.draft.pk, **more})


def _titled(bench: Workbench, text: str, lot: Lot) -> str:
    return f"{text}: {lot.code} {lot.title}" if len(bench.lots) > 1 else text


def _lots(bench: Workbench) -> BidTask:
    missing = [criterion for criterion in bench.mandatory if criterion.code not in bench.content.mandatory]
    denied = [code for code, met in bench.content.mandatory.items() if not met]
    chosen = len(bench.chosen)
    state: State = "open" if not chosen else "doing" if missing else "done"
    notes = [ngettext("%(n)s lot chosen", "%(n)s lots chosen", chosen) % {"n": chosen}]
    if bench.tender.is_call:
        notes = [] if bench.mandatory else [_("None is required.")]
    if missing:
        more = ngettext("%(n)s declaration is missing", "%(n)s declarations are missing", len(missing))
        notes.append(more % {"n": len(missing)})
    note = " · ".join(notes)
    if denied:
        state = "error"
        note = _("You answered “no” to %(codes)s: that excludes the bid.") % {"codes": ", ".join(denied)}
    title = _("Declarations") if bench.tender.is_call else _("Lots and declarations")
    return BidTask("lots", title, state, _address("bid_lots", bench), note)


def _partners(bench: Workbench) -> BidTask:
    title, url, found = _("Who bids with you"), _address("bid_partners", bench), bench.partners
    if bench.tender.is_call:
        title = _("Who applies with you")
    if bench.typed.get("partners"):
        return BidTask("partners", title, "error", url, _("Some entries could not be read. Mend them first."))
    if not found:
        return BidTask(
            "partners", title, "done", url, _("You apply alone.") if bench.tender.is_call else _("You bid alone.")
        )
    others = {alike(name) for name in found.names}
    note = ngettext("%(n)s other company", "%(n)s other companies", len(others)) % {"n": len(others)}
    if count := len(bench.partner_doubts):
        more = ngettext("%(n)s point to look at", "%(n)s points to look at", count)
        return BidTask("partners", title, "doing", url, f"{note} · {more % {'n': count}}")
    return BidTask("partners", title, "done", url, note)


def _of_lot(bench: Workbench, lot: Lot) -> Iterator[BidTask]:
    url = _address("bid_prices", bench, code=lot.code)
    content, key = bench.lot_content(lot), f"prices.{lot.code}"
    items = list(lot.items.all())
    priced = sum(item.ref in content.unit_prices for item in items)
    needed = sum(item.essential and item.ref not in content.unit_prices for item in items)
    unread = any(name.startswith("price") for name in bench.typed.get(key, {}))
    state: State = "error" if unread else "done" if not needed else "doing" if priced else "open"
    note = _("%(done)s of %(all)s positions priced") % {"done": priced, "all": len(items)}
    yield BidTask(key, _titled(bench, _("Prices"), lot), state, url, note)
    if promised := bench.asked(lot):
        given = sum(one.code in content.promised for one in promised)
        unread = any(name.startswith("promise") for name in bench.typed.get(key, {}))
        state = "error" if unread else "done" if given == len(promised) else "doing" if given else "open"
        note = _("%(done)s of %(all)s numbers promised") % {"done": given, "all": len(promised)}
        title = _titled(bench, _("Efficiency numbers"), lot)
        yield BidTask(f"promises.{lot.code}", title, state, f"{url}#promises", note)


def _answers(bench: Workbench) -> Iterator[BidTask]:
    asked = [(lot, criterion) for lot in bench.chosen for criterion in bench.quality(lot)]
    if not asked:
        return
    given = sum(bool(bench.lot_content(lot).answers.get(criterion.code)) for lot, criterion in asked)
    state: State = "done" if given == len(asked) else "doing" if given else "open"
    note = _("%(done)s of %(all)s answered") % {"done": given, "all": len(asked)}
    if not given and bench.content.files:
        state, note = "done", _("No text; your documents count.")
    title = _("Answers on suitability") if bench.tender.is_call else _("Quality answers")
    yield BidTask("answers", title, state, _address("bid_answers", bench), note)


def _documents(bench: Workbench) -> BidTask:
    required = [document.name for document in bench.required_documents]
    there = bench.papers_there
    missing = [name for name in required if name not in there]
    count = len(bench.content.files)
    note = ngettext("%(n)s document, sealed", "%(n)s documents, sealed", count) % {"n": count}
    if missing:
        note = " · ".join([_("Still missing: %(names)s") % {"names": ", ".join(missing)}, *_proofs(bench, there)])
    elif not required and not count:
        note = _("None is required.")
    state: State = "done" if not missing else "doing" if count else "open"
    return BidTask("documents", _("Documents"), state, _address("bid_documents", bench), note)


def _proofs(bench: Workbench, there: set[str]) -> Iterator[str]:
    """What the profile can give, and how many proofs are nowhere yet."""
    today = days.today(bench.draft.company, bench.now)
    valid = list(proofs.valid_on(today, proofs.kept(bench.draft.company)))
    found = proofs.tally(bench.required_documents, there, valid)
    if found.offered:
        words = ngettext("%(n)s is in your profile", "%(n)s are in your profile", found.offered)
        yield words % {"n": found.offered}
    if found.missing and found.asked > 1:
        words = ngettext("you miss one of %(all)s proofs", "you miss %(n)s of %(all)s proofs", found.missing)
        yield words % {"n": found.missing, "all": found.asked}


def _declaration(bench: Workbench) -> BidTask:
    """Open where a required document is about grounds for exclusion; elsewhere it is an offer."""
    title, url, taken = (
        _("Self-declaration on grounds for exclusion"),
        _address("bid_declaration", bench),
        bench.declaration,
    )
    if taken is None:
        asked = any(grounds.is_about(document.name) for document in bench.required_documents)
        handed = asked and all(
            d.name in bench.papers_there for d in bench.required_documents if grounds.is_about(d.name)
        )
        if handed:
            return BidTask("declaration", title, "done", url, _("You added it as a document."))
        note = (
            _("Taken from your profile with one click.")
            if asked
            else _("This tender asks for none; you may add yours.")
        )
        return BidTask("declaration", title, "open" if asked else "done", url, note)
    if taken.applies:
        words = ngettext("%(n)s ground applies", "%(n)s grounds apply", len(taken.applies))
        return BidTask("declaration", title, "done", url, words % {"n": len(taken.applies)})
    return BidTask("declaration", title, "done", url, _("None applies."))


def _authority(bench: Workbench) -> Iterator[BidTask]:
    """Told early where the tender asks for a document: it may take days to get."""
    if bench.tender.authority != Authority.DOCUMENT:
        return
    url = f"{reverse('company_profile')}?company={bench.draft.company_id}"
    day = bench.now.astimezone(zone_of(bench.tender.buyer)).date()
    proof = bench.actor and proofs.authority_of(bench.actor, bench.draft.company, day)
    if proof:
        note = _("“%(title)s” is in your profile and valid today.") % {"title": proof.title}
        yield BidTask("authority", _("Authority to act for the company"), "done", url, note)
    else:
        yield BidTask("authority", _("Authority to act for the company"), "open", url, AUTHORITY_MISSING)


def _submit(bench: Workbench, before: list[BidTask]) -> BidTask:
    title = _("Check and hand in")
    if not bench.chosen:
        return BidTask("submit", title, "blocked", note=_("Choose at least one lot first."))
    if bench.typed:
        return BidTask("submit", title, "blocked", note=_("Some entries could not be read. Mend them first."))
    left = sum(task.state != "done" for task in before)
    note = ngettext("%(n)s task is still open", "%(n)s tasks are still open", left) % {"n": left} if left else ""
    return BidTask("submit", title, "open", _address("bid_submit", bench), note)
