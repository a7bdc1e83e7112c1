"""What a person wants by mail, kind by kind."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import User
from accounts.notices import DAILY, NEVER, NOW, Kind
from accounts.outbox import channel_of

WORDS = {NOW: _("a mail at once"), DAILY: _("one mail a day, with everything new"), NEVER: _("no mail, only here")}
WORDS_OF_DIGEST = {DAILY: _("one mail every morning"), NEVER: _("no mail")}


class ChannelForm(forms.Form):
    """One question per voluntary kind that concerns the person; what is set today is chosen already."""

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        for kind in notices.voluntary():
            if not kind.roles or user.organizations_with(*kind.roles):
                self.fields[kind.code] = _field(kind, channel_of(user, kind))

    def channels(self) -> dict[str, str]:
        return {code: str(channel) for code, channel in self.cleaned_data.items()}


def _field(kind: Kind, channel: str) -> forms.ChoiceField:
    words = WORDS if NOW in kind.channels else WORDS_OF_DIGEST
    return forms.ChoiceField(
        label=kind.label,  # type: ignore[arg-type]  # lazy texts are labels
        choices=[(name, words[name]) for name in kind.channels],
        widget=forms.RadioSelect,
        initial=channel,
    )
