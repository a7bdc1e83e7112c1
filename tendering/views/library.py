"""The library of the service centres: read by everybody, used by those who buy or try something."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.decision import refuse
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import Organization, User
from tendering import cpv
from tendering.actions import library as acts
from tendering.library import reading
from tendering.library.comparing import changes
from tendering.library.makers import makers
from tendering.library.results import Achieved, K, achieved
from tendering.library.shape import best_language, in_language, languages_of
from tendering.models import LifeSituation, Template, TemplateVersion, Tender
from tendering.views.access import for_staff, person
from tendering.views.tables import table

MOST_ADOPTIONS = 500
LANGUAGE_NAMES = {"de": "Deutsch", "en": "English"}
Json = dict[str, Any]


def page_language() -> str:
    """Two letters of the page's language."""
    return (get_language() or "de")[:2]


@require_safe
def library(request: HttpRequest) -> HttpResponse:
    """All templates in use: by words, kind and life situation, each with what it has achieved."""
    now, entries = clock.now(), reading.newest_in_use(page_language())
    words, kind, situation = _asked(request)
    found = _found(request, entries)
    results = achieved([entry.template.pk for entry in found], now)
    used = {entry.content["life_situation"] for entry in entries}
    context = {
        "cards": [_card(entry, results[entry.template.pk]) for entry in found],
        "words": words, "kind": kind, "situation": situation, "in_use": bool(words or kind or situation),
        "kinds": [("tender", _("Tenders")), ("pilot", _("Pilots"))],
        "situations": [(value, label) for value, label in LifeSituation.choices if value in used],
        "total": len(found), "least": K, "drafts": drafts_of(request),
        "centre": Organization.objects.filter(pk__in=_centres(request)).first(),
    }  # fmt: skip
    return render(request, "tendering/library.html", context)


def _asked(request: HttpRequest) -> tuple[str, str, str]:
    """Words, kind and life situation of the address."""
    given = request.GET
    return given.get("q", "").strip()[:200], given.get("kind", ""), given.get("life_situation", "")


def _found(request: HttpRequest, entries: list[reading.Entry]) -> list[reading.Entry]:
    words, kind, situation = _asked(request)
    return [
        entry
        for entry in entries
        if (not kind or entry.template.kind == kind)
        and (not situation or entry.content["life_situation"] == situation)
        and (not words or reading.fits(entry, words))
    ]


@require_safe
def as_table(request: HttpRequest, kind: str) -> HttpResponse:
    """The templates of the page with what was achieved, as a table."""
    found = _found(request, reading.newest_in_use(page_language()))
    results = achieved([entry.template.pk for entry in found], clock.now())
    heads = [_("Template"), _("Kind"), _("Life situation"), _("Service centre"), _("Version"), _("Languages"),
             _("Procedures"), _("Municipalities"), _("Awarded"), _("Saving in per cent")]  # fmt: skip
    return table(kind, _("Library"), [heads, *(_line(entry, results[entry.template.pk]) for entry in found)])


def _line(entry: reading.Entry, result: Achieved) -> list[Any]:
    content = entry.content
    return [
        str(content["title"]), _("Tender") if entry.template.kind == "tender" else _("Pilot"),
        str(dict(LifeSituation.choices).get(content["life_situation"], "")), entry.template.owner.name,
        entry.version.number, ", ".join(languages_of(entry.version.content)), result.procedures,
        result.municipalities, result.awarded, result.saving_pct,
    ]  # fmt: skip


def _card(entry: reading.Entry, result: Achieved) -> Json:
    is_tender = entry.template.kind == "tender"
    return {
        "entry": entry, "content": entry.content, "result": result, "is_tender": is_tender,
        "shares": kind_shares(entry.content) if is_tender else [],
        "situation": dict(LifeSituation.choices).get(entry.content["life_situation"], ""),
    }  # fmt: skip


def kind_shares(content: Json) -> list[tuple[str, Any]]:
    """Shares of price, efficiency, cost and quality in words."""
    words = {"price": _("Price"), "efficiency": _("Efficiency"), "cost": _("Cost"), "quality": _("Quality")}
    return [(words[kind], share) for kind, share in reading.shares(content)]


@require_safe
def template(request: HttpRequest, code: str) -> HttpResponse:
    """One template in full: what is bought or tried, how it is judged, what others achieved, what changed."""
    now, found = clock.now(), find(request, code)
    version = _chosen(found, request.GET.get("version", ""))
    return render(request, "tendering/library_template.html", _context(request, found, version, now))


def find(request: HttpRequest, code: str) -> Template:
    """The template if this visitor may know of it; Http404 otherwise."""
    return get_object_or_404(Template.objects.visible_to(request.user).select_related("owner"), code=code)


def _chosen(found: Template, number: str) -> TemplateVersion:
    """The version asked for, also a withdrawn one; else the newest in use. Drafts are read where they are written."""
    published = found.versions.exclude(published_at=None)
    if number.isascii() and number.isdecimal() and len(number) < 6:
        return get_object_or_404(published, number=int(number))
    version = published.filter(withdrawn_at=None).first() or published.first()
    if version is None:
        raise Http404
    return version


def _context(request: HttpRequest, found: Template, version: TemplateVersion, now: datetime) -> Json:
    language = best_language(version.content, page_language())
    content, buyers = in_language(version.content, language), list(_buyers(request, found.kind))
    town = buyers[0] if buyers else None
    population = acts.population_of(town) if town else None
    published = list(found.versions.exclude(published_at=None))
    context: Json = {
        "template": found, "version": version, "content": content, "content_language": language,
        "is_tender": found.kind == "tender", "versions": published, "result": achieved([found.pk], now)[found.pk],
        "newest": next((row for row in published if row.is_in_use), None), "least": K,
        "situation": dict(LifeSituation.choices).get(content["life_situation"], ""),
        "buyers": buyers, "population": population, "town": town,
        "languages": [(key, LANGUAGE_NAMES[key]) for key in languages_of(version.content)],
        "is_librarian": _is_librarian(request, found), "draft": _draft(request, found),
        "comparison": _comparison(request, version, published),
    }  # fmt: skip
    if found.kind == "tender":
        units = {lot["code"]: lot["reference_unit"] for lot in content["lots"]}
        context |= {
            "costs": [(units.get(cost.lot, cost.unit), cost) for cost in context["result"].costs],
            "lots": reading.lots(content, population), "criteria": reading.criteria(content, language),
            "shares": kind_shares(content),
            "cpv_label": cpv.label(content["cpv_main"]) if page_language() == "de" else "",
        }  # fmt: skip
    else:
        groups = {"citizen": _("Citizens"), "business": _("Businesses"), "authority": _("Authority")}
        context["groups"] = [
            (label, [row for row in content["indicators"] if row["group"] == group]) for group, label in groups.items()
        ]
    return context


def _comparison(request: HttpRequest, version: TemplateVersion, published: list[TemplateVersion]) -> Json | None:
    """What changed between two versions: as asked for, else from the version before to the one that is read."""
    numbers = {row.number: row for row in published}
    asked = [request.GET.get(name, "") for name in ("from", "to")]
    given = [int(text) for text in asked if text.isascii() and text.isdecimal() and len(text) < 6]
    if len(given) == 2:
        pair = [numbers.get(number) for number in given]
    else:
        pair = [next((row for row in published if row.number < version.number), None), version]
    before, after = pair
    if before is None or after is None or before == after:
        return None
    return {"before": before, "after": after, "rows": changes(before.content, after.content, page_language())}


@require_POST
@for_staff
def use(request: HttpRequest, code: str) -> HttpResponse:
    """A draft from the newest version in use, or from the one that was read; goes on at the draft's first page."""
    found = find(request, code)
    version = _chosen(found, request.POST.get("version", ""))
    buyers = _buyers(request, found.kind)
    if not buyers.exists():
        refuse(
            "not_your_role",
            _("Officers and requesting departments of a municipality or service centre use templates. "
              "Send them the address of this page."),
            403,
        )  # fmt: skip
    buyer = get_object_or_404(buyers, pk=_number(request.POST.get("buyer", ""))) if len(buyers) > 1 else buyers[0]
    try:
        made = acts.use_template(
            actor=person(request), version=version, buyer=buyer, language=request.POST.get("language", "")[:5]
        )
    except ValidationError as error:
        for sentence in error.messages:
            messages.error(request, sentence)
        return redirect("library_template", code=code)
    messages.success(
        request,
        _("Your draft %(reference)s is filled in. Replace what only your town knows: value, quantities and dates.")
        % {"reference": made.reference},
    )
    return redirect(made.url)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0


@require_safe
def content(request: HttpRequest, code: str) -> JsonResponse:
    """The content of a version as JSON, to be kept or taken to another installation."""
    found = find(request, code)
    version = _chosen(found, request.GET.get("version", ""))
    response = JsonResponse(
        {"code": found.code, "version": version.number, "sha256": version.sha256, "content": version.content},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
    response["Content-Disposition"] = f'attachment; filename="{found.code}-{version.number}.json"'
    return response


@require_safe
@for_staff
def adoptions(request: HttpRequest, code: str) -> HttpResponse:
    """Who uses the template, for the people of its service centre: published procedures only, drafts as a number."""
    found = find(request, code)
    if not person(request).roles_in(found.owner_id):
        raise Http404
    now = clock.now()
    made = Tender.objects.filter(template_version__template=found)
    public = made.visible_to(request.user, now).filter(published_at__lte=now, released_at__isnull=False)
    rows = public.select_related("buyer", "template_version").order_by("-published_at")[:MOST_ADOPTIONS]
    context = {
        "template": found, "tenders": [(tender, tender.status(now)) for tender in rows],
        "waiting": made.exclude(published_at__lte=now).count(), "newest": found.versions.in_use().first(),
    }  # fmt: skip
    return render(request, "tendering/library_adoptions.html", context)


def drafts_of(request: HttpRequest) -> list[TemplateVersion]:
    """What the librarian is writing."""
    owners = _centres(request)
    if not owners:
        return []
    rows = TemplateVersion.objects.filter(published_at=None, template__owner__in=owners)
    return list(rows.select_related("template").order_by("template__code"))


def _centres(request: HttpRequest) -> list[int]:
    return person(request).organizations_with(Role.LIBRARIAN) if request.user.is_authenticated else []


def _is_librarian(request: HttpRequest, found: Template) -> bool:
    return isinstance(request.user, User) and request.user.has_role(found.owner_id, Role.LIBRARIAN)


def _draft(request: HttpRequest, found: Template) -> TemplateVersion | None:
    return found.versions.filter(published_at=None).first() if _is_librarian(request, found) else None


def _buyers(request: HttpRequest, kind: str) -> QuerySet[Organization]:
    """Where the person may make a draft of this kind."""
    if not request.user.is_authenticated or kind not in makers:
        return Organization.objects.none()
    own = person(request).organizations_with(*makers[kind].roles)
    return Organization.objects.filter(pk__in=own).exclude(kind=OrganizationKind.PROVIDER).order_by("name")
