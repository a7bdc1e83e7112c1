from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenderingConfig(AppConfig):
    name = "tendering"

    def ready(self) -> None:
        from accounts import due
        from tendering import search_index
        from tendering.actions import tell_invited_of_published

        post_migrate.connect(search_index.install, sender=self, dispatch_uid="tendering_search")
        due.jobs.append(due.Job("invitations sent", tell_invited_of_published))
