"""A page on which one bid is opened apart from the others, a late or a restored one: what its openers send there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from accounts.decision import RefusedError
from bids import actions
from bids.forms.acts import ReleaseForm, with_only_error
from bids.models import Bid, OpeningSession
from bids.views.opening import Ceremony, hand_over
from bids.views.opening_parts import told

Act = Callable[[HttpRequest, Ceremony, Bid], HttpResponse]


class Page(Protocol):
    """Shows the bid; `forms` stand in the place of the empty ones."""

    def __call__(
        self, request: HttpRequest, ceremony: Ceremony, bid: Bid, forms: dict[str, Any], status: int = 200
    ) -> HttpResponse: ...


@dataclass(frozen=True, slots=True)
class Place:
    """`name` of the address, its `page`, the action that `start`s or joins the session, and the page's own `acts`."""

    name: str
    page: Page
    start: Callable[..., OpeningSession]
    acts: Mapping[str, Act]

    def answer(self, request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
        """The page, what one of its acts gives, or with ?part the locked key of the person's browser."""
        if request.method != "POST":
            return self.page(request, ceremony, bid, {})
        if "part" in request.GET:
            return self._part(ceremony, bid)
        acts: dict[str, Act] = {**self.acts, "release": self._release, "hand_over": self._hand_over}
        act = acts.get(request.POST.get("act", ""))
        return act(request, ceremony, bid) if act else self.page(request, ceremony, bid, {})

    def back(self, bid: Bid) -> HttpResponse:
        """To the page, after an act."""
        return redirect(self.name, tender_id=bid.tender_id, bid_id=bid.pk)

    def _release(self, request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
        form = ReleaseForm(request.POST)
        if not form.is_valid():
            return self.page(request, ceremony, bid, {"release_form": form, "form": form}, 422)
        sentence = form.cleaned_data["pass_sentence"]
        try:
            session = self.start(actor=ceremony.user, bid_id=bid.pk)
            actions.release_pieces(actor=ceremony.user, session_id=session.pk, pass_sentence=sentence)
        except RefusedError as error:
            again = with_only_error(ReleaseForm({"pass_sentence": ""}), "pass_sentence", error.refused.sentence)
            return self.page(request, ceremony, bid, {"release_form": again, "form": again}, error.refused.status)
        return self.back(bid)

    def _part(self, ceremony: Ceremony, bid: Bid) -> HttpResponse:
        """The person's locked key and wrapped pieces for this opening, as JSON, or why not."""
        try:
            session = self.start(actor=ceremony.user, bid_id=bid.pk)
            return JsonResponse(actions.release_task(actor=ceremony.user, session_id=session.pk))
        except RefusedError as error:
            return told(error)

    def _hand_over(self, request: HttpRequest, ceremony: Ceremony, bid: Bid) -> HttpResponse:
        try:
            hand_over(ceremony.user, request.POST)
        except RefusedError as error:
            return self.page(request, ceremony, bid, {"refusal": error.refused.sentence}, error.refused.status)
        except ValidationError as error:
            return self.page(request, ceremony, bid, {"refusal": error.messages[0]}, 422)
        return self.back(bid)
