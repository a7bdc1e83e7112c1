"""A document handed in later, on its way out: scanned, always a download, never a page."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from accounts import scanning
from accounts.decision import refuse
from accounts.downloads import confined, kind_of
from accounts.models import User
from evaluation.actions.supplements import read_supplement


def document_response(user: User, document_id: UUID) -> HttpResponse:
    """The bytes, or a refusal when the scanner finds malware in them."""
    row, content = read_supplement(user, document_id)
    verdict = scanning.scan([content])
    if verdict == scanning.Verdict.FOUND:
        refuse("infected", gettext_lazy("The scanner found malware in this file. It stays closed; ask the operator."))
    answer = HttpResponse(content, content_type=kind_of(content))
    answer["Cache-Control"] = "private, no-store"
    answer["X-Malware-Scan"] = verdict.value
    return confined(answer, row.name)
