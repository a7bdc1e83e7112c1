"""The two doors into an organisation that is here already: an invitation by mail, and the question of a new company."""

from typing import Any

from allauth.account.views import SignupView
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.actions import people_invitations, people_requests
from accounts.adapter import remember_wanted
from accounts.alike import company_like
from accounts.decision import RefusedError
from accounts.forms import CompanySignupForm
from accounts.lifecycle import Role
from accounts.models import PersonInvitation, User
from accounts.people_forms import PasswordOnceForm
from accounts.people_views import add_faults

PENDING = "pending_registration"
KEPT = ("company", "email", "country", "vat_number")
BACKEND = "django.contrib.auth.backends.ModelBackend"


class RegisterView(SignupView):
    """Registration in five fields; a company that seems to be here already leads to a question first."""

    def form_valid(self, form: CompanySignupForm) -> HttpResponse:
        """Look for the company before anything about the address is looked at: known ones answer alike."""
        data = form.cleaned_data
        found = company_like(
            name=data["company"], email=data["email"], country=data["country"], vat_number=data["vat_number"],
            now=clock.now(),
        )  # fmt: skip
        if found is None:
            remember_wanted(self.request, self.request.POST.get("next", ""))
            answer: HttpResponse = super().form_valid(form)
            return answer
        self.request.session[PENDING] = {
            **{name: data[name] for name in KEPT},
            "password_hash": make_password(data["password1"]),
            "found": found.pk,
            "next": self.request.POST.get("next", ""),
        }
        return redirect("company_known")


register = RegisterView.as_view()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def company_known(request: HttpRequest) -> HttpResponse:
    """There is such a company: ask its administrator, or go on as another one. Nothing about it is shown."""
    pending = request.session.get(PENDING)
    if pending is None or request.user.is_authenticated:
        return redirect("account_signup")
    choice = request.POST.get("choice", "")
    if choice == "ask":
        people_requests.ask_to_join(organization_id=pending["found"], email=pending["email"])
        del request.session[PENDING]
        return render(request, "accounts/join_asked.html", {"email": pending["email"]})
    if choice == "another":
        return _go_on(request, pending)
    return render(request, "accounts/company_known.html", {"company": pending["company"], "next": pending["next"]})


def _go_on(request: HttpRequest, pending: dict[str, Any]) -> HttpResponse:
    """Register with what was typed before; the password was checked and is kept as its hash only."""
    form = CompanySignupForm({**{name: pending[name] for name in KEPT}, "password1": f"{get_random_string(32)}aA1!"})
    form.password_hash = pending["password_hash"]
    del request.session[PENDING]
    if not form.is_valid():
        return redirect("account_signup")
    remember_wanted(request, pending["next"])
    view = RegisterView()
    view.setup(request)
    answer: HttpResponse = SignupView.form_valid(view, form)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of an invitation."""
    invitation = people_invitations.open_invitation(token)
    if invitation is None:
        return render(request, "accounts/invitation_void.html", status=404)
    user = request.user if isinstance(request.user, User) else None
    form = PasswordOnceForm(request.POST or None) if user is None else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            person = people_invitations.accept_invitation(
                actor=user, token=token, password=form.cleaned_data["password"] if form else ""
            )
        except ValidationError as error:
            assert form
            add_faults(form, error)
        except RefusedError as error:
            return _page(request, invitation, form, user, refused=error.refused.sentence, status=error.refused.status)
        else:
            return _welcome(request, person, invitation, user)
    return _page(request, invitation, form, user, status=422 if form is not None and form.errors else 200)


def _welcome(request: HttpRequest, person: User, invitation: PersonInvitation, user: User | None) -> HttpResponse:
    if user is None:
        login(request, person, backend=BACKEND)
    words = {"organization": invitation.organization.name, "roles": ", ".join(_roles(invitation))}
    messages.success(request, _("Welcome to %(organization)s. Your roles: %(roles)s") % words)
    return redirect("organizations")


def _page(
    request: HttpRequest, invitation: PersonInvitation, form: PasswordOnceForm | None, user: User | None, *,
    refused: object = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    has_account = User.objects.filter(email__iexact=invitation.email).exists()
    context = {
        "invitation": invitation,
        "roles": _roles(invitation),
        "form": None if has_account else form,
        "refused": refused,
        "is_another": user is not None and user.email.lower() != invitation.email.lower(),
        "must_sign_in": user is None and has_account,
        "path": request.path,
    }
    if context["is_another"] and status == 200:
        status = 403
    return render(request, "accounts/invitation.html", context, status=status)


def _roles(invitation: PersonInvitation) -> list[str]:
    return [str(Role(role).label) for role in invitation.roles]
