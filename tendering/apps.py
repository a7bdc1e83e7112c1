from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenderingConfig(AppConfig):
    name = "tendering"

    def ready(self) -> None:
        from accounts import due
        from accounts.actions.duty import leave_groups_after_duty
        from tendering import desk, following, notices, search_index, sharing_desk
        from tendering.actions import propose_extensions, tell_invited_of_published
        from tendering.actions.watching import forget_unconfirmed, remind

        post_migrate.connect(search_index.install, sender=self, dispatch_uid="tendering_search")
        desk.register()
        sharing_desk.register()
        notices.register()
        due.jobs += [
            due.Job("invitations sent", tell_invited_of_published),
            due.Job("later deadlines proposed", propose_extensions),
            due.Job("letters to followers written", following.send),
            due.Job("reminders written", remind),
            due.Job("unconfirmed subscriptions forgotten", forget_unconfirmed),
            due.Job("opening groups left after duty", leave_groups_after_duty),
        ]
