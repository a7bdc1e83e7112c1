from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import append_only, checks, due  # noqa: F401 - importing checks registers them
        from accounts.api import schema  # noqa: F401 - likewise

        post_migrate.connect(append_only.install, sender=self, dispatch_uid="append_only")
        due.jobs[:0] = [
            due.Job("mails sent", due.send_mails),
            due.Job("checkpoints written", due.write_checkpoint),
            due.Job("stuck tasks put back", due.put_back_stuck_tasks),
        ]
