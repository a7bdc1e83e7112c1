"""Mail as files: `DATA_DIR/mail/*.eml`, the default until EMAIL_URL names a server; the demo inbox reads them."""

from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FileBackend(BaseEmailBackend):
    """One .eml file per message, named by time and a random part; written whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            target = settings.MAIL_DIR / f"{uuid4().hex}.eml"
            part = target.with_suffix(".part")
            part.write_bytes(message.message().as_bytes())
            part.rename(target)
        return len(email_messages)
