"""The pages of practice: choose a part, go in and out, move the clock, let others act, read the practice's mails."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock, practice
from accounts.decision import RefusedError
from accounts.models import Message, OutboxMessage, PracticeRun, User
from config.practice import cards, colleagues, debrief, rivals, runs, world
from config.practice.middleware import FLAG, Practice
from config.practice.steps import is_my_turn

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
DAY = timedelta(days=1)
MOST_MAILS = 100


def inside_only(view: View[P]) -> View[P]:
    """404 outside a practice."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if _practice(request) is None:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _practice(request: HttpRequest) -> Practice | None:
    return cast(Practice | None, request.practice)  # type: ignore[attr-defined]  # set by PracticeMiddleware


def _person(request: HttpRequest) -> User:
    """Who really sits there, inside and outside."""
    inside = _practice(request)
    return inside.person if inside else cast(User, request.user)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Outside: what can be practised. Inside: where one stands, who can help, what the clock shows."""
    inside = _practice(request)
    if inside is not None:
        return render(request, "practice/inside.html", _inside(inside))
    running = runs.active_run(_person(request)) if request.user.is_authenticated else None
    return render(
        request, "practice/choose.html", {"cards": cards.cards(), "running": running and cards.card(running.part)}
    )


def _inside(inside: Practice) -> dict[str, Any]:
    progress = inside.progress
    return {
        "progress": progress,
        "card": cards.card(inside.run.part),
        "speeds": cards.speeds(inside.run.speed),
        "debrief": debrief.sentences(inside.world, inside.now) if progress.is_over else [],
        "people": cards.people(inside.world),
    }


@require_POST
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Begin a part from its beginning; a practice that still runs is ended."""
    part = request.POST.get("part", "")
    if part not in runs.parts():
        raise Http404
    with runs.left():
        run = runs.start_run(actor=_person(request), part=part, language=get_language() or "de")
    return _enter(request, run)


@require_POST
@login_required
def resume(request: HttpRequest) -> HttpResponse:
    """Go on where one stood."""
    run = runs.active_run(_person(request))
    if run is None or _practice(request) is not None:
        return redirect("practice")
    runs.resume_run(run, clock.now())
    return _enter(request, run)


def _enter(request: HttpRequest, run: PracticeRun) -> HttpResponse:
    request.session[FLAG] = run.pk
    return redirect("practice")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Back to the real world; the practice waits."""
    if (inside := _practice(request)) is not None:
        runs.leave_run(inside.run, inside.real_now)
    request.session.pop(FLAG, None)
    messages.info(request, _("You have left the practice. From now on everything is real."))
    return redirect("practice")


@require_http_methods(["GET", "HEAD", "POST"])
@inside_only
def reset(request: HttpRequest) -> HttpResponse:
    """Throw this practice away and begin the same part anew; asks first."""
    inside = cast(Practice, _practice(request))
    if request.method != "POST":
        return render(request, "practice/reset.html", {"card": cards.card(inside.run.part)})
    with runs.left():
        run = runs.start_run(actor=inside.person, part=inside.run.part, language=get_language() or "de")
    messages.success(request, _("Begun anew. The practice before is gone."))
    return _enter(request, run)


@require_POST
@inside_only
def move_clock(request: HttpRequest) -> HttpResponse:
    """To the deadline, one day on, to the next step, or another speed."""
    inside = cast(Practice, _practice(request))
    try:
        if "speed" in request.POST:
            speed = request.POST["speed"]
            runs.set_speed(inside.run, int(speed) if speed.isdecimal() else -1, inside.real_now)
        else:
            _jump(inside, request.POST.get("jump", ""))
    except RefusedError as error:
        messages.error(request, str(error.refused.sentence))
    return _back(request, inside)


def _jump(inside: Practice, where: str) -> None:
    target = {
        "deadline": lambda: inside.progress.deadline,
        "day": lambda: inside.now + DAY,
        "next": lambda: inside.progress.next_moment,
    }.get(where, lambda: None)()
    if target is None:
        return
    runs.jump(inside.run, target, inside.real_now)
    with clock.simulated(target):
        rivals.catch_up(inside.world, target)


@require_POST
@inside_only
def let_colleague(request: HttpRequest) -> HttpResponse:
    """Let somebody else of the practice do what waits for them; with `all`, everything until it is one's own turn."""
    inside = cast(Practice, _practice(request))
    wanted = request.POST.get("act", "")
    try:
        if wanted == "all":
            reached = runs.play_on(inside.world, "awarded", partial(is_my_turn, inside.world))
            runs.jump(inside.run, reached, inside.real_now)
        else:
            for act in [act for act in inside.progress.offers if act.code == wanted]:
                colleagues.do(inside.world, act)
                if act.code != "score":  # every other act is one person's; the panel scores as a whole
                    break
    except (RefusedError, ValidationError) as error:
        words = [str(error.refused.sentence)] if isinstance(error, RefusedError) else error.messages
        messages.error(request, " ".join(words))
    return _back(request, inside)


def _back(request: HttpRequest, inside: Practice) -> HttpResponse:
    """To the page of the step that is next now, or where the button was pressed."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return redirect(wanted)
    return redirect("practice")


@require_safe
@inside_only
def mail_list(request: HttpRequest) -> HttpResponse:
    """Everything the platform would write to the people of this practice, newest first; none of it leaves."""
    run = cast(Practice, _practice(request)).run
    told = Message.objects.filter(recipient__reference__startswith=world.reference(run, "")).select_related("recipient")
    mailed = OutboxMessage.objects.filter(message=None, recipient__endswith=f".{run.pk}@{practice.DOMAIN}")
    rows: list[tuple[datetime, str, Any]] = [(row.created_at, str(row.recipient), row) for row in told[:MOST_MAILS]]
    rows += [(row.created_at, row.recipient, row) for row in mailed.order_by("-id")[:MOST_MAILS]]
    rows.sort(key=lambda row: row[0], reverse=True)
    return render(request, "practice/mail_list.html", {"mails": rows[:MOST_MAILS]})
