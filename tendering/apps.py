from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenderingConfig(AppConfig):
    name = "tendering"

    def ready(self) -> None:
        from tendering import search_index

        post_migrate.connect(search_index.install, sender=self, dispatch_uid="tendering_search")
