"""What a person chose for pages and mails."""

from django.conf import settings

from accounts.models import User


def choose_language(*, actor: User, language: str) -> None:
    """Mails and letters to this person come in this language from now on; unknown codes change nothing."""
    if language in dict(settings.LANGUAGES):
        User.objects.filter(pk=actor.pk).update(language=language)
