"""Show the platform's key files and the public keys that receipts and checkpoints are checked with."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.keys import key_files, verifier_keys


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        public = verifier_keys()
        for file in key_files():
            state = "present" if file.exists else "not made yet"
            self.stdout.write(f"{file.name}  {file.path}  ({state}; {file.purpose})")
        self.stdout.write("\nPublic keys (publish them; anyone can check receipts with them):")
        for line in public:
            self.stdout.write(line)
