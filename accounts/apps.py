from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import (
            append_only,
            desk,
            desk_admin,
            digests,
            due,
            measuring,
            sessions,
            timestamps,
            typed_text,
            undelivered,
        )
        from accounts import checks as _checks  # noqa: F401 - importing registers them
        from accounts.api import schema  # noqa: F401 - likewise

        typed_text.install()
        post_migrate.connect(append_only.install, sender=self, dispatch_uid="append_only")
        due.jobs[:0] = [
            due.Job("sign of life written", measuring.beat),
            due.Job("mails of the day written", digests.send),
            due.Job("mails sent", due.send_mails),
            due.Job("checkpoints written", due.write_checkpoint),
            due.Job("checkpoints stamped", timestamps.stamp_newest),
            due.Job("stuck tasks put back", due.put_back_stuck_tasks),
            due.Job("leavers signed out", sessions.sign_out_leavers),
        ]
        if undelivered.tasks not in desk.panels:
            desk.panels.append(undelivered.tasks)
        desk_admin.register()
