"""A barrier is reported: stored, and mailed to the operator."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, clock, outbox, practice
from accounts.decision import refuse
from accounts.models import Feedback

MOST_A_DAY = 200
LONGEST = 5_000


def report_barrier(*, text: str, page: str = "", email: str = "") -> Feedback:
    """Anybody may, without an account; `email` only for the answer. Real also from within a practice.

    Raises ValidationError by field; refused ("too_many") when somebody floods the operator.
    """
    if len(text) > LONGEST:
        raise ValidationError({"text": _("Write at most %(number)s characters.") % {"number": LONGEST}})
    with practice.inside(None), clock.real(), audit.in_transaction():
        now = clock.now()
        if Feedback.objects.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            refuse("too_many", _("Very many reports came in today. Please write us a mail or call."))
        row = Feedback(kind="barrier", text=text.strip(), page=page.strip()[:300], email=email.strip(), created_at=now)
        row.full_clean()
        row.save()
        _tell_operator(row)
    return row


def _tell_operator(row: Feedback) -> None:
    address = settings.OPERATOR["email"]
    if not address:
        return
    with translation.override(settings.LANGUAGE_CODE):
        lines = [row.text]
        if row.page:
            lines.append(_("Page: %(page)s") % {"page": row.page})
        lines.append(_("Answer to: %(email)s") % {"email": row.email or _("no address given")})
        outbox.tell_address(
            address,
            key=f"feedback:{row.pk}",
            subject=_("A barrier was reported"),
            body="\n\n".join(lines),
            at=row.created_at,
            kind="feedback",
        )
