"""Mail as files: `DATA_DIR/mail/*.eml`, the default until EMAIL_URL names a server; the demo inbox reads them."""

import hashlib
from collections.abc import Sequence
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FileBackend(BaseEmailBackend):
    """One .eml file per message, named by its Message-ID: sent twice it is one file. Written whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            content = message.message()
            target = settings.MAIL_DIR / f"{file_name(str(content['Message-ID']))}.eml"
            part = target.with_name(f"{uuid4().hex}.part")
            part.write_bytes(content.as_bytes())
            part.replace(target)
        return len(email_messages)


def file_name(message_id: str) -> str:
    """32 hexadecimal digits, so that nothing a Message-ID contains can name a place."""
    return hashlib.sha256(message_id.strip().encode()).hexdigest()[:32]
